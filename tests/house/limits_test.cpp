// The house style's sizes. Over one of them, ask which two concepts live together.
#include <catch2/catch.hpp>

#include "house/functions.hpp"

namespace tern::house {
namespace {

constexpr std::size_t file_lines_max = 400;
constexpr std::size_t function_lines_max = 60;

const std::vector<std::string> limited = {"include", "src", "codecs", "examples", "fuzz"};

TEST_CASE("no file is longer than 400 lines") {
  for (const auto& file : source_files(limited)) {
    INFO(file.path);
    CHECK(file.lines.size() <= file_lines_max);
  }
}

TEST_CASE("no function is longer than 60 lines") {
  std::size_t seen = 0;
  for (const auto& file : source_files(limited))
    for (const auto& function : functions_of(file)) {
      INFO(file.path << ":" << function.line);
      CHECK(function.lines <= function_lines_max);
      ++seen;
    }
  CHECK(seen > 0);
}

TEST_CASE("a file is named after a concept") {
  for (const auto& file : source_files(limited)) {
    const auto name = file.path.substr(file.path.rfind('/') + 1);
    INFO(file.path);
    CHECK_FALSE(starts_with_any(name, {"util", "helper", "common.", "misc.", "manager"}));
  }
}

}  // namespace
}  // namespace tern::house
