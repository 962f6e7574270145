# nexo_mock_embed(<target> <name> <file>...): makes the texts of the files part of the target, as the
# table `nexo_mock::embedded::<name>` of {name, stem, text, digest}, declared in
# <nexo_mock/codec/embedded.hpp>.
function(nexo_mock_embed target name)
  set(entries "")
  foreach(path IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    file(READ "${path}" text)
    string(FIND "${text}" ")embed\"" delimiter)
    if(NOT delimiter EQUAL -1)
      message(FATAL_ERROR "${path}: contains the delimiter of the embedding literal")
    endif()
    cmake_path(GET path FILENAME file_name)
    cmake_path(GET path STEM stem)
    file(SHA256 "${path}" digest)
    string(SUBSTRING "${digest}" 0 16 digest)
    string(APPEND entries "    {\"${file_name}\", \"${stem}\", R\"embed(${text})embed\", \"${digest}\"},\n")
  endforeach()
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cpp")
  file(CONFIGURE OUTPUT "${output}" CONTENT
"#include <nexo_mock/codec/embedded.hpp>

// Both compilers take literals that are longer than every compiler has to.
#if defined(__clang__)
#pragma clang diagnostic ignored \"-Woverlength-strings\"
#endif

namespace nexo_mock::embedded {

namespace {
constexpr file table[] = {
@entries@};
}  // namespace

const std::span<const file> @name@ = table;

}  // namespace nexo_mock::embedded
" @ONLY)
  target_sources(${target} PRIVATE "${output}")
  set_source_files_properties("${output}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)  # all have a `table`
endfunction()
