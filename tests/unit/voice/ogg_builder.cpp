#include "unit/voice/ogg_builder.hpp"

#include <ogg/ogg.h>

namespace tern::voice::test {
namespace {

void put(Bytes& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

}  // namespace

Bytes build(const BuiltPage& page) {
  Bytes out = {'O', 'g', 'g', 'S', 0, page.flags}, laces, body;
  put(out, static_cast<std::uint64_t>(page.granule), 8);
  put(out, page.serial, 4);
  put(out, page.number, 4);
  put(out, 0, 4);
  for (std::size_t i = 0; i < page.packets.size(); ++i) {
    const auto& packet = page.packets[i];
    laces.insert(laces.end(), packet.size() / 255, 255);
    if (!page.open || i + 1 < page.packets.size())
      laces.push_back(static_cast<std::uint8_t>(packet.size() % 255));
    body.insert(body.end(), packet.begin(), packet.end());
  }
  out.push_back(static_cast<std::uint8_t>(laces.size()));
  out = out + laces + body;
  fix_checksum(out);
  return out;
}

void fix_checksum(Bytes& page) {
  const std::size_t header = 27 + page[26];
  ogg_page as{page.data(), static_cast<long>(header), page.data() + header,
              static_cast<long>(page.size() - header)};
  ogg_page_checksum_set(&as);
}

Bytes opus_head(std::uint8_t channels, std::uint16_t pre_skip, std::int16_t gain_q8,
                std::uint8_t version, std::uint8_t family) {
  Bytes out = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', version, channels};
  put(out, pre_skip, 2);
  put(out, 48'000, 4);
  put(out, static_cast<std::uint16_t>(gain_q8), 2);
  out.push_back(family);
  return out;
}

Bytes opus_tags(const std::vector<Bytes>& comments) {
  Bytes out = {'O', 'p', 'u', 's', 'T', 'a', 'g', 's'};
  put(out, 4, 4);
  out = out + Bytes{'t', 'e', 's', 't'};
  put(out, comments.size(), 4);
  for (const auto& comment : comments) {
    put(out, comment.size(), 4);
    out = out + comment;
  }
  return out;
}

Bytes silent_packet(bool stereo) {
  return {static_cast<std::uint8_t>(31 << 3 | (stereo ? 4 : 0)), 0xff, 0xfe};
}

Bytes built_headers(const Bytes& head, const Bytes& tags) {
  return build({.flags = 2, .number = 0, .packets = {head}}) +
         build({.number = 1, .packets = {tags}});
}

Bytes built_file(std::size_t pages, std::size_t packets, std::int64_t trim) {
  Bytes out = built_headers();
  for (std::size_t i = 0; i < pages; ++i) {
    const bool last = i + 1 == pages;
    out = out +
          build({.flags = static_cast<std::uint8_t>(last ? 4 : 0),
                 .granule = static_cast<std::int64_t>((i + 1) * packets * 960) - (last ? trim : 0),
                 .number = static_cast<std::uint32_t>(i + 2),
                 .packets = std::vector<Bytes>(packets, silent_packet())});
  }
  return out;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::vector<std::size_t> page_offsets(ByteSpan file) {
  std::vector<std::size_t> out = {0};
  while (out.back() + 27 <= file.size()) {
    const auto page = file.subspan(out.back());
    std::size_t size = 27 + page[26];
    for (std::size_t i = 0; i < page[26]; ++i) size += page[27 + i];
    out.push_back(out.back() + size);
  }
  return out;
}

}  // namespace tern::voice::test
