#include <nexo_mock/codec/webhook_message.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock;
using namespace std::chrono_literals;
using domain::delivery_status;
using domain::signature_kind;

namespace {

constexpr std::string_view secret = "whsec_test_123";

// All of these were computed by another implementation.
constexpr std::string_view delivered_body =
    R"({"type":"otp.delivered","id":"8f2e1c4d-1111-4222-8333-444444444444",)"
    R"("phone":"+84981234567","carrier":"viettel","status":"delivered","cost":0.022,)"
    R"("error_code":null,"created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:25Z"})";
constexpr std::string_view delivered_signature =
    "sha256=237a20f2a6f9290f60eca66751afd5ec4135837f43f478d1833abe1be4eac4fb";
constexpr std::string_view delivered_raw_signature =
    "sha256=50d777411ca34180475be496a1d1049e4062559104aa604fceeebe85c7c8b132";
constexpr std::string_view delivered_raw_signature_of_a_long_secret =
    "sha256=cfbdf46dd030cca5c5b159acad1f053966812fc2764ce7a38e437b8ea513a73c";
constexpr std::string_view failed_body =
    R"({"type":"otp.failed","id":"8f2e1c4d-1111-4222-8333-444444444444",)"
    R"("phone":"+84981234567","carrier":"viettel","status":"failed","cost":0,)"
    R"("error_code":"busy","created_at":"2026-05-26T10:00:00Z","completed_at":"2026-05-26T10:00:25Z"})";
constexpr std::string_view failed_signature =
    "sha256=e0e7248abb772e766a0665d1b831f42346e2b8452c42e57c71ebcba1376d6779";

domain::webhook_event event(signature_kind signature,
                            delivery_status status = delivery_status::delivered) {
    const bool failed = status == delivery_status::failed;
    const domain::time_point created = std::chrono::sys_days{std::chrono::May / 26 / 2026} + 10h;
    return {.id = *domain::delivery_id::parse("8f2e1c4d-1111-4222-8333-444444444444"),
            .phone = *domain::phone_number::parse("+84981234567"),
            .carrier = domain::carrier::viettel,
            .outcome = {status, failed ? "busy" : "", failed ? "user_busy" : "success"},
            .cost = domain::money::from_micros(failed ? 0 : 22000),
            .created = created,
            .completed = created + 25s,
            .signature = signature};
}

codec::webhook_message message(const domain::webhook_event& of, std::string_view key = secret) {
    return codec::compose_webhook(of, codec::webhook_signer{key}, key);
}

}  // namespace

TEST_CASE("a valid webhook is the vendor's body, type and signature") {
    const auto delivered = message(event(signature_kind::valid));
    CHECK(delivered.body == delivered_body);
    CHECK(delivered.type == "otp.delivered");
    CHECK(delivered.signature == delivered_signature);
    const auto failed = message(event(signature_kind::valid, delivery_status::failed));
    CHECK(failed.body == failed_body);
    CHECK(failed.type == "otp.failed");
    CHECK(failed.signature == failed_signature);
}

TEST_CASE("a missing signature changes nothing else") {
    const auto unsigned_one = message(event(signature_kind::missing));
    CHECK(unsigned_one.body == delivered_body);
    CHECK(unsigned_one.type == "otp.delivered");
    CHECK_FALSE(unsigned_one.signature.has_value());
}

TEST_CASE("a wrong secret signs the same body in the same form, and otherwise") {
    const auto wrong = message(event(signature_kind::wrong_secret));
    CHECK(wrong.body == delivered_body);
    REQUIRE(wrong.signature.has_value());
    CHECK(wrong.signature->size() == delivered_signature.size());
    CHECK(wrong.signature->starts_with("sha256="));
    CHECK(wrong.signature != delivered_signature);
    CHECK(wrong.signature != delivered_raw_signature);
}

TEST_CASE("a raw secret is used without its digest") {
    const auto raw = message(event(signature_kind::raw_secret));
    CHECK(raw.body == delivered_body);
    CHECK(raw.signature == delivered_raw_signature);
    // Longer than a block of SHA-256, where HMAC takes the key's digest by itself.
    CHECK(message(event(signature_kind::raw_secret), std::string(1000, 's')).signature ==
          delivered_raw_signature_of_a_long_secret);
}

TEST_CASE("a tampered webhook says the other status under the true one's signature") {
    const auto delivered = message(event(signature_kind::tampered));
    CHECK(delivered.signature == delivered_signature);
    CHECK(delivered.type == "otp.failed");
    std::string forged{delivered_body};
    forged.replace(forged.find("otp.delivered"), 13, "otp.failed");
    forged.replace(forged.find(R"("delivered")"), 11, R"("failed")");
    CHECK(delivered.body == forged);

    const auto failed = message(event(signature_kind::tampered, delivery_status::failed));
    CHECK(failed.signature == failed_signature);
    CHECK(failed.type == "otp.delivered");
    forged = failed_body;
    forged.replace(forged.find("otp.failed"), 10, "otp.delivered");
    forged.replace(forged.find(R"("failed")"), 8, R"("delivered")");
    CHECK(failed.body == forged);
}

TEST_CASE("each kind is the same each time, as retries and copies need it") {
    for (const auto kind : domain::all_signature_kinds) {
        CAPTURE(name(kind));
        const auto once = message(event(kind));
        const auto again = message(event(kind));
        CHECK(once.body == again.body);
        CHECK(once.signature == again.signature);
    }
}
