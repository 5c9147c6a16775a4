#include "chat/line_editor.hpp"

#include <catch2/catch.hpp>
#include <clocale>

namespace chat {
namespace {

// wcwidth() knows widths beyond ASCII only in a UTF-8 locale.
const bool utf8 = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;

LineEditor typed(std::string_view text) {
  LineEditor editor;
  editor.insert(text);
  return editor;
}

TEST_CASE("backspace takes a whole character") {
  auto editor = typed("a€");
  editor.backspace();
  CHECK(editor.text() == "a");
  editor.backspace();
  editor.backspace();
  CHECK(editor.text().empty());
}

TEST_CASE("an accent goes with its letter") {
  REQUIRE(utf8);
  auto editor = typed("ae\u0301");
  editor.backspace();
  CHECK(editor.text() == "a");
}

TEST_CASE("text goes in where the cursor is") {
  auto editor = typed("naar");
  editor.left();
  editor.left();
  editor.insert("ï");
  CHECK(editor.text() == "naïar");
  editor.home();
  editor.erase();
  CHECK(editor.text() == "aïar");
}

TEST_CASE("a word goes with the spaces behind it") {
  auto editor = typed("tot straks  ");
  editor.erase_word();
  CHECK(editor.text() == "tot ");
}

TEST_CASE("a line wider than the screen shows the part around the cursor") {
  auto editor = typed("0123456789");
  CHECK(editor.view(5).text == "6789");
  CHECK(editor.view(5).cursor_column == 4);
  editor.home();
  CHECK(editor.view(5).text == "01234");
  CHECK(editor.view(5).cursor_column == 0);
}

TEST_CASE("a wide character takes two columns") {
  REQUIRE(utf8);
  CHECK(typed("日本").view(10).cursor_column == 4);
}

}  // namespace
}  // namespace chat
