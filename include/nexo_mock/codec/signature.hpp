#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

/// Signs webhook bodies as the vendor does [D]: "sha256=" and the lower-case hexadecimal
/// HMAC-SHA256 of the exact bytes, keyed with the raw SHA-256 digest of the plain-text secret. The
/// digest and the keyed state are computed once. Not for sharing between threads.
class webhook_signer {
 public:
    /// Throws std::runtime_error if the cryptographic library refuses.
    explicit webhook_signer(std::string_view secret);
    /// A signer that is wrong on purpose: it is keyed with the bytes of the secret itself, as who
    /// overlooks the digest would do. Throws as the constructor does.
    static webhook_signer with_raw_key(std::string_view secret);
    ~webhook_signer();
    webhook_signer(webhook_signer&&) noexcept;
    webhook_signer& operator=(webhook_signer&&) noexcept;

    std::string sign(std::string_view body) const;

 private:
    struct state;
    explicit webhook_signer(std::unique_ptr<state> keyed);

    std::unique_ptr<state> state_;
};

/// The 32 bytes of the digest. Throws std::runtime_error if the cryptographic library refuses.
std::string sha256(std::string_view bytes);

/// In lower case.
std::string hex_of(std::string_view bytes);

/// With padding.
std::string to_base64(std::string_view bytes);
/// Of either alphabet, with padding or without; none if it is something else.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace nexo_mock::codec
