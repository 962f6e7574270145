#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace nexo_mock::codec {

/// Reads the bodies of send-otp calls, one after another, without a document in between. Unknown
/// fields are ignored [A]; of a field given twice the last counts. Not for sharing between threads.
class send_otp_body_reader {
 public:
    send_otp_body_reader();
    ~send_otp_body_reader();
    send_otp_body_reader(const send_otp_body_reader&) = delete;
    send_otp_body_reader& operator=(const send_otp_body_reader&) = delete;

    /// Levels of nesting a body may have, in fields that are ignored.
    static constexpr std::size_t max_depth = 256;

    /// False if the body is not one JSON object in UTF-8, or nests deeper.
    bool read(std::string_view body);

    /// Of the last body read; empty where it is missing or no string. Good until the next read().
    std::string_view phone() const;
    std::string_view code() const;

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace nexo_mock::codec
