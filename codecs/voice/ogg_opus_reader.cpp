#include "voice/ogg_opus_reader.hpp"

#include <ogg/ogg.h>

#include <cstring>
#include <limits>

#include "base/try.hpp"
#include "tern/limits.hpp"
#include "voice/opus_coder.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {

struct OggOpusReader::Sync {
  Sync() { ogg_sync_init(&state); }
  ~Sync() { ogg_sync_clear(&state); }
  Sync(const Sync&) = delete;
  Sync& operator=(const Sync&) = delete;

  ByteSpan laces() const { return {page.header + 27, static_cast<std::size_t>(page.header[26])}; }
  ByteSpan body() const { return {page.body, static_cast<std::size_t>(page.body_len)}; }

  ogg_sync_state state{};
  ogg_page page{};
};

OggOpusReader::OggOpusReader() : sync_(std::make_unique<Sync>()) {}
OggOpusReader::OggOpusReader(OggOpusReader&&) noexcept = default;
OggOpusReader& OggOpusReader::operator=(OggOpusReader&&) noexcept = default;
OggOpusReader::~OggOpusReader() = default;

void OggOpusReader::feed(ByteSpan bytes) {
  if (bytes.empty()) return;
  char* room = ogg_sync_buffer(&sync_->state, static_cast<long>(bytes.size()));
  if (room == nullptr) {
    failed_ = Error(Errc::internal, "no memory for a page");
    return;
  }
  std::memcpy(room, bytes.data(), bytes.size());
  ogg_sync_wrote(&sync_->state, static_cast<long>(bytes.size()));
  fed_ += bytes.size();
}

Result<const OpusPage*> OggOpusReader::next() {
  while (!failed_) {
    const long size = ogg_sync_pageseek(&sync_->state, &sync_->page);
    if (size == 0) return nullptr;
    if (size < 0) {  // it had to skip: a gap, or a page whose checksum is wrong
      failed_ = Error(Errc::ogg_malformed);
      break;
    }
    page_.offset = offset_;
    page_.bytes = static_cast<std::uint64_t>(size);
    auto shown = take_page();
    if (!shown) {
      failed_ = std::move(shown).error();
      break;
    }
    offset_ += page_.bytes;
    if (*shown) return &page_;
  }
  return *failed_;
}

Result<void> OggOpusReader::finish() const {
  if (failed_) return *failed_;
  if (!ended_) return Errc::ogg_truncated;
  if (fed_ != offset_) return Error(Errc::ogg_malformed, "bytes behind the end of the Ogg stream");
  return {};
}

void OggOpusReader::restart() {
  sit({});
  stage_ = Stage::head;
  tags_ = {};
  placed_ = false;
}

void OggOpusReader::sit(const PageSeat& seat) {
  ogg_sync_reset(&sync_->state);
  failed_.reset();
  stage_ = Stage::sound;
  placed_ = true;
  offset_ = fed_ = seat.offset;
  number_ = seat.number;
  granule_ = seat.begin;
  open_ = ended_ = false;
  partial_.clear();
}

Result<bool> OggOpusReader::take_page() {
  TERN_TRY(check_place());
  page_.number = number_++;
  page_.last = ogg_page_eos(&sync_->page) != 0;
  page_.packets.clear();
  page_.body.clear();
  if (stage_ != Stage::sound) {
    TERN_TRY(take_header());
    if (page_.last) return Errc::ogg_truncated;  // an end without a sound
    return false;
  }
  TERN_TRY(take_sound());
  if (page_.last && open_) return Errc::ogg_truncated;
  ended_ = page_.last;
  return !page_.packets.empty() || ended_;
}

// RFC 7845 §3: one logical stream, its pages in order.
Result<void> OggOpusReader::check_place() {
  auto* page = &sync_->page;
  const bool first = ogg_page_bos(page) != 0;
  if (stage_ == Stage::head) {
    if (!first) return Errc::ogg_malformed;
    serial_ = ogg_page_serialno(page);
  } else if (first || ogg_page_serialno(page) != serial_) {
    return Errc::ogg_chained;
  }
  if (ended_) return Error(Errc::ogg_malformed, "a page behind the end of the Ogg stream");
  if (ogg_page_version(page) != 0) return Errc::ogg_malformed;
  const auto number = static_cast<std::uint32_t>(ogg_page_pageno(page));
  if (stage_ == Stage::head) number_ = number;
  if (number != number_)
    return Error(Errc::ogg_malformed, "page " + std::to_string(number_) + " is missing");
  if ((ogg_page_continued(page) != 0) != open_)
    return Error(Errc::ogg_malformed, "a packet that goes on in another page is not whole");
  return {};
}

// §3: each header ends its page. §5.1, §5.2.
Result<void> OggOpusReader::take_header() {
  const ByteSpan laces = sync_->laces();
  for (std::size_t i = 0; i + 1 < laces.size(); ++i)
    if (laces[i] < 255) return Error(Errc::opus_header_invalid, "a page with more than a header");
  open_ = laces.empty() || laces.back() == 255;
  if (stage_ == Stage::head) {
    if (open_) return Errc::opus_header_invalid;
    TERN_ASSIGN(head_, decode_opus_head(sync_->body()));
    stage_ = Stage::tags;
    return {};
  }
  TERN_TRY(tags_.feed(sync_->body()));
  if (open_) return {};
  stage_ = Stage::sound;
  return tags_.finish();
}

Result<void> OggOpusReader::take_sound() {
  ByteSpan body = sync_->body();
  page_.stands_alone = !open_;
  for (const std::uint8_t lace : sync_->laces()) {
    open_ = lace == 255;
    if (partial_.size() + lace > packet_bytes_max) return Errc::opus_packet_invalid;
    partial_.insert(partial_.end(), body.begin(), body.begin() + lace);
    body = body.subspan(lace);
    if (!open_) TERN_TRY(take_packet_end());
  }
  return place_packets(ogg_page_granulepos(&sync_->page));
}

Result<void> OggOpusReader::take_packet_end() {
  TERN_ASSIGN(const std::uint32_t samples, packet_samples(partial_));
  page_.packets.push_back({page_.body.size(), partial_.size(), samples, 0});
  page_.body.insert(page_.body.end(), partial_.begin(), partial_.end());
  partial_.clear();
  return {};
}

// §4: the page's granule position is that of the last sample of the last packet that ends on it,
// or, on the last page, less: what is behind it is not to be played (§4.4).
Result<void> OggOpusReader::place_packets(std::int64_t granule) {
  if (page_.packets.empty() && !page_.last) {
    if (granule != -1 && granule != granule_) return Errc::opus_granule_invalid;
    return {};
  }
  // RFC 3533: a page on which no packet ends has no position of its own.
  if (page_.packets.empty() && placed_ && granule == -1) granule = granule_;
  std::int64_t samples = 0;
  for (const auto& packet : page_.packets) samples += packet.samples;
  // Half of what fits: nothing below can overflow.
  if (granule < 0 || granule > std::numeric_limits<std::int64_t>::max() / 2)
    return Errc::opus_granule_invalid;
  if (!placed_) {
    // §4.5: the first page says where the stream begins; before 0 only when it is the last, too.
    if (granule < samples && !page_.last) return Errc::opus_granule_invalid;
    base_ = granule_ = granule < samples ? 0 : granule - samples;
    placed_ = true;
  }
  const std::int64_t end = granule_ + samples;
  if (page_.last ? granule > end || granule < granule_ : granule != end)
    return Errc::opus_granule_invalid;
  page_.begin = granule_;
  page_.end = granule;
  for (auto& packet : page_.packets) {
    packet.begin = granule_;
    granule_ += packet.samples;
  }
  const std::int64_t played = granule - *base_ - head_->pre_skip;
  if (played < 0 && page_.last) return Errc::opus_granule_invalid;
  if (played > static_cast<std::int64_t>(limits::voice_samples_max)) return Errc::voice_too_long;
  return {};
}

}  // namespace tern::voice
