// Where a Client's recordings go: each page into the folder, through the engine.
#pragma once

#include <functional>
#include <memory>

#include "client/engine.hpp"
#include "net/packet_hash.hpp"
#include "tern/media.hpp"

namespace tern::net {

/// Runs `work(engine)` on the library's thread. Errors: closed, and work's own.
using EngineCall = std::function<Result<void>(const std::function<Result<void>(client::Engine&)>&)>;

struct DraftPlace {
  MessageId draft;
  OnFinish on_finish = OnFinish::send;
  std::function<void()> release;  ///< gives the claim on it back
};

class DraftSink final : public VoiceSink {
 public:
  /// `hash` has seen every packet by the time of finish().
  DraftSink(EngineCall call, DraftPlace place, std::shared_ptr<PacketHash> hash)
      : call_(std::move(call)), place_(std::move(place)), hash_(std::move(hash)) {}
  ~DraftSink() override { place_.release(); }
  DraftSink(const DraftSink&) = delete;
  DraftSink& operator=(const DraftSink&) = delete;

  /// Before the first write to a draft that was cut off: goes on behind its first `whole` bytes,
  /// and the rest is gone.
  Result<void> go_on_behind(std::uint64_t whole);
  Result<void> write(ByteSpan pages, std::uint64_t settled_bytes) override;
  Result<void> finish(const VoiceClip& clip, std::uint64_t keep_bytes, ByteSpan tail) override;
  Result<void> discard() override;

 private:
  Result<VoiceHash> hash_of_kept(std::uint64_t keep_bytes, ByteSpan tail) const;

  const EngineCall call_;
  const DraftPlace place_;
  const std::shared_ptr<PacketHash> hash_;
  std::uint64_t written_ = 0;  // what the draft has
};

}  // namespace tern::net
