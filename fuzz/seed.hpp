// First inputs of the targets: what the encoders make, so that a fuzzer need not find it.
#pragma once

#include <string>
#include <vector>

#include "tern/bytes.hpp"

namespace tern::fuzzing {

struct Seed {
  std::string target, name;
  Bytes bytes;
};

/// For those who read MLS: structures, groups and their records.
std::vector<Seed> mls_seeds();
/// Ratchet trees that need a history, or that nobody has by an honest one.
std::vector<Seed> tree_seeds();
/// For those who read rows and files of a store.
std::vector<Seed> store_seeds();
/// For those who read what cryptography is in, a channel's address and its frames.
std::vector<Seed> channel_seeds();
/// For those who talk: appends, a directory as it changes, and lies on a line.
std::vector<Seed> talk_seeds();

/// An input that begins with a byte which says what the rest is.
inline Bytes after(std::uint8_t first, ByteSpan rest) {
  Bytes out = {first};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

}  // namespace tern::fuzzing
