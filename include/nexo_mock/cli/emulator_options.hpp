#pragma once

#include <nexo_mock/cli/commands.hpp>
#include <nexo_mock/cli/scenario_source.hpp>
#include <nexo_mock/cli/tls_flags.hpp>
#include <nexo_mock/runtime/server.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nexo_mock::cli {

/// What a command line says of an emulator: the options that every command which runs one takes,
/// each with its environment variable. Set before add_to(), the members are the defaults.
struct emulator_options {
    std::string host = "127.0.0.1";
    int port = default_port;
    tls_flags tls;
    std::string scenario = "default";
    std::string webhook_url;
    secret_options webhook_secret;
    std::vector<std::string> webhook_allow;
    std::string clock = "real";
    std::optional<std::uint64_t> seed;
    unsigned threads = 0;  ///< 0: as many as suit the machine
    std::string max_deliveries = std::to_string(domain::world_limits{}.max_deliveries);
    std::string max_journal = std::to_string(domain::journal_limits{}.entries);
    secret_options control_token;
    std::string log_level = "info";
    std::string log_format = "text";
    std::string import_from;
    std::string export_to;
    std::string export_every;

    /// It must outlive the command.
    void add_to(CLI::App& command);

    // Each of these throws wrong_usage that names the option.

    /// For the whole process.
    void set_log() const;
    /// Where webhooks may go.
    codec::allowed_targets allowed_targets() const;
    /// The scenario with the webhook target of the command line, which goes before its own. All its
    /// targets are allowed.
    domain::scenario_ptr with_target(const domain::scenario_ptr& loaded) const;
    runtime::server_options for_server(const scenario_source& source) const;
    /// At the start, for at the end it would be too late to say so.
    void check_export() const;
    /// Zero: at the end alone.
    domain::duration export_period() const;

 private:
    domain::scenario_ptr with_given_target(const domain::scenario_ptr& loaded) const;
};

/// Warns, in the log, of an emulator that others than this machine reach and nothing protects.
void warn_if_open(const runtime::server_options& options);

}  // namespace nexo_mock::cli
