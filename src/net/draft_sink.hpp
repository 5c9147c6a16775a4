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
  std::uint64_t written = 0;  ///< what the draft has already
};
/// `hash` has seen every packet by the time of finish().
std::unique_ptr<VoiceSink> make_draft_sink(EngineCall call, const DraftPlace& place,
                                           std::shared_ptr<PacketHash> hash);

}  // namespace tern::net
