// Two who have shaken hands, and somebody on the line between them. Frames of the lengths that the
// input says arrive however they are cut; the first byte says whether the line changes something.
#include "input.hpp"
#include "net/secure_channel.hpp"
#include "noise_keys.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::net;

namespace {

struct Open {
  fuzzing::NoiseKeys keys;
  SecureChannel device = SecureChannel::device(keys.device, keys.relay.public_key, rekey_every);
  SecureChannel relay = SecureChannel::relay(keys.relay, rekey_every);
  static constexpr std::uint64_t rekey_every = 3;

  Open() {
    auto first = device.start(keys.entropy).value();
    Received answer;
    relay.receive(first, keys.entropy, answer).value();
    Received nothing;
    device.receive(answer.reply, keys.entropy, nothing).value();
  }
};

// Frames of the lengths that the input says, filled with what it says.
std::vector<Bytes> frames_in(fuzzing::Input& input) {
  std::vector<Bytes> out(1 + input.byte() % 6U);
  for (auto& frame : out) {
    const auto length = input.word() << (input.byte() % 3);
    frame = Bytes(static_cast<std::size_t>(length) + 1, input.byte());
  }
  return out;
}

Result<void> deliver(Open& open, ByteSpan bytes, std::size_t piece, Received& out) {
  for (fuzzing::Input rest(bytes); !rest.empty();) {
    auto cut = to_bytes(rest.take(piece));
    const auto result = open.relay.receive(cut, open.keys.entropy, out);
    if (!result) return result;
  }
  return {};
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto how = input.byte();
  const auto piece = std::size_t{input.word()} + 1;
  Open open;
  const auto frames = frames_in(input);
  Bytes wire;
  for (const auto& frame : frames) {
    const ByteSpan one[] = {frame};
    expect(open.device.seal(one, wire).has_value(), "an open channel takes a frame");
  }
  auto changed = wire;
  if ((how & 1) != 0) changed = fuzzing::edited(wire, input);

  Received out;
  const auto result = deliver(open, changed, piece, out);
  expect(out.reply.empty(), "after the handshake nothing is answered unasked");
  expect(out.frames.size() <= frames.size(), "nobody adds a frame");
  for (std::size_t i = 0; i < out.frames.size(); ++i)
    expect(out.frames[i] == frames[i], "a frame arrives in its place as it was sent");
  if (!result) {
    expect(changed != wire, "what nobody changed arrives");
    expect(open.relay.state() == SecureChannel::State::failed, "an error ends the channel");
    return;
  }
  if (changed != wire) return;  // cut off: the rest may still come
  expect(out.frames.size() == frames.size() && !open.relay.mid_frame(), "all of it arrives");
  expect(open.relay.state() == SecureChannel::State::open, "and proves who sent it");
}
