#include <nexo_mock/codec/body_forms.hpp>
#include <nexo_mock/codec/signature.hpp>
#include <nexo_mock/codec/signature_diagnosis.hpp>

#include <algorithm>
#include <functional>
#include <optional>

namespace nexo_mock::codec {

namespace {

constexpr std::string_view prefix = "sha256=";
constexpr std::string_view header_name = "x-nexo-signature:";
constexpr std::string_view white_space = " \t\r\n";
constexpr std::size_t mac_bytes = 32;
constexpr std::size_t most_tried = 256 * 1024;  // bytes of a body

constexpr std::string_view right_key =
    "the key is the SHA-256 digest of the secret, as 32 raw bytes";

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (auto& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

std::string upper_case(std::string_view text) {
    std::string upper{text};
    for (auto& c : upper)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return upper;
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string_view trimmed(std::string_view text, std::string_view what) {
    const auto begin = text.find_first_not_of(what);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}

/// How a signature was written, and what it says.
struct signature_form {
    std::string canonical;  ///< as the vendor writes it; empty: it can't be one
    std::vector<signature_fault> faults;
};

class form_reader {
 public:
    explicit form_reader(std::string_view text) : rest_{text} {}

    signature_form read() {
        strip_surroundings();
        strip_prefix();
        read_digest();
        return std::move(form_);
    }

 private:
    void fault(std::string_view cause, std::string detail) {
        form_.faults.push_back({cause, std::move(detail)});
    }

    void strip_surroundings() {
        strip(white_space, "white_space", "there is white space, or a line end, around it");
        if (lower_case(rest_).starts_with(header_name)) {
            rest_ = trimmed(rest_.substr(header_name.size()), white_space);
            fault("header_name", "it begins with the name of the header: the value is what counts");
        }
        strip("\"'", "quotes", "there are quotes around it");
    }

    void strip(std::string_view what, std::string_view cause, const char* detail) {
        const auto inner = trimmed(rest_, what);
        if (inner.size() != rest_.size()) fault(cause, detail);
        rest_ = inner;
    }

    void strip_prefix() {
        if (rest_.empty()) return;
        const auto mark = rest_.find('=');
        const bool has_one = mark < prefix.size();
        const auto given = has_one ? rest_.substr(0, mark + 1) : std::string_view{};
        if (!has_one) {
            fault("missing_prefix", R"(the prefix "sha256=" is missing)");
        } else if (given != prefix && lower_case(given) == prefix) {
            fault("upper_case", R"(the prefix is "sha256=" in lower case)");
        } else if (given != prefix) {
            fault("wrong_prefix", "the prefix is \"sha256=\", not \"" + std::string{given} + '"');
        }
        rest_.remove_prefix(given.size());
    }

    void read_digest() {
        if (rest_.size() == 2 * mac_bytes && is_hex(rest_)) {
            const auto lower = lower_case(rest_);
            if (lower != rest_) {
                fault("upper_case", "its hexadecimal digits have to be in lower case");
            }
            form_.canonical = std::string{prefix} + lower;
        } else if (const auto bytes = from_base64(rest_); bytes && bytes->size() == mac_bytes) {
            fault("base64", "it is written in base64: it has to be in lower-case hexadecimal");
            form_.canonical = std::string{prefix} + hex_of(*bytes);
        } else {
            complain();
        }
    }

    void complain() {
        const auto digits = std::to_string(rest_.size());
        if (rest_.empty() && form_.faults.empty()) {
            fault("missing_signature", "there is no signature");
        } else if (is_hex(rest_) &&
                   (rest_.size() == 40 || rest_.size() == 96 || rest_.size() == 128)) {
            fault("other_hash", "it has " + digits +
                                    " hexadecimal digits, so it was made with another hash: "
                                    "HMAC-SHA256 has 64");
        } else {
            fault("no_signature",
                  "it is no signature: behind \"sha256=\" there are 64 hexadecimal digits, and "
                  "here " +
                      digits + " characters" + (is_hex(rest_) ? "" : ", not all of them digits"));
        }
    }

    std::string_view rest_;
    signature_form form_;
};

/// One way to make a signature: the right one, or a mistake that people make.
struct way {
    std::string_view cause;  ///< empty: the right one
    std::string detail;
    std::function<std::string(std::string_view body)> sign;
};

class ways_to_sign {
 public:
    explicit ways_to_sign(std::string_view secret) {
        const auto digest = sha256(secret);
        const std::string whole{secret};
        keyed({}, {}, digest);
        keyed("secret_not_hashed", "the secret itself was used as the key", whole);
        keyed("hex_digest_as_key", "the hexadecimal digits of the digest were used as the key",
              hex_of(digest));
        keyed("hex_digest_as_key", "the hexadecimal digits of the digest were used as the key",
              upper_case(hex_of(digest)));
        keyed("base64_digest_as_key", "the digest was used as the key in base64",
              to_base64(digest));
        keyed("secret_hashed_twice", "the secret was hashed twice", sha256(digest));
        keyed("secret_hashed_twice", "the secret was hashed twice, the second time as digits",
              sha256(hex_of(digest)));
        add_other_secrets(whole);
        add_other_functions(whole);
    }

    const std::vector<way>& all() const { return ways_; }

 private:
    void keyed(std::string_view cause, const std::string& what, const std::string& key) {
        ways_.push_back({cause, what + ": " + std::string{right_key},
                         [signer = std::make_shared<webhook_signer>(webhook_signer::with_raw_key(
                              key))](std::string_view body) { return signer->sign(body); }});
    }

    void of_secret(std::string_view cause, const std::string& what, const std::string& secret) {
        keyed(cause, what, sha256(secret));
        keyed("secret_not_hashed", what + ", and used as the key as it is", secret);
    }

    void add_other_secrets(const std::string& secret) {
        constexpr std::string_view marker = "whsec_";
        of_secret("line_end_in_secret",
                  "the secret was taken with a line end behind it (echo adds one, printf does not)",
                  secret + '\n');
        const std::string inner{trimmed(secret, " \t\r\n\"'")};
        if (inner != secret) {
            of_secret("secret_in_quotes",
                      "the secret that was given here has white space or quotes around it", inner);
        }
        of_secret("secret_in_quotes", "the secret was taken with quotes around it",
                  '"' + secret + '"');
        if (!secret.starts_with(marker)) return;
        const auto rest = secret.substr(marker.size());
        of_secret("secret_cut", "the secret was taken without its \"whsec_\"", rest);
        if (const auto decoded = from_base64(rest)) {
            of_secret("secret_decoded", "the secret was decoded from base64", *decoded);
        }
    }

    void add_other_functions(const std::string& secret) {
        const auto hashed = [&](const std::string& what, auto text) {
            ways_.push_back(
                {"no_hmac", what + ": it is HMAC-SHA256 of the body, and " + std::string{right_key},
                 [text](std::string_view body) {
                     return std::string{prefix} + hex_of(sha256(text(body)));
                 }});
        };
        hashed("it is the plain hash of the body",
               [](std::string_view body) { return std::string{body}; });
        hashed("it is the plain hash of secret and body",
               [secret](std::string_view body) { return secret + std::string{body}; });
        hashed("it is the plain hash of body and secret",
               [secret](std::string_view body) { return std::string{body} + secret; });
    }

    std::vector<way> ways_;
};

constexpr std::string_view exact_bytes =
    "the signature is of the exact bytes that came, before anything parsed or printed them";

signature_fault fault_of_body(const body_form& form) {
    return {"body_changed", "the body was changed: the signature fits it " +
                                std::string{form.words} + "; " + std::string{exact_bytes}};
}

/// Whether it lacks its end, or all of it.
bool is_broken(std::string_view body) {
    const auto inner = trimmed(body, white_space);
    return inner.empty() || (inner.starts_with('{') && !is_json(inner));
}

signature_fault unexplained(std::string_view body) {
    if (trimmed(body, white_space).empty()) {
        return {"body_changed", "the body is empty: maybe something had read it before; " +
                                    std::string{exact_bytes}};
    }
    if (is_broken(body)) {
        return {"body_changed", "the body is no whole JSON document, so it was cut or changed; " +
                                    std::string{exact_bytes}};
    }
    return {"wrong_secret",
            "none of the usual mistakes explains it, so most likely it was made with another "
            "secret (each account has its own); a body in which a value was changed would look the "
            "same"};
}

/// The faults of key and body with which the signature fits, the fewest.
std::vector<signature_fault> explain(const std::vector<way>& ways, std::string_view body,
                                     const std::string& signature) {
    for (const auto& each : ways) {
        if (each.sign(body) != signature) continue;
        if (each.cause.empty()) return {};
        return {{each.cause, each.detail}};
    }
    if (body.size() > most_tried) return {unexplained(body)};
    const auto forms = other_forms(body);
    for (const auto& each : ways) {
        for (const auto& form : forms) {
            if (each.sign(form.body) != signature) continue;
            if (each.cause.empty()) return {fault_of_body(form)};
            return {{each.cause, each.detail}, fault_of_body(form)};
        }
    }
    return {unexplained(body)};
}

}  // namespace

signature_diagnosis diagnose_signature(std::string_view secret, std::string_view body,
                                       std::string_view signature) {
    signature_diagnosis found;
    found.expected = webhook_signer{secret}.sign(body);
    if (signature == found.expected) return found;
    auto form = form_reader{signature}.read();
    if (!form.canonical.empty() && form.canonical != found.expected) {
        found.faults = explain(ways_to_sign{secret}.all(), body, form.canonical);
    }
    std::ranges::move(form.faults, std::back_inserter(found.faults));
    return found;
}

}  // namespace nexo_mock::codec
