# nexo_mock_options: how every target of the project is compiled.
add_library(nexo_mock_options INTERFACE)
add_library(nexo_mock::options ALIAS nexo_mock_options)

target_compile_options(nexo_mock_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_UNITY_BUILD)
  # What a file calls its own is seen by those behind it in the batch, and the batch taken for a header.
  target_compile_options(nexo_mock_options INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  # A precompiled header that is the same in every clone, so that the compiler's cache knows it.
  target_compile_options(nexo_mock_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>)
endif()
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

# What makes a mistake in memory a crash instead of a way in; SECURITY.md lists it, and
# tests/e2e/hardening_test.py reads it off the executable. Sanitizers bring checks of their own.
if(NEXO_MOCK_HARDEN AND NOT NEXO_MOCK_SANITIZE)
  target_compile_options(nexo_mock_options INTERFACE -fPIE -fstack-protector-strong -fstack-clash-protection)
  # Fortified functions are inlined ones: without optimisation there are none, and a warning.
  target_compile_options(nexo_mock_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
  target_link_options(nexo_mock_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
  target_link_options(nexo_mock_options INTERFACE $<IF:$<BOOL:${NEXO_MOCK_STATIC}>,-static-pie,-pie>)
endif()

if(NEXO_MOCK_STATIC)
  # With --gc-sections, what no one calls is left out.
  target_compile_options(nexo_mock_options INTERFACE -ffunction-sections -fdata-sections)
endif()
