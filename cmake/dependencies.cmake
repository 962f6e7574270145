# What the project is built on; docs/adr says why each is there.
if(NEXO_MOCK_STATIC)
  set(Boost_USE_STATIC_LIBS ON)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()

find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS json url)
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
if(NEXO_MOCK_PROGRAM)
  find_package(CLI11 REQUIRED CONFIG)
endif()
