#include "examples/voice/voice_file.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <tern/limits.hpp>
#include <tern/voice_recorder.hpp>

#include "chat/require.hpp"

namespace voice {
namespace {

tern::Bytes read_all(std::istream& in, const std::string& name) {
  tern::Bytes out;
  std::array<char, 64 * 1024> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    out.insert(out.end(), block.begin(), block.begin() + in.gcount());
    // One byte over the limit is enough for the library to say so.
    if (out.size() > tern::limits::voice_import_bytes_max) return out;
  }
  if (!in.eof()) throw chat::Failure(name + " cannot be read");
  return out;
}

std::ifstream open_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw chat::Failure("there is no file " + path + " to read");
  return in;
}

}  // namespace

bool is_ogg(const std::string& path) {
  std::array<char, 4> magic{};
  open_file(path).read(magic.data(), magic.size());
  return std::string_view(magic.data(), magic.size()) == "OggS";
}

tern::Bytes read_whole(const std::string& path) {
  if (path == "-") return read_all(std::cin, "the standard input");
  auto in = open_file(path);
  return read_all(in, path);
}

VoiceFile read_voice(const std::string& path) {
  const auto file = read_whole(path);
  VoiceFile out;
  out.clip = chat::require(tern::import_voice(file, {}, tern::make_voice_buffer(out.bytes)));
  return out;
}

}  // namespace voice
