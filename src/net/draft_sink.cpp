#include "net/draft_sink.hpp"

#include "base/try.hpp"
#include "net/system_clock.hpp"
#include "tern/voice_player.hpp"

namespace tern::net {

Result<void> DraftSink::go_on_behind(std::uint64_t whole) {
  TERN_TRY(call_(
      [&](client::Engine& engine) { return engine.cut_draft(read_clock(), place_.draft, whole); }));
  written_ = whole;
  return {};
}

Result<void> DraftSink::write(ByteSpan pages, std::uint64_t settled_bytes) {
  TERN_TRY(call_([&](client::Engine& engine) {
    return engine.write_draft(read_clock(), place_.draft, written_, pages, settled_bytes);
  }));
  written_ += pages.size();
  return {};
}

Result<void> DraftSink::finish(const VoiceClip& clip, std::uint64_t keep_bytes, ByteSpan tail) {
  client::VoiceEnding ending{clip, hash_->value(), keep_bytes, tail};
  // Packets that were cut again are not in the file.
  if (keep_bytes != written_) {
    TERN_ASSIGN(ending.packets_hash, hash_of_kept(keep_bytes, tail));
  }
  return call_([&](client::Engine& engine) {
    return engine.finish_voice(read_clock(), place_.draft, ending, place_.on_finish);
  });
}

Result<void> DraftSink::discard() {
  return call_(
      [&](client::Engine& engine) { return engine.discard_draft(read_clock(), place_.draft); });
}

Result<VoiceHash> DraftSink::hash_of_kept(std::uint64_t keep_bytes, ByteSpan tail) const {
  Bytes file;
  TERN_TRY(call_([&](client::Engine& engine) -> Result<void> {
    TERN_ASSIGN(const auto content, engine.draft_content(place_.draft));
    file.assign(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(keep_bytes));
    return {};
  }));
  file.insert(file.end(), tail.begin(), tail.end());
  return hash_of(*make_voice_source(std::move(file)));
}

}  // namespace tern::net
