#include <nexo_mock/codec/signature.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using namespace nexo_mock::codec;

namespace {

constexpr std::string_view sample_body =
    R"({"type":"otp.delivered","id":"test","phone":"+84981234567","carrier":"viettel",)"
    R"("status":"delivered","cost":0.022,"error_code":null,"created_at":"2026-05-26T10:00:00Z",)"
    R"("completed_at":"2026-05-26T10:00:25Z"})";
constexpr std::string_view sample_signature =
    "sha256=b0d823c4ce59b9d7cfd8eacd35c1c47f79824fdcf9e7f40365ad354b292bf20d";

}  // namespace

TEST_CASE("the vendor's sample is signed as the contract says") {
    CHECK(webhook_signer{"whsec_test_123"}.sign(sample_body) == sample_signature);
}

TEST_CASE("the key is not the secret itself and not its hexadecimal digest") {
    const auto signature = webhook_signer{"whsec_test_123"}.sign(sample_body);
    CHECK(signature != "sha256=18700c64fb47c35275fa0f662060a09ac02ed6c5faf1b21d102509c42d656fef");
    CHECK(signature != "sha256=413e89d88d7f5d0da46ea8d918406acf10cf31e8ca80e91d094f5fdee0561f47");
}

TEST_CASE("signatures agree with another implementation's") {
    struct row {
        std::string secret;
        std::string body;
        std::string_view signature;
    };
    for (const auto& [secret, body, signature] :
         {row{"whsec_test_123", "",
              "sha256=861dcda54ea59ce1a1cb36929f0fbd9035b70f52c8c954c02ddfc09a13935405"},
          row{"", "", "sha256=bfe4527091e7291c5b9a9359c579a97302ba3a7d969994f80a562db7bad4315c"},
          row{"", "a", "sha256=1ae91b8ec796de94514b2f1afdad39aa2a39ca35d03ef6cf6833fb8777d9ab4f"},
          row{std::string(1000, 's'), "body",
              "sha256=718fa57d6bcddb6f38aa4654a0f932578856b9f6d8c80218c1319c53dcdcfb8b"},
          row{"s", std::string(100'000, 'b'),
              "sha256=7a6c5ceceeedd17718d960e863916bf265a3ea1d75425530d2b3382f67351e97"},
          row{std::string("a\0b", 3), std::string("c\0d", 3),
              "sha256=985b1e3cbd099c42ff3ed49cc5c65c26ed574e2afb24796e856822052419bf20"},
          row{"m\u1eadt kh\u1ea9u", "\u0111",
              "sha256=c1c0fcc99b5f82a995cf3901ebeea046225f97ef31c075fc04647ab264dbcec9"}}) {
        CAPTURE(signature);
        CHECK(webhook_signer{secret}.sign(body) == signature);
    }
}

TEST_CASE("a signature depends on every byte of the body and of the secret") {
    const webhook_signer signer{"whsec_test_123"};
    std::string body{sample_body};
    for (std::size_t i = 0; i < body.size(); ++i) {
        CAPTURE(i);
        body[i] = static_cast<char>(body[i] ^ 1);
        CHECK(signer.sign(body) != sample_signature);
        body[i] = static_cast<char>(body[i] ^ 1);
    }
    CHECK(webhook_signer{"whsec_test_124"}.sign(sample_body) != sample_signature);
    CHECK(webhook_signer{"whsec_test_123 "}.sign(sample_body) != sample_signature);
}

TEST_CASE("a signer signs any number of bodies and can be moved") {
    webhook_signer signer{"whsec_test_123"};
    for (int i = 0; i < 3; ++i) {
        CHECK(signer.sign(sample_body) == sample_signature);
        CHECK(signer.sign("") != sample_signature);
    }
    const auto moved = std::move(signer);
    CHECK(moved.sign(sample_body) == sample_signature);
}
