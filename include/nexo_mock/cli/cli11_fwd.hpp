#pragma once

// NOLINTBEGIN(readability-identifier-naming): named by CLI11, whose headers cost seconds to compile
namespace CLI {
class App;
}
// NOLINTEND(readability-identifier-naming)
