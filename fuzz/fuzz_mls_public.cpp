// What is said to a group in the open: by a member, by whom it lets propose from outside, and by
// who joins it by an external commit. The first byte says who, whose signature is then right; or
// that the rest is a message as it comes off the wire; its highest bit, whether who commits a
// proposal does that in the open too.
#include "input.hpp"
#include "mls_office.hpp"
#include "target.hpp"

using namespace tern;

namespace {

// What waits is committed as far as it fits, whoever proposed it, and the others follow.
void commit_what_waits(const mls::Group& waiting, ByteSpan proposal, mls::WireFormat format) {
  fuzzing::OpenDoor door;
  const auto& o = fuzzing::office();
  crypto::DeterministicEntropy entropy(14);
  auto bos = waiting.clone();
  const auto commit = bos.commit({.format = format}, o.bo, door, fuzzing::now_s, entropy);
  expect(commit.has_value(), "no proposal keeps a member from committing");
  auto annas = o.annas->clone();
  mls::RecordChanges consumed;
  auto seen = annas.receive(proposal, door, fuzzing::now_s, consumed);
  if (!seen) return;  // her own
  expect(annas.keep(std::get<mls::ProposalReceived>(*seen)).has_value(), "she keeps it too");
  const auto received = annas.receive(commit->message, door, fuzzing::now_s, consumed);
  expect(received.has_value(), "who has seen the same proposal follows the commit");
  const auto& followed = std::get<mls::CommitReceived>(*received);
  if (followed.removes_me) return;
  expect(
      crypto::ct_equal(followed.next->epoch_authenticator(), commit->next->epoch_authenticator()),
      "and is in the same epoch");
}

void check(mls::Group& bos, const mls::ProposalReceived& proposal) {
  expect(bos.keep(proposal).has_value(), "a proposal that is received can be kept");
  expect(bos.has_pending_proposals(), "a proposal that is kept waits");
}

void check(const mls::CommitReceived& commit, bool has_true_tag) {
  expect(has_true_tag || commit.removes_me, "a commit with a false confirmation tag is refused");
  if (!commit.next) return;
  expect(commit.next->epoch() == fuzzing::office().bos->epoch() + 1,
         "a commit begins the next epoch");
  if (!commit.is_external) return;
  const auto joined = commit.next->find(commit.added.back().signature_key).value();
  expect(joined == commit.committer, "who joins by a commit is in");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto how = input.byte();
  const auto who = how % 128 % (fuzzing::speakers_count + 1);
  const bool is_raw = who == fuzzing::speakers_count;
  const auto message =
      is_raw ? to_bytes(input.rest()) : said_by(static_cast<fuzzing::Speaker>(who), input.rest());
  fuzzing::OpenDoor door;
  auto bos = fuzzing::office().bos->clone();
  mls::RecordChanges consumed;
  const auto received = bos.receive(message, door, fuzzing::now_s, consumed);
  expect(bos.epoch() == fuzzing::office().bos->epoch(), "receiving leaves a group in its epoch");
  if (!is_raw) expect(consumed.changes.empty(), "what is readable uses up no key");
  if (!received) return;
  if (const auto* proposal = std::get_if<mls::ProposalReceived>(&*received)) {
    check(bos, *proposal);
    commit_what_waits(
        bos, message,
        how < 128 ? mls::WireFormat::private_message : mls::WireFormat::public_message);
  }
  if (const auto* commit = std::get_if<mls::CommitReceived>(&*received)) check(*commit, is_raw);
}
