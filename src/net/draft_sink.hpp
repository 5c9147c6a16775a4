// Where a Client's recordings go: each page into the folder, through the engine.
#pragma once

#include <functional>
#include <memory>

#include "client/engine.hpp"
#include "tern/media.hpp"

namespace tern {
class VoiceSource;
}

namespace tern::net {

/// Runs `work(engine)` on the library's thread. Errors: closed, and work's own.
using EngineCall = std::function<Result<void>(const std::function<Result<void>(client::Engine&)>&)>;

/// Hashes a recording's packets as they are made.
class PacketHash {
 public:
  void add(ByteSpan packet);
  VoiceHash value() const { return *VoiceHash::from(hash_.digest().span()); }

 private:
  crypto::RunningHash hash_;
};

/// Of a whole file. Errors: ogg_*, opus_*.
Result<VoiceHash> hash_of(VoiceSource& source);

struct DraftPlace {
  MessageId draft;
  OnFinish on_finish = OnFinish::send;
  std::uint64_t written = 0;  ///< what the draft has already
};
/// `hash` has seen every packet by the time of finish().
std::unique_ptr<VoiceSink> make_draft_sink(EngineCall call, const DraftPlace& place,
                                           std::shared_ptr<PacketHash> hash);
/// `settings` with its packets hashed too.
VoiceSettings hashing(VoiceSettings settings, std::shared_ptr<PacketHash> hash);

}  // namespace tern::net
