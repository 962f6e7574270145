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

std::string digest_of(std::string_view text) {
    std::string key(digest_size, '\0');
    auto* into = reinterpret_cast<unsigned char*>(key.data());
    require(EVP_Digest(text.data(), text.size(), into, nullptr, EVP_sha256(), nullptr) == 1);
    return key;
}

struct mac_deleter {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};
struct mac_context_deleter {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, mac_context_deleter>;

}  // namespace

struct webhook_signer::state {
    mac_context keyed;  // copied for each body, never fed itself

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
    : webhook_signer{state::keyed_with(digest_of(secret))} {}

webhook_signer webhook_signer::with_raw_key(std::string_view secret) {
    return webhook_signer{state::keyed_with(secret)};
}

webhook_signer::~webhook_signer() = default;
webhook_signer::webhook_signer(webhook_signer&&) noexcept = default;
webhook_signer& webhook_signer::operator=(webhook_signer&&) noexcept = default;

std::string webhook_signer::sign(std::string_view body) const {
    const mac_context context{EVP_MAC_CTX_dup(state_->keyed.get())};
    require(context != nullptr);
    digest mac{};
    std::size_t size = 0;
    require(EVP_MAC_update(context.get(), bytes(body), body.size()) == 1);
    require(EVP_MAC_final(context.get(), mac.data(), &size, mac.size()) == 1);

    std::string signature = "sha256=";
    for (const auto byte : mac) {
        signature += "0123456789abcdef"[byte >> 4];
        signature += "0123456789abcdef"[byte & 0xf];
    }
    return signature;
}

}  // namespace nexo_mock::codec
