#pragma once

namespace nexo_mock::cli {

/// Lets the process open as many descriptors as its hard limit allows: each connection takes one,
/// and the soft limit of most shells is 1024.
void raise_descriptor_limit();

}  // namespace nexo_mock::cli
