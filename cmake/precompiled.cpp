// CMake precompiles the headers of a target, and a target has a source.
