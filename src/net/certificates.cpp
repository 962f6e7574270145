#include <nexo_mock/net/certificates.hpp>

#include <boost/asio/ip/address.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace nexo_mock::net {

namespace {

using namespace std::chrono_literals;

constexpr auto authority_lasts = 24h * 3650;
constexpr auto server_lasts = 24h * 397;
constexpr auto renewed_before_end = 24h * 30;
constexpr auto begins_before_now = 1h;  // clocks of containers and machines differ

constexpr std::array<const char*, 5> known_names{
    "nexoroute.dev", "localhost", "nexo-mock", "host.docker.internal", "host.containers.internal"};
constexpr std::array<const char*, 2> known_addresses{"127.0.0.1", "::1"};
/// As name constraints write them: address and mask.
constexpr std::array<const char*, 6> private_networks{
    "127.0.0.0/255.0.0.0",
    "10.0.0.0/255.0.0.0",
    "172.16.0.0/255.240.0.0",
    "192.168.0.0/255.255.0.0",
    "0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fc00:0:0:0:0:0:0:0/fe00:0:0:0:0:0:0:0"};

template <auto Free>
struct freed {
    template <class T>
    void operator()(T* what) const {
        Free(what);
    }
};
using bio_ptr = std::unique_ptr<BIO, freed<BIO_free_all>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freed<X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed<X509_EXTENSION_free>>;

void check(bool went_well) {
    if (went_well) return;
    const auto* reason = ERR_reason_error_string(ERR_get_error());
    throw std::runtime_error{std::string{"can't make a certificate: "} +
                             (reason != nullptr ? reason : "OpenSSL does not say why")};
}

bool is_private(const std::string& host) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(host, ec);
    if (ec || address.is_unspecified()) return false;
    if (address.is_loopback()) return true;
    if (address.is_v6()) return (address.to_v6().to_bytes()[0] & 0xfeU) == 0xfc;
    const auto bytes = address.to_v4().to_bytes();
    return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0U) == 16) ||
           (bytes[0] == 192 && bytes[1] == 168);
}

bool is_address(const std::string& name) {
    boost::system::error_code ec;
    boost::asio::ip::make_address(name, ec);
    return !ec;
}

x509_ptr read_certificate(const std::string& pem) {
    const bio_ptr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    return x509_ptr{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
}

key_ptr read_key(const std::string& pem) {
    const bio_ptr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    // The empty passphrase keeps OpenSSL from asking for one on the terminal.
    std::array<char, 1> passphrase{};
    return key_ptr{PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, passphrase.data())};
}

std::string text_of(const bio_ptr& bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

certificate written(X509* made, EVP_PKEY* key) {
    const bio_ptr chain{BIO_new(BIO_s_mem())};
    const bio_ptr secret{BIO_new(BIO_s_mem())};
    check(PEM_write_bio_X509(chain.get(), made) == 1);
    check(PEM_write_bio_PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return {text_of(chain), text_of(secret)};
}

void add_extension(X509* to, X509* issuer, int which, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    const extension_ptr made{X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str())};
    check(made != nullptr);
    check(X509_add_ext(to, made.get(), -1) == 1);
}

/// A new version 3 certificate for a new key, without extensions and not signed.
std::pair<x509_ptr, key_ptr> draft(const std::string& common_name, std::chrono::seconds lasts) {
    key_ptr key{EVP_EC_gen("P-256")};
    check(key != nullptr);
    x509_ptr made{X509_new()};
    check(made != nullptr);
    check(X509_set_version(made.get(), X509_VERSION_3) == 1);
    std::array<unsigned char, 16> serial{};
    check(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1);
    serial[0] &= 0x7fU;  // a serial number is positive
    const std::unique_ptr<BIGNUM, freed<BN_free>> number{
        BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr)};
    check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr);
    check(X509_gmtime_adj(X509_getm_notBefore(made.get()),
                          -std::chrono::seconds{begins_before_now}.count()) != nullptr);
    check(X509_gmtime_adj(X509_getm_notAfter(made.get()), lasts.count()) != nullptr);
    check(X509_set_pubkey(made.get(), key.get()) == 1);
    auto* name = X509_get_subject_name(made.get());
    const auto add = [&](const char* field, const std::string& value) {
        check(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(value.c_str()), -1,
                                         -1, 0) == 1);
    };
    add("O", "nexo-mock");
    add("CN", common_name);
    return {std::move(made), std::move(key)};
}

std::string permitted_names() {
    std::string list = "critical";
    for (const auto* each : known_names)
        list += std::string{",permitted;DNS:"} + each;
    for (const auto* each : private_networks)
        list += std::string{",permitted;IP:"} + each;
    return list;
}

std::string alternative_names(std::span<const std::string> names) {
    std::string list;
    for (const auto& each : names) {
        list += list.empty() ? "" : ",";
        list += (is_address(each) ? "IP:" : "DNS:") + each;
    }
    return list;
}

bool ends_soon(const X509* what) {
    auto then =
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + renewed_before_end);
    return X509_cmp_time(X509_get0_notAfter(what), &then) <= 0;
}

bool has_name(X509* of, const std::string& name) {
    return is_address(name) ? X509_check_ip_asc(of, name.c_str(), 0) == 1
                            : X509_check_host(of, name.data(), name.size(), 0, nullptr) == 1;
}

struct parsed_authority {
    x509_ptr itself;
    key_ptr key;
};

parsed_authority parse(const certificate& authority) {
    parsed_authority read{read_certificate(authority.chain), read_key(authority.key)};
    if (!read.itself) throw std::invalid_argument{"the authority is no certificate in PEM"};
    if (!read.key) throw std::invalid_argument{"the authority's key is no private key in PEM"};
    return read;
}

}  // namespace

std::vector<std::string> emulator_names(const std::string& host) {
    std::vector<std::string> names{known_names.begin(), known_names.end()};
    names.insert(names.end(), known_addresses.begin(), known_addresses.end());
    if (is_private(host) && std::ranges::find(names, host) == names.end()) names.push_back(host);
    return names;
}

certificate make_authority() {
    const auto [made, key] = draft("nexo-mock local authority", authority_lasts);
    check(X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) == 1);
    add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash");
    add_extension(made.get(), made.get(), NID_name_constraints, permitted_names());
    check(X509_sign(made.get(), key.get(), EVP_sha256()) != 0);
    return written(made.get(), key.get());
}

certificate issue(const certificate& authority, std::span<const std::string> names) {
    const auto by = parse(authority);
    const auto [made, key] = draft("nexo-mock", server_lasts);
    check(X509_set_issuer_name(made.get(), X509_get_subject_name(by.itself.get())) == 1);
    add_extension(made.get(), by.itself.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(made.get(), by.itself.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(made.get(), by.itself.get(), NID_ext_key_usage, "serverAuth");
    add_extension(made.get(), by.itself.get(), NID_subject_key_identifier, "hash");
    add_extension(made.get(), by.itself.get(), NID_authority_key_identifier, "keyid:always");
    add_extension(made.get(), by.itself.get(), NID_subject_alt_name, alternative_names(names));
    check(X509_sign(made.get(), by.key.get(), EVP_sha256()) != 0);
    return written(made.get(), key.get());
}

std::string why_unusable(const certificate& server, const certificate& authority,
                         std::span<const std::string> names) {
    const auto by = parse(authority);
    const auto read = read_certificate(server.chain);
    const auto key = read_key(server.key);
    if (!read) return "it is no certificate in PEM";
    if (!key || X509_check_private_key(read.get(), key.get()) != 1) return "its key does not fit";
    const key_ptr public_key{X509_get_pubkey(by.itself.get())};
    if (X509_verify(read.get(), public_key.get()) != 1) return "it is not by the authority";
    for (const auto& each : names) {
        if (!has_name(read.get(), each)) return "it is not for " + each;
    }
    return ends_soon(read.get()) ? "it ends soon" : "";
}

std::string why_unusable(const certificate& authority) {
    const auto read = read_certificate(authority.chain);
    const auto key = read_key(authority.key);
    if (!read) return "it is no certificate in PEM";
    if (X509_check_ca(read.get()) != 1) return "it is no certificate of an authority";
    if (!key || X509_check_private_key(read.get(), key.get()) != 1) return "its key does not fit";
    return ends_soon(read.get()) ? "it ends soon" : "";
}

}  // namespace nexo_mock::net
