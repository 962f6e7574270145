#include <nexo_mock/cli/certificate_folder.hpp>
#include <nexo_mock/cli/files.hpp>

#include <filesystem>
#include <optional>
#include <stdexcept>

namespace nexo_mock::cli {

namespace {

namespace fs = std::filesystem;

/// A certificate and its key in two files.
struct certificate_files {
    std::string chain;
    std::string key;

    certificate_files(const fs::path& folder, const std::string& name)
        : chain{folder / (name + ".pem")}, key{folder / (name + ".key")} {}

    /// None if there is no certificate; without a key if only that is missing.
    std::optional<net::certificate> read() const {
        if (!fs::exists(chain)) return std::nullopt;
        return net::certificate{read_file(chain), fs::exists(key) ? read_file(key) : ""};
    }

    // The key first: where there is a certificate, there are both.
    void write(const net::certificate& made) const {
        replace_file(key, made.key);
        replace_file(chain, made.chain, readable_by::everybody);
    }
};

net::certificate authority_in(const certificate_files& files) {
    if (const auto found = files.read()) {
        const auto why = net::why_unusable(*found);
        if (why.empty()) return *found;
        throw std::runtime_error{"can't use the authority in \"" + files.chain + "\": " + why +
                                 ". Remove it and its key, and a new one is made for clients to "
                                 "trust"};
    }
    const auto made = net::make_authority();
    files.write(made);
    return made;
}

}  // namespace

std::string authority_file(const std::string& folder) {
    return certificate_files{folder, "ca"}.chain;
}

net::certificate self_signed_in(const std::string& folder, const std::string& host) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (ec) {
        throw std::runtime_error{"can't make the folder \"" + folder + "\": " + ec.message()};
    }
    const certificate_files authority_files{folder, "ca"};
    const certificate_files server_files{folder, "server"};
    const auto names = net::emulator_names(host);
    const bool is_writable = can_write_to(folder);
    std::optional<folder_lock> alone;
    if (is_writable) alone.emplace(folder);
    const auto authority = authority_in(authority_files);
    const auto found = server_files.read();
    const auto why = found ? net::why_unusable(*found, authority, names) : "it is missing";
    if (why.empty()) return *found;
    if (!is_writable) {
        throw std::runtime_error{"can't use the certificate \"" + server_files.chain +
                                 "\": " + why + ", and the folder can't be written for a new one"};
    }
    const auto made = net::issue(authority, names);
    server_files.write(made);
    return made;
}

}  // namespace nexo_mock::cli
