// A GroupInfo by which somebody joins: as anybody could write it, and as a hostile member could.
// The first byte says which, and what the joiner wants beside joining.
#include "input.hpp"
#include "mls_office.hpp"
#include "target.hpp"

using namespace tern;

namespace {

// What the members make of the commit, when they read it at all.
void check_with_bo(const mls::ExternalJoin& join) {
  fuzzing::OpenDoor door;
  auto bos = fuzzing::office().bos->clone();
  mls::RecordChanges consumed;
  const auto received = bos.receive(join.message, door, fuzzing::now_s, consumed);
  if (!received) return;
  const auto& commit = std::get<mls::CommitReceived>(*received);
  expect(commit.is_external, "a joiner's commit is an external one");
  expect(commit.next->epoch_authenticator().span().size() > 0 &&
             crypto::ct_equal(commit.next->epoch_authenticator(), join.next->epoch_authenticator()),
         "who takes an external commit is in the joiner's epoch");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto how = input.byte();
  Bytes message = to_bytes(input.rest());
  const auto info = mls::decode<mls::GroupInfo>(input.rest());
  if (how % 2 == 0 && info) message = fuzzing::told_by_anna(*info);

  mls::ExternalJoinRequest request;
  if ((how & 2) != 0) request.replaces = mls::LeafIndex{how / 32U};
  if ((how & 4) != 0) request.psks = {fuzzing::code_word()};
  fuzzing::OpenDoor door;
  crypto::DeterministicEntropy entropy(6);
  const auto& dora = fuzzing::office().dora;
  const auto join =
      mls::Group::join_externally(message, request, dora, door, fuzzing::now_s, entropy);
  if (!join) return;
  const auto leaf = join->next->find(dora.signing_key.verify_key()).value();
  expect(leaf == join->next->own_leaf(), "who joins has a leaf");
  if (info) expect(join->next->epoch() == info->group_context.epoch + 1, "in the next epoch");
  check_with_bo(*join);
}
