#pragma once

#include <nexo_mock/codec/emulator_state.hpp>

#include <string>

namespace nexo_mock::codec {

/// Appends the state as one JSON document, the same for equal states; read_state() reads an equal
/// one from it, but for bytes of receivers' replies that are no UTF-8. What is as usual is left
/// out. Keys and secrets stand in it as they are.
void write_state(std::string& out, const emulator_state& of);

}  // namespace nexo_mock::codec
