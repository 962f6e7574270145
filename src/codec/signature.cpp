#include <nexo_mock/codec/signature.hpp>

#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdexcept>

namespace nexo_mock::codec {

namespace {

constexpr std::size_t digest_size = 32;
using digest = std::array<unsigned char, digest_size>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void require(bool done) {
    if (!done) throw std::runtime_error{"OpenSSL can't compute HMAC-SHA256"};
}

void append_hex(std::string& text, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    auto at = text.size();
    text.resize(at + 2 * bytes.size());
    for (const auto each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        text[at++] = digits[byte >> 4];
        text[at++] = digits[byte & 0xf];
    }
}

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct mac_deleter {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};
struct mac_context_deleter {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, mac_context_deleter>;

}  // namespace

struct webhook_signer::state {
    mac_context keyed;

    static std::unique_ptr<state> keyed_with(std::string_view key) {
        const std::unique_ptr<EVP_MAC, mac_deleter> mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
        require(mac != nullptr);
        auto made = std::make_unique<state>();
        made->keyed.reset(EVP_MAC_CTX_new(mac.get()));
        require(made->keyed != nullptr);
        char algorithm[] = "SHA256";
        const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", algorithm, 0),
                                     OSSL_PARAM_construct_end()};
        require(EVP_MAC_init(made->keyed.get(), bytes(key), key.size(), params) == 1);
        return made;
    }
};

webhook_signer::webhook_signer(std::unique_ptr<state> keyed) : state_{std::move(keyed)} {}

webhook_signer::webhook_signer(std::string_view secret)
    : webhook_signer{state::keyed_with(sha256(secret))} {}

webhook_signer webhook_signer::with_raw_key(std::string_view secret) {
    return webhook_signer{state::keyed_with(secret)};
}

webhook_signer::~webhook_signer() = default;
webhook_signer::webhook_signer(webhook_signer&&) noexcept = default;
webhook_signer& webhook_signer::operator=(webhook_signer&&) noexcept = default;

std::string webhook_signer::sign(std::string_view body) const {
    auto* context = state_->keyed.get();
    digest mac{};
    std::size_t size = 0;
    require(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);  // begins anew with the same key
    require(EVP_MAC_update(context, bytes(body), body.size()) == 1);
    require(EVP_MAC_final(context, mac.data(), &size, mac.size()) == 1);

    std::string text{"sha256="};
    append_hex(text, {reinterpret_cast<const char*>(mac.data()), mac.size()});
    return text;
}

std::string sha256(std::string_view bytes) {
    std::string digest(digest_size, '\0');
    auto* into = reinterpret_cast<unsigned char*>(digest.data());
    require(EVP_Digest(bytes.data(), bytes.size(), into, nullptr, EVP_sha256(), nullptr) == 1);
    return digest;
}

std::string hex_of(std::string_view bytes) {
    std::string digits;
    append_hex(digits, bytes);
    return digits;
}

std::string to_base64(std::string_view bytes) {
    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const auto each : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(each);
        for (count += 8; count >= 6; count -= 6)
            text += base64_digits[bits >> (count - 6) & 0x3f];
    }
    if (count > 0) text += base64_digits[bits << (6 - count) & 0x3f];
    while (text.size() % 4 != 0)
        text += '=';
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    while (text.ends_with('='))
        text.remove_suffix(1);
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (auto each : text) {
        if (each == '-') each = '+';
        if (each == '_') each = '/';
        const auto value = base64_digits.find(each);
        if (value == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xff);
    }
    return bytes;
}

}  // namespace nexo_mock::codec
