# nexo_mock_options: how every target of the project is compiled.
add_library(nexo_mock_options INTERFACE)
add_library(nexo_mock::options ALIAS nexo_mock_options)

target_compile_options(nexo_mock_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(NEXO_MOCK_WERROR)
  target_compile_options(nexo_mock_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -Wtsan only says that fences are not instrumented; tests/tsan.supp names the one that matters.
  target_compile_options(nexo_mock_options INTERFACE -Wno-tsan)
endif()

if(NEXO_MOCK_SANITIZE)
  target_compile_options(nexo_mock_options INTERFACE -fsanitize=${NEXO_MOCK_SANITIZE}
                                                     -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(nexo_mock_options INTERFACE -fsanitize=${NEXO_MOCK_SANITIZE})
endif()
if(NEXO_MOCK_FUZZ)
  # What fuzzers steer by, in the very objects that the test suites link (tests/fuzz).
  target_compile_options(nexo_mock_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(NEXO_MOCK_COVERAGE)
  target_compile_options(nexo_mock_options INTERFACE --coverage)
  target_link_options(nexo_mock_options INTERFACE --coverage)
endif()

if(NEXO_MOCK_STATIC)
  # With --gc-sections, what no one calls is left out.
  target_compile_options(nexo_mock_options INTERFACE -ffunction-sections -fdata-sections)
endif()
