#include "voice/opus_headers.hpp"

#include <algorithm>
#include <cstring>

#include "base/try.hpp"
#include "voice/little_endian.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {
namespace {

constexpr std::size_t head_bytes = 19;
constexpr std::string_view vendor = "tern";

void put(Bytes& out, std::string_view text) {
  for (const char letter : text) out.push_back(static_cast<std::uint8_t>(letter));
}

bool begins_with(ByteSpan bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

Bytes encode(const OpusHead& head) {
  Bytes out;
  put(out, "OpusHead");
  out.push_back(1);  // version
  out.push_back(head.channels);
  put_little_endian(out, head.pre_skip, 2);
  put_little_endian(out, head.input_rate, 4);
  put_little_endian(out, static_cast<std::uint16_t>(head.gain_q8), 2);
  out.push_back(0);  // mapping family
  return out;
}

Result<OpusHead> decode_opus_head(ByteSpan packet) {
  if (!begins_with(packet, "OpusHead") || packet.size() < head_bytes)
    return Errc::opus_header_invalid;
  // "SHOULD treat streams where the upper four bits of the version number match that of a
  // recognized specification as backwards compatible."
  if (packet[8] > 15) return Error(Errc::opus_header_invalid, "an Opus file of a later version");
  OpusHead head;
  head.channels = packet[9];
  if (head.channels == 0) return Error(Errc::opus_header_invalid, "an Opus file without a channel");
  head.pre_skip = static_cast<std::uint16_t>(little_endian(packet, 10, 2));
  head.input_rate = little_endian(packet, 12, 4);
  head.gain_q8 = static_cast<std::int16_t>(little_endian(packet, 16, 2));
  if (packet[18] != 0 || head.channels > 2) return Errc::opus_mapping_unsupported;
  return head;
}

Bytes encode_opus_tags() {
  Bytes out;
  put(out, "OpusTags");
  put_little_endian(out, static_cast<std::uint32_t>(vendor.size()), 4);
  put(out, vendor);
  put_little_endian(out, 0, 4);
  return out;
}

Result<void> OpusTagsSkipper::feed(ByteSpan bytes) {
  seen_ += bytes.size();
  if (seen_ > tags_bytes_max)
    return Error(Errc::opus_header_invalid, "the comments take over 4 MiB");
  while (!bytes.empty()) {
    if (at_ == At::padding) return {};
    if (at_ == At::vendor || at_ == At::comment) {
      const auto some = std::min<std::size_t>(skip_, bytes.size());
      bytes = bytes.subspan(some);
      skip_ -= static_cast<std::uint32_t>(some);
    } else {
      field_[field_bytes_++] = bytes[0];
      bytes = bytes.subspan(1);
      if (field_bytes_ < (at_ == At::magic ? 8U : 4U)) continue;
      TERN_TRY(field());
    }
    if (skip_ > 0) continue;
    if (at_ == At::vendor) at_ = At::count;
    if (at_ == At::comment) at_ = comments_ > 0 ? At::comment_length : At::padding;
  }
  return {};
}

// Eight or four bytes are together.
Result<void> OpusTagsSkipper::field() {
  field_bytes_ = 0;
  const std::uint32_t number = little_endian(field_, 0, 4);
  if (at_ == At::magic) {
    if (!begins_with(field_, "OpusTags")) return Errc::opus_header_invalid;
    at_ = At::vendor_length;
    return {};
  }
  // None of them can be more than what may follow.
  if (number > tags_bytes_max)
    return Error(Errc::opus_header_invalid, "the comments claim to take over 4 MiB");
  if (at_ == At::count) {
    comments_ = number;
    at_ = number > 0 ? At::comment_length : At::padding;
    return {};
  }
  if (at_ == At::comment_length) --comments_;
  at_ = at_ == At::vendor_length ? At::vendor : At::comment;
  skip_ = number;
  return {};
}

Result<void> OpusTagsSkipper::finish() const {
  if (at_ != At::padding)
    return Error(Errc::opus_header_invalid, "the comments end before their lengths say");
  return {};
}

}  // namespace tern::voice
