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

# What the program says of itself: made by running it, so that it agrees with the options there are.
if(NOT CMAKE_CROSSCOMPILING)
  set(pages_folder "${CMAKE_CURRENT_BINARY_DIR}/pages")
  file(MAKE_DIRECTORY "${pages_folder}")
  add_custom_command(
    OUTPUT "${pages_folder}/nexo-mock.1" "${pages_folder}/nexo-mock" "${pages_folder}/_nexo-mock"
    COMMAND nexo_mock_exe manual > "${pages_folder}/nexo-mock.1"
    COMMAND nexo_mock_exe completion bash > "${pages_folder}/nexo-mock"
    COMMAND nexo_mock_exe completion zsh > "${pages_folder}/_nexo-mock"
    DEPENDS nexo_mock_exe
    COMMENT "Manual page and shell completion"
    VERBATIM)
  add_custom_target(nexo_mock_pages ALL
    DEPENDS "${pages_folder}/nexo-mock.1" "${pages_folder}/nexo-mock" "${pages_folder}/_nexo-mock")
  install(FILES "${pages_folder}/nexo-mock.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  install(FILES "${pages_folder}/nexo-mock" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
  install(FILES "${pages_folder}/_nexo-mock" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
endif()
