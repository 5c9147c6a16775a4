#include "chat/key_reader.hpp"

#include <catch2/catch.hpp>

namespace chat {
namespace {

TEST_CASE("a character that arrives in pieces is one character") {
  KeyReader keys;
  keys.feed("\xE2\x82");
  CHECK_FALSE(keys.next());
  keys.feed("\xAC");
  const auto press = keys.next();
  REQUIRE(press);
  CHECK(press->key == Key::text);
  CHECK(press->text == "€");
}

TEST_CASE("an escape sequence that arrives in pieces is one key") {
  KeyReader keys;
  for (const char* piece : {"\x1b", "[", "3"}) {
    keys.feed(piece);
    CHECK_FALSE(keys.next());
  }
  keys.feed("~x");
  CHECK(keys.next()->key == Key::erase);
  CHECK(keys.next()->text == "x");
}

TEST_CASE("an unknown escape sequence types nothing") {
  KeyReader keys;
  keys.feed("\x1b[38;5;12mhello");
  CHECK(keys.next()->text == "hello");
  CHECK_FALSE(keys.next());
}

TEST_CASE("a line end in pasted text does not send") {
  KeyReader keys;
  keys.feed("\x1b[200~one\rtwo\x1b[201~\r");
  CHECK(keys.next()->text == "one");
  CHECK(keys.next()->text == " ");
  CHECK(keys.next()->text == "two");
  CHECK(keys.next()->key == Key::enter);
}

TEST_CASE("a control key inside pasted text does nothing") {
  KeyReader keys;
  keys.feed("\x1b[200~\x03\x1b[201~a");
  CHECK(keys.next()->text == "a");
}

}  // namespace
}  // namespace chat
