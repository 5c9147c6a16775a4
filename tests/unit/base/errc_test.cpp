#include <catch2/catch.hpp>
#include <fstream>
#include <regex>

#include "tern/result.hpp"

using namespace tern;

TEST_CASE("every error code has a name and a sentence") {
  std::ifstream header(TERN_SOURCE_DIR "/include/tern/errc.hpp");
  std::string line;
  bool inside = false;
  int value = 0;
  int seen = 0;
  while (std::getline(header, line)) {
    if (line.find("enum class Errc") != line.npos) inside = true;
    if (inside && line.starts_with("};")) break;
    std::smatch match;
    static const std::regex enumerator(R"(^\s+(\w+)(?: = (\d+))?,.*)");
    if (!inside || !std::regex_match(line, match, enumerator)) continue;
    value = match[2].matched ? std::stoi(match[2]) : value + 1;
    CHECK(name(static_cast<Errc>(value)) == match[1].str());
    CHECK(describe(static_cast<Errc>(value)).size() > match[1].str().size());
    ++seen;
  }
  CHECK(seen > 100);
}

TEST_CASE("an error is a std::error_code in the tern category") {
  const Result<int> failed =
      Error(Errc::text_too_long, "the text has 70000 bytes; 65536 are allowed");
  CHECK(failed.error().code().category().name() == std::string("tern"));
  CHECK(failed.error().message() == "the text has 70000 bytes; 65536 are allowed");
  CHECK_FALSE(failed.error().retryable());
  CHECK(Error(Errc::stale).retryable());
}

TEST_CASE("a value asked for its error, and an error for its value, throws") {
  const Result<int> one(1);
  const Result<void> done;
  CHECK_THROWS_AS(one.error(), std::bad_variant_access);
  CHECK_THROWS_AS(done.error(), std::bad_variant_access);
  CHECK_THROWS_AS(Result<int>(Errc::stale).value(), std::bad_variant_access);
  CHECK_THROWS_AS(Result<void>(Errc::stale).value(), std::bad_variant_access);
}
