#include "tern/bytes.hpp"

#include <catch2/catch.hpp>

using namespace tern;

TEST_CASE("hex and base32 give back the bytes they were made from") {
  for (std::size_t length = 0; length < 40; ++length) {
    Bytes bytes;
    for (std::size_t i = 0; i < length; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 + 5));
    CHECK(from_hex(to_hex(bytes)) == bytes);
    CHECK(from_base32(to_base32(bytes)) == bytes);
  }
}

TEST_CASE("base32 agrees with RFC 4648 section 10") {
  CHECK(to_base32(as_bytes("foobar")) == "mzxw6ytboi");
  CHECK(to_base32(as_bytes("f")) == "my");
  CHECK(as_text(*from_base32("MZXW6YQ")) == "foob");
}

TEST_CASE("base32 with spare bits set or a letter too many is refused") {
  CHECK_FALSE(from_base32("mz1"));
  CHECK_FALSE(from_base32("mr"));   // "my" with a spare bit
  CHECK_FALSE(from_base32("myA"));  // a whole letter that carries no byte
}

TEST_CASE("hex of an odd length or with another letter is refused") {
  CHECK_FALSE(from_hex("abc"));
  CHECK_FALSE(from_hex("zz"));
}
