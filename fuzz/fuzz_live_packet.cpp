// A live voice packet as a relay passes it on, and the sound that its speaker put into it.
#include "target.hpp"
#include "tern/limits.hpp"
#include "wire/live.hpp"

void fuzz(tern::ByteSpan bytes) {
  if (const auto packet = tern::wire::decode_live_packet(bytes))
    static_cast<void>(tern::wire::decode_live_audio(packet->ciphertext, packet->packet_frames));
  static_cast<void>(tern::wire::decode_live_audio(bytes, tern::limits::live_frames_max));
}
