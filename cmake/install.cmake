# What is installed for those who run nexo-mock is the component "runtime".
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME runtime)
set(nexo_mock_docdir "${CMAKE_INSTALL_DATADIR}/doc/nexo-mock")

install(TARGETS nexo_mock_exe RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/scenarios/"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/nexo-mock/scenarios"
        FILES_MATCHING PATTERN "*.json")
install(FILES README.md CHANGELOG.md LICENSE DESTINATION "${nexo_mock_docdir}")
install(DIRECTORY docs DESTINATION "${nexo_mock_docdir}")
if(NEXO_MOCK_STATIC)
  # What deb.cmake makes a package of.
  install(FILES packaging/copyright DESTINATION "${nexo_mock_docdir}")
  install(FILES packaging/lintian-overrides DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides"
          RENAME nexo-mock)
endif()
