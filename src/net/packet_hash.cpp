#include "net/packet_hash.hpp"

#include "base/try.hpp"

namespace tern::net {

void PacketHash::add(ByteSpan packet) {
  const std::array<std::uint8_t, 2> length{static_cast<std::uint8_t>(packet.size() >> 8),
                                           static_cast<std::uint8_t>(packet.size())};
  hash_.add(length);
  hash_.add(packet);
}

Result<VoiceHash> hash_of(VoiceSource& source) {
  PacketHash hash;
  TERN_TRY(visit_voice_packets(source, [&](ByteSpan packet) { hash.add(packet); }));
  return hash.value();
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
