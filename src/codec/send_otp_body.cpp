#include <nexo_mock/codec/send_otp_body.hpp>

#include <boost/json/basic_parser_impl.hpp>

#include <limits>

namespace nexo_mock::codec {

namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Keeps the strings `phone` and `code` of the outermost object and lets everything else go by.
class field_catcher {
 public:
    static constexpr auto max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr auto max_array_size = max_object_size;
    static constexpr auto max_key_size = max_object_size;
    static constexpr auto max_string_size = max_object_size;

    std::string phone;
    std::string code;
    bool is_object = false;

    void start() {
        phone.clear();
        code.clear();
        key_.clear();
        is_object = false;
        depth_ = 0;
        wanted_ = nullptr;
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        if (depth_ == 0) is_object = true;
        return nest();
    }
    bool on_object_end(std::size_t, error_code&) { return unnest(); }
    bool on_array_begin(error_code&) { return nest(); }
    bool on_array_end(std::size_t, error_code&) { return unnest(); }
    bool on_key_part(string_view part, std::size_t, error_code&) {
        if (is_field()) key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(string_view part, std::size_t, error_code&) {
        if (!is_field()) return true;
        key_.append(part.data(), part.size());
        wanted_ = key_ == "phone" ? &phone : key_ == "code" ? &code : nullptr;
        if (wanted_ != nullptr) wanted_->clear();
        key_.clear();
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_string(string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, string_view, error_code&) { return true; }
    bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
    bool on_double(double, string_view, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

 private:
    bool is_field() const { return depth_ == 1 && is_object; }
    bool nest() {
        ++depth_;
        return true;
    }
    bool unnest() {
        --depth_;
        return true;
    }
    bool collect(string_view part) {
        if (is_field() && wanted_ != nullptr) wanted_->append(part.data(), part.size());
        return true;
    }

    std::string key_;
    int depth_ = 0;
    std::string* wanted_ = nullptr;  // where the current field's string goes
};

}  // namespace

struct send_otp_body_reader::state {
    boost::json::basic_parser<field_catcher> parser{options()};

    /// Fields nobody asked for may be deep, but the parser calls itself for each level.
    static boost::json::parse_options options() {
        boost::json::parse_options deep;
        deep.max_depth = max_depth;
        return deep;
    }
};

send_otp_body_reader::send_otp_body_reader() : state_{std::make_unique<state>()} {}
send_otp_body_reader::~send_otp_body_reader() = default;

bool send_otp_body_reader::read(std::string_view body) {
    auto& parser = state_->parser;
    parser.reset();
    parser.handler().start();
    error_code ec;
    const auto consumed = parser.write_some(false, body.data(), body.size(), ec);
    return !ec && consumed == body.size() && parser.handler().is_object;
}

std::string_view send_otp_body_reader::phone() const {
    return state_->parser.handler().phone;
}
std::string_view send_otp_body_reader::code() const {
    return state_->parser.handler().code;
}

}  // namespace nexo_mock::codec
