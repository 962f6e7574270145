# nexo_mock_precompile(<target>): where sources are compiled in batches (CMAKE_UNITY_BUILD, ADR 0026), what
# many of them include is read once for all targets. Elsewhere each source has what it includes itself.
if(CMAKE_UNITY_BUILD)
  add_library(nexo_mock_precompiled STATIC cmake/precompiled.cpp)
  target_link_libraries(nexo_mock_precompiled PRIVATE nexo_mock::options Boost::headers OpenSSL::SSL)
  target_compile_features(nexo_mock_precompiled PUBLIC cxx_std_20)
  target_precompile_headers(nexo_mock_precompiled PRIVATE cmake/precompiled.hpp)
endif()

function(nexo_mock_precompile target)
  if(CMAKE_UNITY_BUILD)
    target_precompile_headers(${target} REUSE_FROM nexo_mock_precompiled)
  endif()
endfunction()
