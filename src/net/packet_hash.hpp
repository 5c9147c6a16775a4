// What binds a voice message to its sound: a hash of its Opus packets, whatever file they lie in.
#pragma once

#include <memory>

#include "crypto/hash.hpp"
#include "tern/voice_player.hpp"
#include "tern/voice_recorder.hpp"

namespace tern::net {

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
/// `settings` with its packets hashed too.
VoiceSettings hashing(VoiceSettings settings, std::shared_ptr<PacketHash> hash);

}  // namespace tern::net
