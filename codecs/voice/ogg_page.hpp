// RFC 3533 §6, RFC 7845 §4: one Ogg page of Opus packets, as it is put together.
#pragma once

#include <vector>

#include "tern/bytes.hpp"
#include "voice/opus_headers.hpp"

namespace tern::voice {

/// Of every stream that a recorder makes: "tern". Alone in its file, it has nothing to be told
/// apart from.
inline constexpr std::uint32_t serial_number = 0x6e726574;

enum class PagePlace { first, middle, last };

/// The packets of one page. A packet never goes over into the next one.
class PageDraft {
 public:
  explicit PageDraft(std::uint32_t number) : number_(number) {}

  /// Whether half a second is in it.
  bool full() const;
  /// Whether a packet of so many bytes goes in.
  bool fits(std::size_t bytes) const;
  void add(ByteSpan packet, std::uint32_t samples);
  std::size_t packets() const { return sizes_.size(); }
  std::uint32_t number() const { return number_; }

  /// The page, with its first `packets` packets. `granule`: where the sound is at its end.
  Bytes encode(std::size_t packets, std::int64_t granule, PagePlace place) const;
  /// Empties it: the page after this one.
  void next();

 private:
  std::uint32_t number_;
  std::uint64_t samples_ = 0;
  std::size_t segments_ = 0;
  std::vector<std::uint32_t> sizes_;
  Bytes body_;
};

/// The pages before the sound.
Bytes encode_header_pages(const OpusHead& head);
inline constexpr std::uint32_t header_pages = 2;

}  // namespace tern::voice
