#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nexo_mock::codec {

/// Something that is wrong with a signature.
struct signature_fault {
    /// "body_changed", "secret_not_hashed", "hex_digest_as_key", "wrong_secret", "missing_prefix",
    /// "upper_case" and others; never changes, for programs. Static storage.
    std::string_view cause;
    std::string detail;  ///< what happened and what would be right, for people
};

struct signature_diagnosis {
    std::vector<signature_fault> faults;  ///< the one that matters most first; empty: it fits
    std::string expected;                 ///< the signature that fits

    bool fits() const { return faults.empty(); }
};

/// Whether `signature`, the value of X-NEXO-Signature, fits the body, and if not, the likely cause:
/// of the usual mistakes with key, body and form the fewest with which it would fit. Where none
/// does, the secret is taken for another one, unless the body is no whole document. A body of more
/// than 256 KiB is not tried in other forms. Throws std::runtime_error if the cryptographic library
/// refuses.
signature_diagnosis diagnose_signature(std::string_view secret, std::string_view body,
                                       std::string_view signature);

}  // namespace nexo_mock::codec
