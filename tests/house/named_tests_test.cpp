// The documents name tests by their sentences: each of those is one.
#include <catch2/catch.hpp>
#include <set>

#include "house/source_file.hpp"

namespace tern::house {
namespace {

const std::string test_case = "TEST_CASE(";

/// The string literals from a position up to the first character that is in none of them.
std::string literals_at(const std::string& text, std::size_t at) {
  std::string out;
  for (bool is_inside = false; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      is_inside = !is_inside;
    } else if (is_inside) {
      out += c;
    } else if (c != ' ' && c != '\n') {
      break;
    }
  }
  return out;
}

std::set<std::string> names_of_tests() {
  std::set<std::string> out;
  for (const auto& file : source_files({"tests"})) {
    std::string text;
    for (const auto& line : file.lines) text += line + '\n';
    for (auto at = text.find(test_case); at != std::string::npos;
         at = text.find(test_case, at + 1)) {
      auto name = literals_at(text, at + test_case.size());
      // With tags the name ends at the comma, which literals_at() stopped at.
      if (!name.empty()) out.insert(std::move(name));
    }
  }
  return out;
}

TEST_CASE("each test that a document names is there") {
  const auto names = names_of_tests();
  REQUIRE(names.size() > 1'000);
  std::size_t named = 0;
  for (const auto& file : all_files()) {
    if (!file.path.starts_with("docs/") || !file.path.ends_with(".md")) continue;
    for (const auto& line : file.lines) {
      if (!line.starts_with("- `") || !line.ends_with('`')) continue;
      INFO(file.path << ": " << line);
      CHECK(names.contains(line.substr(3, line.size() - 4)));
      ++named;
    }
  }
  CHECK(named > 50);
}

}  // namespace
}  // namespace tern::house
