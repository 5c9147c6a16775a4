#include "house/source_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

namespace tern::house {
namespace {

namespace fs = std::filesystem;

const fs::path top = TERN_SOURCE_DIR;

SourceFile read(const fs::path& path) {
  SourceFile file{path.lexically_relative(top).generic_string(), {}};
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  return file;
}

bool is_source(const fs::path& path) {
  return path.extension() == ".cpp" || path.extension() == ".hpp";
}

bool is_text(const fs::path& path) {
  static const std::vector<std::string> endings = {".cpp", ".hpp", ".txt", ".cmake", ".in",
                                                   ".md",  ".sh",  ".fbs", ".json"};
  return path.extension().empty() ||
         std::find(endings.begin(), endings.end(), path.extension()) != endings.end();
}

template <class Wanted>
void collect(const fs::path& folder, Wanted wanted, std::vector<SourceFile>& out) {
  if (!fs::exists(folder)) return;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && wanted(entry.path())) out.push_back(read(entry.path()));
}

std::vector<SourceFile> sorted(std::vector<SourceFile> files) {
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace

std::vector<SourceFile> source_files(const std::vector<std::string>& folders) {
  std::vector<SourceFile> out;
  for (const auto& folder : folders) collect(top / folder, is_source, out);
  return sorted(std::move(out));
}

std::vector<SourceFile> all_files() {
  std::vector<SourceFile> out;
  for (const char* folder : {".ci", "codecs", "docs", "examples", "include", "src", "tests"})
    collect(top / folder, is_text, out);
  for (const auto& entry : fs::directory_iterator(top))
    // In a second working tree .git is a file, and names a path.
    if (entry.is_regular_file() && entry.path().filename() != ".git")
      out.push_back(read(entry.path()));
  return sorted(std::move(out));
}

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex directive(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Include> out;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_search(file.lines[i], match, directive))
      out.push_back({match[2], match[1] == "\"", i + 1});
  }
  return out;
}

bool starts_with_any(const std::string& text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return text.starts_with(prefix); });
}

}  // namespace tern::house
