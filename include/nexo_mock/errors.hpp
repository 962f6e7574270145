#pragma once

#include <stdexcept>

/// What the library throws, each with the reason in words. Wrong arguments, such as a scenario with
/// mistakes or a text that is no number, are std::invalid_argument instead.
namespace nexo_mock {

/// The emulator refuses: an unknown delivery, a clock that is not manual, too many accounts.
class error : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// A wait for a code was in vain; what() tells what the application did instead.
class no_code : public error {
 public:
    using error::error;
};

/// A reset came while the call waited.
class reset_meanwhile : public error {
 public:
    using error::error;
};

/// The emulator was stopped, before the call or while it waited.
class stopped : public error {
 public:
    using error::error;
};

}  // namespace nexo_mock
