// What must not stand anywhere, or not below net.
#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>

#include "house/source_file.hpp"

namespace tern::house {
namespace {

void refuse(const std::vector<SourceFile>& files, const std::regex& pattern) {
  REQUIRE_FALSE(files.empty());
  for (const auto& file : files)
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (!std::regex_search(file.lines[i], pattern)) continue;
      FAIL_CHECK(file.path << ":" << i + 1 << ": " << file.lines[i]);
    }
}

TEST_CASE("nothing below net reads a clock, draws randomness, sleeps or starts a thread") {
  static const std::regex forbidden(
      R"re(_clock::now|random_device|\bmt19937|\brand\(|\bsleep|\btime\(|gettimeofday|clock_gettime|std::j?thread\b)re");
  refuse(source_files({"src/base", "src/crypto", "src/mls", "src/store", "src/client", "src/relay",
                       "codecs"}),
         forbidden);
}

TEST_CASE("no file names a path of one machine") {
  static const std::regex forbidden(R"re((^|[\s"'=(])/(home|root|work|Users)/)re");
  refuse(all_files(), forbidden);
}

TEST_CASE("nothing that is handed in calls itself unfinished") {
  static const std::regex forbidden(R"re(\b(TO)DO\b|\bFIX(ME)\b|\bXX(X)\b|\bHA(CK)\b)re");
  refuse(all_files(), forbidden);
}

TEST_CASE("the library prints nothing") {
  static const std::regex forbidden(R"re(std::(cout|cerr|clog)|\b(f?printf|puts)\()re");
  std::vector<SourceFile> library;
  for (auto& file : source_files({"include", "src", "codecs"})) {
    // A program may; and check.cpp says where a test build's own invariant broke.
    const bool program = std::any_of(file.lines.begin(), file.lines.end(), [](const auto& line) {
      return line.starts_with("int main(");
    });
    if (!program && file.path != "src/base/check.cpp") library.push_back(std::move(file));
  }
  refuse(library, forbidden);
}

}  // namespace
}  // namespace tern::house
