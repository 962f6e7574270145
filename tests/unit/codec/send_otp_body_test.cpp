#include <nexo_mock/codec/send_otp_body.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace nexo_mock::codec;
using namespace std::string_literals;

TEST_CASE("phone and code are read from a body, wherever they stand in it") {
    send_otp_body_reader reader;
    for (
        const std::string_view body :
        {R"({"phone":"+84981234567","code":"482915"})",
         R"({"code":"482915","phone":"+84981234567"})",
         " {\r\n\t\"phone\" : \"+84981234567\" ,\n \"code\" : \"482915\" }\n ",
         R"({"x":{"phone":"a","code":"b"},"phone":"+84981234567","y":[{"code":"c"},"d"],"code":"482915","z":null})",
         R"({"phone":"+84981234567","code":"482915","phone ":"x","PHONE":"y","cod":"z","codes":"1"})",
         R"({"\u0070hone":"\u002b84981234567","co\u0064e":"4829\u00315"})",
         R"({"phone":"x","phone":"+84981234567","code":1,"code":"482915"})",
         R"({"n":1e400,"m":-0.5e-400,"phone":"+84981234567","t":true,"code":"482915"})"}) {
        CAPTURE(body);
        CHECK(reader.read(body));
        CHECK(reader.phone() == "+84981234567");
        CHECK(reader.code() == "482915");
    }
}

TEST_CASE("a field that is missing or no string is empty") {
    send_otp_body_reader reader;
    for (const std::string_view body :
         {"{}", R"({"phone":null,"code":false})", R"({"phone":84981234567,"code":482915})",
          R"({"phone":["+84981234567"],"code":{"code":"1234"}})", R"({"phone":"","code":""})",
          R"({"phone":{"phone":"+84981234567"},"code":[["1234"]]})",
          R"({"phone":"+84981234567","phone":5,"code":"1234","code":null})",
          R"({"phone":"+84981234567","phone":["x"],"code":"1234","code":{"a":"x"}})",
          R"({"a":{"phone":"x","code":"y"}})", R"({"phon":"x","phonee":"x","":"y"})"}) {
        CAPTURE(body);
        CHECK(reader.read(body));
        CHECK(reader.phone().empty());
        CHECK(reader.code().empty());
    }
}

TEST_CASE("text is unescaped and kept as it is, whatever it holds") {
    send_otp_body_reader reader;
    REQUIRE(reader.read("{\"phone\":\" \\n\\u0000\u00e9\\ud83d\\ude00 \",\"code\":\"\\\"\\\\\"}"));
    CHECK(reader.phone() == " \n\0\u00e9\U0001f600 "s);
    CHECK(reader.code() == "\"\\");
}

TEST_CASE("what is not one JSON object in UTF-8 is refused") {
    send_otp_body_reader reader;
    for (const auto& body : {""s,
                             " "s,
                             "null"s,
                             "1"s,
                             "true"s,
                             "\"phone\""s,
                             "[]"s,
                             R"([{"phone":"a","code":"b"}])"s,
                             "{"s,
                             "}"s,
                             "{}}"s,
                             "{}x"s,
                             "{}{}"s,
                             "{} ,"s,
                             R"({"phone":"a")"s,
                             R"({"phone":"a)"s,
                             R"({"phone":})"s,
                             R"({"phone" "a"})"s,
                             R"({phone:"a"})"s,
                             R"({'phone':'a'})"s,
                             R"({"phone":"a",})"s,
                             R"({,"phone":"a"})"s,
                             R"({"phone":"a" "code":"b"})"s,
                             R"({"phone":01})"s,
                             R"({"phone":+1})"s,
                             R"({"phone":NaN})"s,
                             R"({"phone":tru})"s,
                             R"({"phone":"\x"})"s,
                             R"({"phone":"\u12"})"s,
                             R"({"phone":"\ud800"})"s,
                             "{\"phone\":\"a\nb\"}"s,
                             "{\"phone\":\"\0\"}"s,
                             "{\"phone\":\"\xff\"}"s,
                             "{\"phone\":\"\xc0\xaf\"}"s,
                             "{\"phone\":\"\xed\xa0\x80\"}"s,
                             "{\"\xff\":1}"s,
                             "\xEF\xBB\xBF{}"s,
                             "{}\0"s,
                             "{/**/}"s,
                             "{} // c"s,
                             "phone=%2B84981234567&code=1234"s,
                             "<xml/>"s}) {
        CAPTURE(body);
        CHECK_FALSE(reader.read(body));
    }
    CHECK_FALSE(reader.read({}));
}

TEST_CASE("an object that nests too deep is refused") {
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    send_otp_body_reader reader;
    CHECK(reader.read(nested(send_otp_body_reader::max_depth - 1)));
    CHECK_FALSE(reader.read(nested(send_otp_body_reader::max_depth)));
    CHECK_FALSE(reader.read("{\"a\":" + std::string(1'000'000, '[')));
}

TEST_CASE("a large body is read") {
    send_otp_body_reader reader;
    const std::string padding(60'000, 'x');
    REQUIRE(
        reader.read("{\"x\":\"" + padding + "\",\"phone\":\"" + padding + "\",\"code\":\"1\"}"));
    CHECK(reader.phone() == padding);
    CHECK(reader.code() == "1");
}

TEST_CASE("nothing of one body is left in the next, even after an error") {
    send_otp_body_reader reader;
    REQUIRE(reader.read(R"({"phone":"a","code":"b"})"));
    REQUIRE(reader.read("{}"));
    CHECK(reader.phone().empty());
    CHECK(reader.code().empty());
    for (const std::string_view broken :
         {R"({"phone":"left)", R"({"phone)", R"({"phone":[{"x":"left)", R"({"phone":"\u00)", "[[[",
          R"({"phone":1.5e)", R"({"phone":tr)", R"({"code":"x"} y)"}) {
        CAPTURE(broken);
        CHECK_FALSE(reader.read(broken));
        REQUIRE(reader.read(R"({"code":"b"})"));
        CHECK(reader.phone().empty());
        CHECK(reader.code() == "b");
    }
}
