#pragma once

#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/runtime/server.hpp>

#include <optional>
#include <string>

namespace nexo_mock::cli {

/// The options of HTTPS: a port, and where the certificate is.
struct tls_flags {
    std::optional<int> port;
    std::string certificate;
    std::string key;
    std::string folder;  ///< of --tls-self-signed

    /// It must outlive the command.
    void add_to(CLI::App& command);

    /// None if no HTTPS is wanted. Makes what is missing in the folder; `host` is what the emulator
    /// listens on. Throws wrong_usage that names the option.
    std::optional<runtime::tls_options> resolve(const std::string& host) const;

    /// Logs what clients are to trust, where that is a file of ours.
    void log_authority() const;
};

}  // namespace nexo_mock::cli
