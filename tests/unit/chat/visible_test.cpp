#include "chat/visible.hpp"

#include <catch2/catch.hpp>

namespace chat {
namespace {

TEST_CASE("a message cannot steer the terminal") {
  CHECK(visible("\x1b[2Jgone\x07") == "?[2Jgone?");
  CHECK(visible("a\u009bm") == "a?m");            // C1: CSI in one character
  CHECK(visible("\u202Egnp.exe") == "?gnp.exe");  // right-to-left override
  CHECK(visible("\xC3\x1b[H") == "??[H");         // a broken character does not hide an escape
  CHECK(visible("één\nregel") == "één\nregel");
}

TEST_CASE("a long text is broken at spaces") {
  CHECK(wrapped("tot straks dan", 10) == std::vector<std::string>{"tot straks", "dan"});
  CHECK(wrapped("abcdefgh", 3) == std::vector<std::string>{"abc", "def", "gh"});
  CHECK(wrapped("abc def", 3) == std::vector<std::string>{"abc", "def"});
}

TEST_CASE("line ends and empty lines stay") {
  CHECK(wrapped("a\n\nb", 10) == std::vector<std::string>{"a", "", "b"});
  CHECK(wrapped("", 10) == std::vector<std::string>{""});
}

}  // namespace
}  // namespace chat
