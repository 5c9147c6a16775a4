#include "net/draft_sink.hpp"

#include "net/system_clock.hpp"

namespace tern::net {
namespace {

class DraftSink final : public VoiceSink {
 public:
  DraftSink(EngineCall call, const MessageId& draft, OnFinish on_finish,
            std::shared_ptr<PacketHash> hash)
      : call_(std::move(call)), draft_(draft), on_finish_(on_finish), hash_(std::move(hash)) {}

  Result<void> write(ByteSpan pages, std::uint64_t settled_bytes) override {
    return call_([&](client::Engine& engine) {
      return engine.write_draft(read_clock(), draft_, pages, settled_bytes);
    });
  }
  Result<void> finish(const VoiceClip& clip, std::uint64_t keep_bytes, ByteSpan tail) override {
    const client::VoiceEnding ending{clip, hash_->value(), keep_bytes, tail};
    return call_([&](client::Engine& engine) {
      return engine.finish_voice(read_clock(), draft_, ending, on_finish_);
    });
  }
  Result<void> discard() override {
    return call_(
        [&](client::Engine& engine) { return engine.discard_draft(read_clock(), draft_); });
  }

 private:
  EngineCall call_;
  MessageId draft_;
  OnFinish on_finish_;
  std::shared_ptr<PacketHash> hash_;
};

}  // namespace

void PacketHash::add(ByteSpan packet) {
  const std::array<std::uint8_t, 2> length{static_cast<std::uint8_t>(packet.size() >> 8),
                                           static_cast<std::uint8_t>(packet.size())};
  hash_.add(length);
  hash_.add(packet);
}

std::unique_ptr<VoiceSink> make_draft_sink(EngineCall call, const MessageId& draft,
                                           OnFinish on_finish, std::shared_ptr<PacketHash> hash) {
  return std::make_unique<DraftSink>(std::move(call), draft, on_finish, std::move(hash));
}

VoiceSettings hashing(VoiceSettings settings, std::shared_ptr<PacketHash> hash) {
  settings.on_packet = [hash = std::move(hash),
                        then = std::move(settings.on_packet)](ByteSpan packet) {
    hash->add(packet);
    if (then) then(packet);
  };
  return settings;
}

}  // namespace tern::net
