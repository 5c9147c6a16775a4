// What a stranger sends to a relay before the handshake, and a false relay to a device.
#include "net/secure_channel.hpp"
#include "noise_keys.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::net;

namespace {

void feed(SecureChannel& channel, fuzzing::NoiseKeys& world, ByteSpan input) {
  Bytes bytes = to_bytes(input);
  Received out;
  const auto result = channel.receive(bytes, world.entropy, out);
  expect(result.has_value() || channel.state() == SecureChannel::State::failed,
         "an error ends the channel");
  expect(out.frames.empty(), "nobody but the holder of the keys sends a frame");
}

}  // namespace

void fuzz(ByteSpan input) {
  fuzzing::NoiseKeys world;
  auto relay = SecureChannel::relay(world.relay);
  feed(relay, world, input);
  expect(relay.state() != SecureChannel::State::open, "a handshake alone is no proof");
  auto device = SecureChannel::device(world.device, world.relay.public_key);
  expect(device.start(world.entropy).has_value(), "a device can always begin");
  feed(device, world, input);
}
