#include <nexo_mock/codec/body_forms.hpp>
#include <nexo_mock/codec/signature.hpp>
#include <nexo_mock/codec/signature_diagnosis.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace nexo_mock::codec;

namespace {

const std::string secret = "whsec_test_123";
const std::string body =
    R"({"type":"otp.delivered","id":"test","phone":"+84981234567","carrier":"viettel",)"
    R"("status":"delivered","cost":0.022,"error_code":null,"created_at":"2026-05-26T10:00:00Z",)"
    R"("completed_at":"2026-05-26T10:00:25Z"})";
const std::string signature =
    "sha256=b0d823c4ce59b9d7cfd8eacd35c1c47f79824fdcf9e7f40365ad354b292bf20d";
const std::string digits = signature.substr(7);

std::string upper(std::string text) {
    for (auto& c : text)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

std::vector<std::string_view> causes(std::string_view of_secret, std::string_view of_body,
                                     std::string_view sig) {
    std::vector<std::string_view> found;
    for (const auto& each : diagnose_signature(of_secret, of_body, sig).faults)
        found.push_back(each.cause);
    return found;
}

using named = std::vector<std::string_view>;

std::string keyed_with(std::string_view key, std::string_view text) {
    return webhook_signer::with_raw_key(key).sign(text);
}

}  // namespace

TEST_CASE("the right signature fits, and what fits is told of a wrong one") {
    CHECK(diagnose_signature(secret, body, signature).fits());
    const auto wrong = diagnose_signature(secret, body, digits);
    CHECK_FALSE(wrong.fits());
    CHECK(wrong.expected == signature);
}

TEST_CASE("each of the six classic mistakes is named") {
    const std::string changed =
        R"({"carrier": "viettel", "completed_at": "2026-05-26T10:00:25Z", "cost": 0.022,)"
        R"( "created_at": "2026-05-26T10:00:00Z", "error_code": null, "id": "test",)"
        R"( "phone": "+84981234567", "status": "delivered", "type": "otp.delivered"})";
    CHECK(causes(secret, changed, signature) == named{"body_changed"});
    CHECK(causes(secret, body, keyed_with(secret, body)) == named{"secret_not_hashed"});
    CHECK(causes(secret, body, keyed_with(hex_of(sha256(secret)), body)) ==
          named{"hex_digest_as_key"});
    CHECK(causes("whsec_other", body, signature) == named{"wrong_secret"});
    CHECK(causes(secret, body, digits) == named{"missing_prefix"});
    CHECK(causes(secret, body, "sha256=" + upper(digits)) == named{"upper_case"});
}

TEST_CASE("the vectors of another implementation are explained") {
    CHECK(causes(secret, body,
                 "sha256=18700c64fb47c35275fa0f662060a09ac02ed6c5faf1b21d102509c42d656fef") ==
          named{"secret_not_hashed"});
    CHECK(causes(secret, body,
                 "sha256=413e89d88d7f5d0da46ea8d918406acf10cf31e8ca80e91d094f5fdee0561f47") ==
          named{"hex_digest_as_key"});
}

TEST_CASE("a body that was changed is told by the form that fits") {
    struct row {
        std::string changed;
        std::string_view words;
    };
    std::string pretty = "{\n";
    for (std::size_t i = 1, depth = 0; i + 1 < body.size(); ++i) {
        if (body[i] == '"') ++depth;
        pretty += body[i];
        if (depth % 2 == 0 && body[i] == ',') pretty += '\n';
    }
    pretty += "\n}";
    auto escaped = body;
    escaped.replace(escaped.find('+'), 1, "\\u002B");
    auto forged = body;
    forged.replace(forged.find("otp.delivered"), 13, "otp.failed");
    forged.replace(forged.find("\"delivered\""), 11, "\"failed\"");
    auto other_number = body;
    other_number.replace(other_number.find("0.022"), 5, "2.2e-2");
    for (const auto& [changed, words] :
         {row{body + "\n", "without the line end behind it"},
          row{body + "\r\n", "without the line end behind it"},
          row{"\xef\xbb\xbf" + body, "without the byte order mark"},
          row{"  " + body + " ", "without the white space around it"},
          row{pretty, "as compact JSON"}, row{escaped, "as compact JSON"},
          row{other_number, "as the vendor writes it"}, row{forged, "with the other status"}}) {
        CAPTURE(changed);
        const auto found = diagnose_signature(secret, changed, signature);
        REQUIRE(found.faults.size() == 1);
        CHECK(found.faults[0].cause == "body_changed");
        CHECK(found.faults[0].detail.find(words) != std::string::npos);
    }
}

TEST_CASE("a signature that was made of another form of the body is explained, too") {
    const webhook_signer signer{secret};
    CHECK(causes(secret, body, signer.sign(body + "\n")) == named{"body_changed"});
    for (const auto& form : other_forms(body)) {
        CAPTURE(form.words);
        CHECK(causes(secret, body, signer.sign(form.body)) == named{"body_changed"});
    }
}

TEST_CASE("a body that is gone or cut is told from a wrong secret") {
    const auto empty = diagnose_signature(secret, "", signature);
    REQUIRE(empty.faults.size() == 1);
    CHECK(empty.faults[0].cause == "body_changed");
    CHECK(empty.faults[0].detail.find("empty") != std::string::npos);
    CHECK(causes(secret, body.substr(0, 100), signature) == named{"body_changed"});
    CHECK(causes(secret, "no JSON at all", signature) == named{"wrong_secret"});
}

TEST_CASE("other mistakes with the key are named") {
    const auto digest = sha256(secret);
    CHECK(causes(secret, body, keyed_with(upper(hex_of(digest)), body)) ==
          named{"hex_digest_as_key"});
    CHECK(causes(secret, body, keyed_with(to_base64(digest), body)) ==
          named{"base64_digest_as_key"});
    CHECK(causes(secret, body, keyed_with(sha256(digest), body)) == named{"secret_hashed_twice"});
    CHECK(causes(secret, body, webhook_signer{secret + "\n"}.sign(body)) ==
          named{"line_end_in_secret"});
    CHECK(causes(secret + "\n", body, signature) == named{"secret_in_quotes"});
    CHECK(causes('"' + secret + '"', body, signature) == named{"secret_in_quotes"});
    CHECK(causes(secret, body, webhook_signer{"test_123"}.sign(body)) == named{"secret_cut"});
    CHECK(causes(secret, body, "sha256=" + hex_of(sha256(body))) == named{"no_hmac"});
    CHECK(causes(secret, body, "sha256=" + hex_of(sha256(secret + body))) == named{"no_hmac"});
}

TEST_CASE("what is around a signature is named") {
    CHECK(causes(secret, body, signature + "\n") == named{"white_space"});
    CHECK(causes(secret, body, '"' + signature + '"') == named{"quotes"});
    CHECK(causes(secret, body, "X-NEXO-Signature: " + signature) == named{"header_name"});
    CHECK(causes(secret, body, "SHA256=" + digits) == named{"upper_case"});
    CHECK(causes(secret, body, "v1=" + digits) == named{"wrong_prefix"});
}

TEST_CASE("base64 in place of hexadecimal digits is named, in either alphabet") {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    auto text = to_base64(bytes);
    CHECK(causes(secret, body, "sha256=" + text) == named{"base64"});
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    CHECK(causes(secret, body, "sha256=" + text) == named{"base64"});
    CHECK(causes(secret, body, text) == named{"missing_prefix", "base64"});
}

TEST_CASE("what can be no signature is told from one that does not fit") {
    CHECK(causes(secret, body, "") == named{"missing_signature"});
    CHECK(causes(secret, body, signature.substr(0, 70)) == named{"no_signature"});
    CHECK(causes(secret, body, "sha256=" + std::string(64, 'x')) == named{"no_signature"});
    CHECK(causes(secret, body, "sha256=" + std::string(128, 'a')) == named{"other_hash"});
    CHECK(causes(secret, body, "sha1=" + std::string(40, 'a')) ==
          named{"wrong_prefix", "other_hash"});
}

TEST_CASE("several mistakes at once are all named, that of the key first") {
    const auto raw = keyed_with(secret, body).substr(7);
    CHECK(causes(secret, body + "\n", upper(raw)) ==
          named{"secret_not_hashed", "body_changed", "missing_prefix", "upper_case"});
    CHECK(causes("whsec_other", body, digits) == named{"wrong_secret", "missing_prefix"});
}

TEST_CASE("any bytes are diagnosed") {
    for (const auto& odd :
         {std::string("\0\xff", 2), std::string(1000, '['), std::string("{\"a\":"),
          std::string("\"text\""), std::string(300'000, 'x')}) {
        CHECK_FALSE(diagnose_signature(secret, odd, signature).fits());
        CHECK_FALSE(diagnose_signature(odd, odd, odd).fits());
        CHECK(diagnose_signature(odd, odd, webhook_signer{odd}.sign(odd)).fits());
    }
}

TEST_CASE("base64 is read as it was written") {
    for (std::string bytes; bytes.size() < 40; bytes += static_cast<char>(bytes.size() * 37)) {
        CAPTURE(bytes.size());
        CHECK(to_base64(bytes).size() % 4 == 0);
        CHECK(from_base64(to_base64(bytes)) == bytes);
    }
    CHECK(to_base64("light work") == "bGlnaHQgd29yaw==");
    CHECK_FALSE(from_base64("a"));
    CHECK_FALSE(from_base64("ab c"));
}
