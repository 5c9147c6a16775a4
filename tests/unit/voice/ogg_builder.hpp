// Ogg pages as anybody could write them, right and wrong.
#pragma once

#include <optional>
#include <vector>

#include "tern/bytes.hpp"

namespace tern::voice::test {

struct BuiltPage {
  std::uint8_t flags = 0;  ///< 1: continued, 2: first, 4: last
  std::int64_t granule = 0;
  std::uint32_t number = 0;
  std::uint32_t serial = 7;
  std::vector<Bytes> packets;
  bool open = false;  ///< the last packet, of a multiple of 255 bytes, goes on in the next page
};
Bytes build(const BuiltPage& page);
/// Makes the checksum right again of a page that was changed.
void fix_checksum(Bytes& page);

Bytes opus_head(std::uint8_t channels = 1, std::uint16_t pre_skip = 312, std::int16_t gain_q8 = 0,
                std::uint8_t version = 1, std::uint8_t family = 0);
Bytes opus_tags(const std::vector<Bytes>& comments = {});
/// A packet of 20 ms: CELT, mono or stereo, silence.
Bytes silent_packet(bool stereo = false);

/// Both header pages.
Bytes built_headers(const Bytes& head = opus_head(), const Bytes& tags = opus_tags());
/// Headers, and `pages` pages of `packets` silent packets each; the last one ends the stream.
Bytes built_file(std::size_t pages, std::size_t packets, std::int64_t trim = 0);

Bytes operator+(Bytes left, const Bytes& right);
/// Where each page of a good file begins, and its end.
std::vector<std::size_t> page_offsets(ByteSpan file);

}  // namespace tern::voice::test
