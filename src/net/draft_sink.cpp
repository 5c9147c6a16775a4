#include "net/draft_sink.hpp"

#include "base/try.hpp"
#include "net/system_clock.hpp"
#include "tern/voice_player.hpp"

namespace tern::net {
namespace {

class DraftSink final : public VoiceSink {
 public:
  DraftSink(EngineCall call, const DraftPlace& place, std::shared_ptr<PacketHash> hash)
      : call_(std::move(call)), place_(place), hash_(std::move(hash)) {}
  ~DraftSink() override {
    (void)call_([&](client::Engine& engine) {
      engine.release_draft(place_.draft);
      return Result<void>();
    });
  }
  DraftSink(const DraftSink&) = delete;
  DraftSink& operator=(const DraftSink&) = delete;

  Result<void> write(ByteSpan pages, std::uint64_t settled_bytes) override {
    TERN_TRY(call_([&](client::Engine& engine) {
      return engine.write_draft(read_clock(), place_.draft, place_.written, pages, settled_bytes);
    }));
    place_.written += pages.size();
    return {};
  }
  Result<void> finish(const VoiceClip& clip, std::uint64_t keep_bytes, ByteSpan tail) override {
    client::VoiceEnding ending{clip, hash_->value(), keep_bytes, tail};
    // Packets that were cut again are not in the file.
    if (keep_bytes != place_.written) {
      TERN_ASSIGN(ending.packets_hash, hash_of_kept(keep_bytes, tail));
    }
    return call_([&](client::Engine& engine) {
      return engine.finish_voice(read_clock(), place_.draft, ending, place_.on_finish);
    });
  }
  Result<void> discard() override {
    return call_(
        [&](client::Engine& engine) { return engine.discard_draft(read_clock(), place_.draft); });
  }

 private:
  Result<VoiceHash> hash_of_kept(std::uint64_t keep_bytes, ByteSpan tail) const {
    Bytes file;
    TERN_TRY(call_([&](client::Engine& engine) -> Result<void> {
      TERN_ASSIGN(const auto content, engine.draft_content(place_.draft));
      file.assign(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(keep_bytes));
      return {};
    }));
    file.insert(file.end(), tail.begin(), tail.end());
    return hash_of(*make_voice_source(std::move(file)));
  }

  EngineCall call_;
  DraftPlace place_;
  std::shared_ptr<PacketHash> hash_;
};

}  // namespace

std::unique_ptr<VoiceSink> make_draft_sink(EngineCall call, const DraftPlace& place,
                                           std::shared_ptr<PacketHash> hash) {
  return std::make_unique<DraftSink>(std::move(call), place, std::move(hash));
}

}  // namespace tern::net
