// Two who shake hands, and somebody between them who changes what the input says. The first byte
// says in which pattern: a device and its relay do it in IK; in XX the first message is in clear.
#include "input.hpp"
#include "net/noise_handshake.hpp"
#include "net/noise_pattern.hpp"
#include "noise_keys.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::net;

namespace {

using T = NoiseToken;
constexpr std::array<NoiseMessagePattern, 3> xx_messages{
    {{T::e}, {T::e, T::ee, T::s, T::es}, {T::s, T::se}}};
// A protocol's name that is longer than a hash is hashed (Noise revision 34, §5.2).
constexpr NoisePattern patterns[] = {
    noise_ik,
    {.name = "XX", .messages = xx_messages, .message_count = 3},
    {.name = "XX_under_a_name_longer_than_a_hash_is", .messages = xx_messages, .message_count = 3}};

void check_keys(const NoiseHandshake& one, const NoiseHandshake& other) {
  expect(one.hash() == other.hash(), "who have shaken hands have seen the same");
  const auto mine = one.split().value(), theirs = other.split().value();
  expect(crypto::ct_equal(mine.send.span(), theirs.receive.span()) &&
             crypto::ct_equal(mine.receive.span(), theirs.send.span()),
         "and have the same keys");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto& pattern = patterns[input.byte() % std::size(patterns)];
  fuzzing::NoiseKeys keys;
  std::optional<crypto::DhPublicKey> known;
  if (pattern.responder_known) known = keys.relay.public_key;
  const auto prologue = as_bytes("hello");
  NoiseHandshake device(pattern, NoiseRole::initiator, prologue, keys.device.clone(), known);
  NoiseHandshake relay(pattern, NoiseRole::responder, prologue, keys.relay.clone(), std::nullopt);

  bool is_changed = false;
  for (auto *from = &device, *to = &relay; !from->finished(); std::swap(from, to)) {
    const Bytes payload(input.byte(), 'p');
    const auto message = from->write_message(payload, keys.entropy);
    if (!message) return expect(is_changed, "whom nobody has lied to can answer");
    auto arrives = *message;
    if (input.byte() % 2 == 1) fuzzing::edit(arrives, input);
    is_changed = is_changed || arrives != *message;
    const auto read = to->read_message(arrives);
    if (!read) return expect(is_changed, "what nobody changed is read");
    expect(is_changed || *read == payload, "and is what was written");
  }
  expect(!is_changed, "a handshake that was changed does not come to its end");
  check_keys(device, relay);
}
