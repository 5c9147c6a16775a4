// RFC 7845 §5: the two packets before the sound.
#pragma once

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::voice {

/// §5.1, mapping family 0.
struct OpusHead {
  std::uint8_t channels = 1;
  std::uint16_t pre_skip = 0;
  std::uint32_t input_rate = 48'000;
  std::int16_t gain_q8 = 0;
};

Bytes encode(const OpusHead& head);
/// Errors: opus_header_invalid, opus_mapping_unsupported.
Result<OpusHead> decode_opus_head(ByteSpan packet);

/// §5.2: no comments, and no padding for some to come.
Bytes encode_opus_tags();

/// Follows an OpusTags packet of any length and keeps nothing of it: every length in it must fit.
class OpusTagsSkipper {
 public:
  /// Errors: opus_header_invalid.
  Result<void> feed(ByteSpan bytes);
  /// The packet ends here. Errors: opus_header_invalid.
  Result<void> finish() const;

 private:
  enum class At { magic, vendor_length, vendor, count, comment_length, comment, padding };
  Result<void> field();

  At at_ = At::magic;
  std::uint64_t seen_ = 0;
  std::uint8_t field_[8] = {};
  std::size_t field_bytes_ = 0;
  std::uint32_t skip_ = 0;
  std::uint32_t comments_ = 0;
};

}  // namespace tern::voice
