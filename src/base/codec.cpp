#include "base/codec.hpp"

namespace tern {

Result<ByteSpan> Reader::vector(std::size_t bytes_max) {
  if (rest_.empty()) return Errc::truncated;
  // RFC 9420 §2.1.2: the two most significant bits give the base-2 logarithm of the prefix length.
  const unsigned prefix = rest_[0] >> 6;
  if (prefix == 3) return Errc::length_invalid;
  const std::size_t header_bytes = std::size_t{1} << prefix;
  TERN_ASSIGN(const ByteSpan header, raw(header_bytes));
  std::size_t length = header[0] & 0x3f;
  for (std::size_t i = 1; i < header_bytes; ++i) length = length << 8 | header[i];
  // RFC 9420 §2.1.2: "the minimum number of bits necessary", or the vector is malformed.
  const bool minimal = prefix == 0 || length >= (prefix == 1 ? 0x40u : 0x4000u);
  if (!minimal) return Errc::length_not_minimal;
  if (length > bytes_max) return Errc::too_long;
  return raw(length);
}

}  // namespace tern
