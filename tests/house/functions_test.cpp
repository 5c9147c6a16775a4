#include "house/functions.hpp"

#include <catch2/catch.hpp>

namespace tern::house {
namespace {

TEST_CASE("a function's lines are counted from brace to brace") {
  const SourceFile file{"x.cpp",
                        {"namespace a {", "struct B {", "  int c = 0;", "  int d() const {",
                         "    if (c) { return 1; }", "    return 0;", "  }", "};",
                         "std::array<int, 2> e = {1, 2};", "}"}};
  const auto functions = functions_of(file);
  REQUIRE(functions.size() == 1);
  CHECK(functions[0].line == 4);
  CHECK(functions[0].lines == 4);
}

TEST_CASE("braces in comments, strings, characters and macros open nothing") {
  const SourceFile file{"x.cpp",
                        {"#define F(x) {", "void a() {  // {", "  b(\"{\", '{', R\"({)\");",
                         "  /* {", "  */", "}", "void c() {}"}};
  const auto functions = functions_of(file);
  REQUIRE(functions.size() == 2);
  CHECK(functions[0].lines == 5);
  CHECK(functions[1].line == 7);
}

TEST_CASE("a constructor's initializers do not hide its body") {
  const SourceFile file{"x.cpp", {"A::A(int b)", "    : b_(b) {", "  c();", "}"}};
  const auto functions = functions_of(file);
  REQUIRE(functions.size() == 1);
  CHECK(functions[0].lines == 3);
}

}  // namespace
}  // namespace tern::house
