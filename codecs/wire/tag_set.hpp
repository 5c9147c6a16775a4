// Sorted multisets of tags, Golomb-Rice coded (S. Golomb, "Run-length encodings", 1966; R. Rice,
// 1979): differences of neighbours, each a quotient in unary and a remainder of `k` bits. Of
// uniform tags it takes about 1.5 bits a tag more than log2 of the mean difference, and nothing can
// take much less.
//
//   count (32 bits, big-endian) || k (8 bits) || differences, most significant bit first || zero
//   bits
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::wire {

/// A tag stands for a number in the directory: 40 bits of its pseudorandom function.
using Tag = std::uint64_t;
inline constexpr unsigned tag_bits = 40;
inline constexpr std::size_t tag_bytes = 5;

/// The directory comes in segments: a tag's first byte says in which one it is, and there the other
/// 32 bits stand for it.
inline constexpr std::size_t segments_count = 256;
inline constexpr unsigned segment_tag_bits = 32;
inline std::uint8_t segment_of(Tag tag) { return static_cast<std::uint8_t>(tag >> 32); }

/// `tags` ascending; equal ones may follow each other.
Bytes encode_tags(std::span<const Tag> tags);

/// Of one tag in a set: as many as a Records can count.
inline constexpr std::uint32_t equal_tags_max = 255;

/// Reads a set from outside as it goes through it, so that a set of millions takes no memory.
class TagReader {
 public:
  /// `bytes` are to outlive it. Errors: malformed.
  static Result<TagReader> open(ByteSpan bytes, unsigned bits);
  std::uint32_t count() const { return count_; }
  std::uint32_t left() const { return left_; }
  /// The next tag; only while some are left. Errors: malformed (it is over its bits, or the bytes
  /// end before it does; after the last, that something other than zero bits follows).
  Result<Tag> next();

 private:
  TagReader(ByteSpan bytes, unsigned bits) : rest_(bytes), bits_(bits) {}
  /// The next `count` bits, at most 56; nullopt when there are fewer.
  bool take(unsigned count, std::uint64_t& out);
  Result<void> check_end();

  ByteSpan rest_;
  unsigned bits_;
  unsigned k_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t left_ = 0;
  Tag last_ = 0;
  std::uint32_t equal_ = 0;   // in a row
  std::uint64_t window_ = 0;  // bits read ahead, left-aligned
  unsigned window_bits_ = 0;
};

/// All of them. Errors: malformed.
Result<std::vector<Tag>> decode_tags(ByteSpan bytes, unsigned bits);

/// As it is written in a Lookup.
void append_tag(Bytes& out, Tag tag);
Tag tag_at(ByteSpan tags, std::size_t index);

}  // namespace tern::wire
