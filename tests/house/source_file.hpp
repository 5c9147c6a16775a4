// The tree as text: what the tests of the house read.
#pragma once

#include <string>
#include <vector>

namespace tern::house {

struct SourceFile {
  std::string path;  ///< from the top, with '/'
  std::vector<std::string> lines;
};

/// What stands behind #include on a line of code.
struct Include {
  std::string path;
  bool quoted = false;
  std::size_t line = 0;  ///< from 1
};

/// Every .cpp and .hpp below these folders of the source tree, in the order of their paths.
std::vector<SourceFile> source_files(const std::vector<std::string>& folders);
/// Every text that is handed in: sources, scripts, build files, documents.
std::vector<SourceFile> all_files();
std::vector<Include> includes_of(const SourceFile& file);

bool starts_with_any(const std::string& text, const std::vector<std::string>& prefixes);

}  // namespace tern::house
