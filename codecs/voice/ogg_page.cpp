#include "voice/ogg_page.hpp"

#include <ogg/ogg.h>

#include "voice/little_endian.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {
namespace {

constexpr std::size_t segments_max = 255;
constexpr std::size_t page_header_bytes = 27;

std::size_t segments_of(std::size_t packet_bytes) { return packet_bytes / 255 + 1; }

}  // namespace

bool PageDraft::full() const {
  return sizes_.size() >= page_packets || samples_ >= page_packets * frame_samples;
}

bool PageDraft::fits(std::size_t bytes) const {
  return segments_ + segments_of(bytes) <= segments_max;
}

void PageDraft::add(ByteSpan packet, std::uint32_t samples) {
  body_.insert(body_.end(), packet.begin(), packet.end());
  sizes_.push_back(static_cast<std::uint32_t>(packet.size()));
  segments_ += segments_of(packet.size());
  samples_ += samples;
}

Bytes PageDraft::encode(std::size_t packets, std::int64_t granule, PagePlace place) const {
  std::size_t body_bytes = 0;
  Bytes out = {'O', 'g', 'g', 'S', 0};
  out.push_back(place == PagePlace::first ? 2 : place == PagePlace::last ? 4 : 0);
  put_little_endian(out, static_cast<std::uint64_t>(granule), 8);
  put_little_endian(out, serial_number, 4);
  put_little_endian(out, number_, 4);
  put_little_endian(out, 0, 4);  // the checksum
  out.push_back(0);              // the number of segments
  for (std::size_t i = 0; i < packets; ++i) {
    out.insert(out.end(), sizes_[i] / 255, 255);
    out.push_back(static_cast<std::uint8_t>(sizes_[i] % 255));
    body_bytes += sizes_[i];
  }
  const std::size_t header_bytes = out.size();
  out[page_header_bytes - 1] = static_cast<std::uint8_t>(header_bytes - page_header_bytes);
  out.insert(out.end(), body_.begin(), body_.begin() + static_cast<std::ptrdiff_t>(body_bytes));
  ogg_page page{out.data(), static_cast<long>(header_bytes), out.data() + header_bytes,
                static_cast<long>(body_bytes)};
  ogg_page_checksum_set(&page);
  return out;
}

void PageDraft::next() {
  ++number_;
  samples_ = 0;
  segments_ = 0;
  sizes_.clear();
  body_.clear();
}

Bytes encode_header_pages(const OpusHead& head) {
  PageDraft page(0);
  page.add(encode(head), 0);
  Bytes out = page.encode(1, 0, PagePlace::first);
  page.next();
  page.add(encode_opus_tags(), 0);
  const Bytes tags = page.encode(1, 0, PagePlace::middle);
  out.insert(out.end(), tags.begin(), tags.end());
  return out;
}

}  // namespace tern::voice
