#include <nexo_mock/codec/embedded.hpp>
#include <support/files.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>

using namespace nexo_mock;

TEST_CASE("files that are part of the executable are there byte for byte, under their names") {
    struct row {
        std::span<const embedded::file> table;
        std::string stem;
        std::string path;
    };
    for (const auto& [table, stem, path] :
         {row{embedded::documents, "openapi", "openapi/openapi.json"},
          row{embedded::schemas, "scenario", "scenarios/scenario.schema.json"}}) {
        CAPTURE(path);
        REQUIRE(table.size() == 1);
        CHECK(table.front().stem == stem);
        CHECK(table.front().name == path.substr(path.rfind('/') + 1));
        CHECK(table.front().text == support::repository_file(path));
        CHECK(table.front().digest.size() == 16);
    }
}
