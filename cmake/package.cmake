# What C++ programs build against is the component "development": find_package(nexo_mock).
include(CMakePackageConfigHelpers)

set(nexo_mock_packagedir "${CMAKE_INSTALL_LIBDIR}/cmake/nexo_mock")

install(TARGETS nexo_mock EXPORT nexo_mockTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
# The headers of users are those that stand in no layer's folder.
file(GLOB public_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/nexo_mock/*.hpp")
install(FILES ${public_headers} "${PROJECT_BINARY_DIR}/include/nexo_mock/version.hpp"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/nexo_mock" COMPONENT development)
install(EXPORT nexo_mockTargets NAMESPACE nexo_mock:: DESTINATION "${nexo_mock_packagedir}" COMPONENT development)

configure_package_config_file(cmake/nexo_mockConfig.cmake.in "${PROJECT_BINARY_DIR}/nexo_mockConfig.cmake"
                              INSTALL_DESTINATION "${nexo_mock_packagedir}"
                              NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/nexo_mockConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/nexo_mockConfig.cmake" "${PROJECT_BINARY_DIR}/nexo_mockConfigVersion.cmake"
        DESTINATION "${nexo_mock_packagedir}" COMPONENT development)
