// A live voice packet as a relay passes it on, and the sound that its speaker put into it. Both are
// signed or encrypted as they came: there is one way to write them.
#include <algorithm>

#include "target.hpp"
#include "tern/limits.hpp"
#include "wire/live.hpp"

using namespace tern;

namespace {

void same(ByteSpan input, const Bytes& again) {
  expect(std::equal(input.begin(), input.end(), again.begin(), again.end()),
         "what is read is written as it was read");
}

void audio(ByteSpan bytes, std::size_t packet_frames) {
  const auto packets = wire::decode_live_audio(bytes, packet_frames);
  if (!packets) return;
  expect(packets->size() <= packet_frames, "a packet has no more speech than it says");
  std::vector<Bytes> copies;
  for (const auto packet : *packets) copies.push_back(to_bytes(packet));
  same(bytes, wire::encode_live_audio(copies));
}

}  // namespace

void fuzz(ByteSpan bytes) {
  if (const auto packet = wire::decode_live_packet(bytes)) {
    same(bytes, encode(*packet));
    audio(packet->ciphertext, packet->packet_frames);
  }
  audio(bytes, limits::live_frames_max);
}
