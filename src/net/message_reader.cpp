#include "net/message_reader.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::net {
namespace {

// Beyond this, room is made as the bytes arrive: a length alone costs the receiver nothing.
constexpr std::size_t message_reserved_bytes_max = 4096;

Result<std::size_t> announced_bytes(ByteSpan length, std::size_t bytes_max) {
  const auto bytes = static_cast<std::size_t>(length[0] << 8 | length[1]);
  if (bytes > bytes_max) return Errc::noise_message_too_long;
  return bytes;
}

}  // namespace

Result<std::optional<MutableByteSpan>> MessageReader::next(MutableByteSpan& bytes,
                                                           std::size_t bytes_max) {
  if (handed_out_) {
    kept_ = Bytes();  // not clear(): an idle connection holds no buffer
    handed_out_ = false;
  }
  if (!kept_.empty() || bytes.size() < message_length_bytes) return next_kept(bytes, bytes_max);
  TERN_ASSIGN(const auto message_bytes, announced_bytes(bytes, bytes_max));
  if (bytes.size() < message_length_bytes + message_bytes) return next_kept(bytes, bytes_max);
  const auto message = bytes.subspan(message_length_bytes, message_bytes);
  bytes = bytes.subspan(message_length_bytes + message_bytes);
  return std::optional(message);
}

Result<std::optional<MutableByteSpan>> MessageReader::next_kept(MutableByteSpan& bytes,
                                                                std::size_t bytes_max) {
  keep(bytes, message_length_bytes);
  if (kept_.size() < message_length_bytes) return std::optional<MutableByteSpan>();
  TERN_ASSIGN(const auto message_bytes, announced_bytes(kept_, bytes_max));
  keep(bytes, message_length_bytes + message_bytes);
  if (kept_.size() < message_length_bytes + message_bytes) return std::optional<MutableByteSpan>();
  handed_out_ = true;
  return std::optional(MutableByteSpan(kept_).subspan(message_length_bytes));
}

void MessageReader::keep(MutableByteSpan& bytes, std::size_t total) {
  const auto count = std::min(bytes.size(), total - std::min(total, kept_.size()));
  kept_.reserve(std::min(total, message_reserved_bytes_max));
  kept_.insert(kept_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
  bytes = bytes.subspan(count);
}

}  // namespace tern::net
