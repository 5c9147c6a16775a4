#include "support/vectors.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace tern::test {
namespace {

// TERN_VECTORS is believed even when it is wrong: a typing mistake must not skip a test.
std::optional<std::filesystem::path> vectors_folder() {
  if (const char* named = std::getenv("TERN_VECTORS"); named && *named) return named;
  const auto beside = std::filesystem::path(TERN_SOURCE_DIR).parent_path() / "shared" / "vectors";
  if (std::filesystem::is_directory(beside)) return beside;
  return std::nullopt;
}

nlohmann::json parse(const std::filesystem::path& file) {
  std::ifstream in(file);
  auto out = nlohmann::json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (out.is_discarded()) FAIL("no vectors can be read from " << file.string());
  if (out.empty()) FAIL("no vector is in " << file.string());
  return out;
}

}  // namespace

std::optional<nlohmann::json> load_vectors(const std::string& file) {
  const auto folder = vectors_folder();
  if (!folder) {
    // tests/vectors/CMakeLists.txt makes ctest show this line's program as skipped.
    std::cerr << "SKIPPED: no published vectors, so " << file
              << " is not checked; set TERN_VECTORS to their folder\n";
    WARN("SKIPPED: " << file);
    return std::nullopt;
  }
  return parse(*folder / file);
}

std::optional<nlohmann::json> load_further_vectors(const std::string& file) {
  const auto folder = vectors_folder();
  if (folder && std::filesystem::exists(*folder / file)) return parse(*folder / file);
  std::cerr << "not among these vectors: " << file << "\n";
  return std::nullopt;
}
Bytes hex(const nlohmann::json& value) {
  REQUIRE(value.is_string());
  auto out = from_hex(value.get<std::string>());
  REQUIRE(out);
  return std::move(*out);
}

void fail_length(const nlohmann::json& value, std::size_t bytes) {
  FAIL("not " << bytes << " bytes: " << value.dump());
  std::abort();  // unreachable: FAIL throws
}

}  // namespace tern::test
