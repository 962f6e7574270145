#include <nexo_mock/cli/certificate_folder.hpp>
#include <nexo_mock/cli/files.hpp>
#include <nexo_mock/cli/tls_flags.hpp>
#include <nexo_mock/runtime/log.hpp>

#include <CLI/CLI.hpp>

namespace nexo_mock::cli {

void tls_flags::add_to(CLI::App& command) {
    command.add_option("--tls-port", port, "port for HTTPS, 0 for a free one (none)")
        ->type_name("PORT")
        ->envname("NEXO_MOCK_TLS_PORT")
        ->check(CLI::Range(0, 65535));
    const auto add = [&](const char* flag, auto& into, const char* value, const char* env,
                         const char* help) {
        command.add_option(flag, into, help)->type_name(value)->envname(env);
    };
    add("--tls-self-signed", folder, "FOLDER", "NEXO_MOCK_TLS_SELF_SIGNED",
        "a folder for certificates of our own; clients trust the ca.pem in it, which is made once");
    add("--tls-cert", certificate, "FILE", "NEXO_MOCK_TLS_CERT",
        "a certificate instead, with those that lead to its authority (PEM)");
    add("--tls-key", key, "FILE", "NEXO_MOCK_TLS_KEY", "its private key (PEM)");
}

std::optional<runtime::tls_options> tls_flags::resolve(const std::string& host) const {
    const bool by_files = !certificate.empty() || !key.empty();
    const bool by_folder = !folder.empty();
    if (!port) {
        if (!by_files && !by_folder) return std::nullopt;
        throw wrong_usage{
            std::string{by_folder ? "--tls-self-signed needs" : "--tls-cert and --tls-key need"} +
            " --tls-port (0 takes a free one)"};
    }
    if (by_files && by_folder) {
        throw wrong_usage{"--tls-self-signed and --tls-cert with --tls-key exclude each other"};
    }
    if (!by_folder && (certificate.empty() || key.empty())) {
        throw wrong_usage{
            "--tls-port needs --tls-self-signed FOLDER, or both --tls-cert and --tls-key"};
    }
    runtime::tls_options wanted{.port = static_cast<std::uint16_t>(*port), .certificate = {}};
    try {
        wanted.certificate = by_folder ? self_signed_in(folder, host)
                                       : net::certificate{read_file(certificate), read_file(key)};
    } catch (const std::runtime_error& e) {
        throw wrong_usage{e.what()};
    }
    return wanted;
}

void tls_flags::log_authority() const {
    if (folder.empty()) return;
    runtime::log(runtime::log_level::info, "clients of the https:// port are to trust",
                 {{"file", authority_file(folder)}});
}

}  // namespace nexo_mock::cli
