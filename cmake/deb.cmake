# The Debian package: cpack -G DEB --config build/static/CPackConfig.cmake. script/package-test tries it.
# It is made of the static executable, which runs on any Debian; another one would need libraries that are
# not named here, so there is no package of it.
if(NOT NEXO_MOCK_STATIC)
  return()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME nexo-mock)
set(CPACK_PACKAGE_VENDOR "nexo-mock developers")
set(CPACK_PACKAGE_CONTACT "nexo-mock developers <developers@nexo-mock.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "emulator of the NEXO ROUTE API")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/deb_staging.cmake")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"nexo-mock answers as the NEXO ROUTE API does, which reads one-time passwords
to mobile numbers by voice call: same replies, same wallet, same signed
webhooks. No phone rings and no money is spent. Tests can read the codes, move
time by hand and make any call fail.")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# Certificates of https:// webhook receivers are verified against them.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

include(CPack)
