// Where the vectors of the library's own making go: the folder that TERN_MADE_VECTORS names, laid
// out like tests/vectors/own. Without it they are made all the same, and nothing is written.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/entropy.hpp"

namespace tern::test {

/// One vector a line, as in the published files.
inline void write_vectors(const std::string& file, const std::vector<nlohmann::json>& vectors) {
  const char* folder = std::getenv("TERN_MADE_VECTORS");
  if (!folder) return;
  const auto path = std::filesystem::path(folder) / file;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path);
  out << "[";
  for (std::size_t i = 0; i < vectors.size(); ++i) out << (i ? ",\n" : "\n") << vectors[i].dump();
  out << "\n]\n";
}

inline Bytes random_bytes(std::size_t count, Entropy& entropy) {
  Bytes out(count);
  entropy.fill(out);
  return out;
}

}  // namespace tern::test
