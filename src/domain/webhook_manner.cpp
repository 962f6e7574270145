#include <nexo_mock/domain/webhook_manner.hpp>

namespace nexo_mock::domain {

std::string_view name(signature_kind kind) {
    switch (kind) {
        case signature_kind::valid: return "valid";
        case signature_kind::missing: return "missing";
        case signature_kind::wrong_secret: return "wrong_secret";
        case signature_kind::raw_secret: return "raw_secret";
        case signature_kind::tampered: return "tampered";
    }
    return {};
}

}  // namespace nexo_mock::domain
