// A file's bytes in one read: byte by byte, as by an iterator, takes seconds where tests do not
// optimise.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace tern::test {

/// What can be read of it: empty where there is none.
inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return {};
  std::string out(static_cast<std::size_t>(in.tellg()), '\0');
  in.seekg(0).read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

}  // namespace tern::test
