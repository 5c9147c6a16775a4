// What a member keeps of keys beside a group's epoch, in a store that was damaged before it was
// sealed: the first byte says which record.
#include "input.hpp"
#include "mls/key_package_record.hpp"
#include "mls/pending_proposals.hpp"
#include "mls/sender_ratchet.hpp"
#include "target.hpp"

using namespace tern;

namespace {

template <class Record>
void canonical(ByteSpan input) {
  const auto record = Record::decode(input);
  if (!record) return;
  const auto again = record->encode();
  expect(std::equal(input.begin(), input.end(), again.begin(), again.end()),
         "what is read is written as it was read");
}

// The second byte says which key is then asked for, far from the next one.
void ratchet(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto distance = std::uint64_t{input.byte()} * 8;
  canonical<mls::SenderRatchet>(input.rest());
  const auto record = mls::SenderRatchet::decode(input.rest());
  if (!record) return;
  const auto next = record->next_generation();
  const auto asked = static_cast<std::uint32_t>(next + distance - 8);
  const auto used = record->use(asked);
  if (!used) return;
  expect(!used->after.use(asked), "a key is used once");
  const auto kept = mls::SenderRatchet::decode(used->after.encode());
  expect(kept.has_value(), "a ratchet that was used can be read again");
  expect(!kept->use(asked), "and the key is gone from there too");
  if (asked <= next) return;
  const auto late = kept->use(asked - 1);
  expect(late.has_value(), "a key that was passed over is kept for who comes late");
  expect(!late->after.use(asked - 1), "and is used once as well");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  constexpr void (*records[])(ByteSpan) = {canonical<mls::PrivateKeyPackage>,
                                           canonical<mls::PendingProposal>, ratchet};
  fuzzing::Input input(bytes);
  records[input.byte() % std::size(records)](input.rest());
}
