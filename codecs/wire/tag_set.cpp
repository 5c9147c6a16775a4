#include "wire/tag_set.hpp"

#include <bit>

#include "base/try.hpp"

namespace tern::wire {
namespace {

constexpr std::size_t head_bytes = 5;

class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}
  void put(std::uint64_t value, unsigned count) {
    while (count > 0) {
      const auto now = std::min(count, 8 - filled_);
      const auto part = static_cast<std::uint8_t>((value >> (count - now)) & ((1u << now) - 1));
      current_ = static_cast<std::uint8_t>(current_ << now | part);
      filled_ += now;
      count -= now;
      if (filled_ == 8) flush();
    }
  }
  void put_ones(std::uint64_t count) {
    for (; count >= 8; count -= 8) put(0xff, 8);
    put((1u << count) - 1, static_cast<unsigned>(count));
  }
  void finish() {
    if (filled_ > 0) put(0, 8 - filled_);
  }

 private:
  void flush() {
    out_.push_back(current_);
    current_ = 0;
    filled_ = 0;
  }
  Bytes& out_;
  std::uint8_t current_ = 0;
  unsigned filled_ = 0;
};

std::uint64_t bits_with(std::span<const Tag> tags, unsigned k) {
  std::uint64_t out = 0;
  Tag last = 0;
  for (const auto tag : tags) {
    out += ((tag - last) >> k) + 1 + k;
    last = tag;
  }
  return out;
}

// The best is within one of the logarithm of the mean difference.
unsigned best_k(std::span<const Tag> tags) {
  if (tags.empty()) return 0;
  const auto mean = tags.back() / tags.size();
  const auto guess = static_cast<unsigned>(std::bit_width(mean));
  unsigned best = 0;
  std::uint64_t least = UINT64_MAX;
  for (unsigned k = guess > 2 ? guess - 2 : 0; k <= guess + 1; ++k) {
    const auto bits = bits_with(tags, k);
    if (bits < least) {
      least = bits;
      best = k;
    }
  }
  return best;
}

Error bad(const char* what) { return {Errc::malformed, std::string("a set of tags: ") + what}; }

}  // namespace

Bytes encode_tags(std::span<const Tag> tags) {
  const auto k = best_k(tags);
  Bytes out;
  out.reserve(head_bytes + bits_with(tags, k) / 8 + 1);
  BitWriter writer(out);
  writer.put(tags.size(), 32);
  writer.put(k, 8);
  Tag last = 0;
  for (const auto tag : tags) {
    writer.put_ones((tag - last) >> k);
    writer.put(0, 1);
    writer.put((tag - last) & ((Tag{1} << k) - 1), k);
    last = tag;
  }
  writer.finish();
  return out;
}

Result<TagReader> TagReader::open(ByteSpan bytes, unsigned bits) {
  if (bytes.size() < head_bytes) return bad("the count is missing");
  TagReader out(bytes.subspan(head_bytes), bits);
  for (std::size_t i = 0; i < 4; ++i) out.count_ = out.count_ << 8 | bytes[i];
  out.k_ = bytes[4];
  if (out.k_ > bits) return bad("a remainder that is longer than a tag");
  if (out.count_ == 0 && out.k_ != 0) return bad("an empty set is written in one way");
  // Each takes k bits and one at least, so that nobody is told of more than there can be.
  if (std::uint64_t{out.count_} * (out.k_ + 1) > std::uint64_t{out.rest_.size()} * 8)
    return bad("more tags than there are bits for");
  out.left_ = out.count_;
  if (out.left_ == 0) TERN_TRY(out.check_end());
  return out;
}

bool TagReader::take(unsigned count, std::uint64_t& out) {
  while (window_bits_ < count) {
    if (rest_.empty()) return false;
    window_ |= std::uint64_t{rest_.front()} << (56 - window_bits_);
    window_bits_ += 8;
    rest_ = rest_.subspan(1);
  }
  out = count == 0 ? 0 : window_ >> (64 - count);
  window_ = count == 0 ? window_ : window_ << count;
  window_bits_ -= count;
  return true;
}

Result<Tag> TagReader::next() {
  std::uint64_t quotient = 0, bit = 0, remainder = 0;
  for (;;) {
    if (!take(1, bit)) return bad("it ends inside a tag");
    if (bit == 0) break;
    ++quotient;
  }
  if (!take(k_, remainder)) return bad("it ends inside a tag");
  const auto end = Tag{1} << bits_;
  if (quotient > end >> k_) return bad("a tag over its bits");
  const auto difference = (quotient << k_) + remainder;
  if (difference >= end - last_) return bad("a tag over its bits");
  equal_ = difference == 0 && left_ != count_ ? equal_ + 1 : 1;
  if (equal_ > equal_tags_max) return bad("more equal tags than one may have");
  last_ += difference;
  if (--left_ == 0) TERN_TRY(check_end());
  return last_;
}

Result<void> TagReader::check_end() {
  if (!rest_.empty() || window_bits_ >= 8 || window_ != 0) return bad("bytes after its end");
  return {};
}

Result<std::vector<Tag>> decode_tags(ByteSpan bytes, unsigned bits) {
  TERN_ASSIGN(auto reader, TagReader::open(bytes, bits));
  std::vector<Tag> out;
  out.reserve(reader.count());
  while (reader.left() > 0) {
    TERN_ASSIGN(const auto tag, reader.next());
    out.push_back(tag);
  }
  return out;
}

void append_tag(Bytes& out, Tag tag) {
  for (int shift = 32; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(tag >> shift));
}

Tag tag_at(ByteSpan tags, std::size_t index) {
  Tag out = 0;
  for (std::size_t i = 0; i < tag_bytes; ++i) out = out << 8 | tags[index * tag_bytes + i];
  return out;
}

}  // namespace tern::wire
