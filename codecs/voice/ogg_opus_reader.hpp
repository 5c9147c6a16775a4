// RFC 7845: Ogg Opus, page by page, from bytes that anybody may have written. Every rule of §4 and
// §5 is held before anything is decoded; memory is a page, a packet and no more.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "voice/opus_headers.hpp"

namespace tern::voice {

struct PagePacket {
  std::size_t at = 0, bytes = 0;  ///< in the page's body
  std::uint32_t samples = 0;
  std::int64_t begin = 0;  ///< granule position of its first sample
};

/// The packets that end on one page.
struct OpusPage {
  std::uint64_t offset = 0, bytes = 0;  ///< in the file
  std::uint32_t number = 0;
  std::int64_t begin = 0;  ///< granule position of the first packet's first sample
  std::int64_t end = 0;    ///< and of the first sample that is not to be played
  bool last = false;
  bool stands_alone = false;  ///< no packet comes over from the page before
  std::vector<PagePacket> packets;
  Bytes body;

  ByteSpan bytes_of(const PagePacket& packet) const {
    return ByteSpan(body).subspan(packet.at, packet.bytes);
  }
};

/// Where a reader can begin in the middle.
struct PageSeat {
  std::uint64_t offset = 0;
  std::uint32_t number = 0;
  std::int64_t begin = 0;
};

class OggOpusReader {
 public:
  OggOpusReader();
  OggOpusReader(OggOpusReader&&) noexcept;
  OggOpusReader& operator=(OggOpusReader&&) noexcept;
  ~OggOpusReader();

  /// More of the file, a few KiB at a time, when next() has none left.
  void feed(ByteSpan bytes);
  /// The next page with sound; nullptr: more bytes are needed. Lasts until the next call.
  /// Errors: ogg_malformed, ogg_chained, ogg_truncated, opus_*, voice_too_long; an error stays.
  Result<const OpusPage*> next();
  /// There are no more bytes. Errors: ogg_truncated, ogg_malformed (something behind the end).
  Result<void> finish() const;

  const std::optional<OpusHead>& head() const { return head_; }
  /// Granule position of the very first sample, before the pre-skip; known with the first page.
  std::optional<std::int64_t> base() const { return base_; }
  /// The last page was read.
  bool ended() const { return ended_; }
  /// Bytes of the whole pages read so far, those of the headers too.
  std::uint64_t offset() const { return offset_; }
  std::uint32_t next_number() const { return number_; }
  std::uint32_t serial() const { return static_cast<std::uint32_t>(serial_); }
  /// The headers are read, and no packet is half here.
  bool between_packets() const { return stage_ == Stage::sound && !open_; }
  /// Goes on there, in a stream whose first page with sound was read: the next byte fed is the one
  /// at seat.offset.
  void sit(const PageSeat& seat);
  /// Begins again: the next byte fed is the file's first.
  void restart();

 private:
  struct Sync;
  enum class Stage { head, tags, sound };
  Result<bool> take_page();  // whether page_ is one to hand out
  Result<void> check_place();
  Result<void> take_header();
  Result<void> take_sound();
  Result<void> take_packet_end();
  Result<void> place_packets(std::int64_t granule);

  std::unique_ptr<Sync> sync_;
  std::optional<Error> failed_;
  Stage stage_ = Stage::head;
  std::uint64_t offset_ = 0, fed_ = 0;
  std::uint32_t number_ = 0;  // of the next page
  int serial_ = 0;
  bool open_ = false;    // a packet goes on in the next page
  bool placed_ = false;  // the first page with sound since restart() said where it begins
  bool ended_ = false;
  OpusTagsSkipper tags_;
  std::optional<OpusHead> head_;
  std::optional<std::int64_t> base_;
  std::int64_t granule_ = 0;  // at the end of the last packet
  Bytes partial_;
  OpusPage page_;
};

}  // namespace tern::voice
