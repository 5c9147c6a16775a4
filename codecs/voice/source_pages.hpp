// The pages of a VoiceSource, as far as they have arrived, and where they are.
#pragma once

#include <vector>

#include "tern/voice_player.hpp"
#include "voice/ogg_opus_reader.hpp"

namespace tern::voice {

/// Places to begin at: a bounded number, evenly spread over what was read.
class PageIndex {
 public:
  void add(const OpusPage& page);
  /// The last place where the sound is not behind `granule`; nullptr: there is none.
  const PageSeat* before(std::int64_t granule) const;

 private:
  std::vector<PageSeat> seats_;
  std::uint32_t stride_ = 1;  // pages between two of them, at least
};

enum class PageState { page, waiting, end };
struct NextPage {
  PageState state = PageState::waiting;
  const OpusPage* page = nullptr;  ///< until the next call
};

class SourcePages {
 public:
  explicit SourcePages(VoiceSource& source) : source_(source), read_(4096) {}

  /// Errors: those of OggOpusReader, and the source's, after which it may be called again.
  Result<NextPage> next();
  /// Goes on at a page with nothing behind `granule` before it: the best that is known.
  void go_before(std::int64_t granule);

  /// Both are known once a page with sound was read. `base`: granule position of the first sample.
  const std::optional<OpusHead>& head() const { return reader_.head(); }
  std::optional<std::int64_t> base() const { return reader_.base(); }
  /// Granule position of the end; known once the last page was read.
  std::optional<std::int64_t> end() const { return end_; }

 private:
  Result<std::size_t> read_more();

  VoiceSource& source_;
  OggOpusReader reader_;
  PageIndex index_;
  std::optional<std::int64_t> end_;
  std::uint64_t offset_ = 0;
  Bytes read_;
};

}  // namespace tern::voice
