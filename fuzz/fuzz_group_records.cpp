// A group whose records were damaged. The first byte says whether the hashes of the tree are made
// right again, which takes the key that seals the records, and whether the group then also sends;
// then come changes, each of a record, or one record in full.
#include "input.hpp"
#include "mls_store.hpp"
#include "target.hpp"

using namespace tern;

namespace {

enum class Damage { none, of_tree_and_ratchets, of_epoch };

Damage change(fuzzing::Records& records, fuzzing::Input& input, bool has_whole) {
  auto damage = Damage::none;
  while (!input.empty()) {
    auto record = records.all.begin();
    std::advance(record, input.byte() % records.all.size());
    const auto kind = record->first[0];
    if (damage != Damage::of_epoch)
      damage = kind == 'g' || kind == 'p' ? Damage::of_epoch : Damage::of_tree_and_ratchets;
    if (!has_whole) {
      fuzzing::edit(record->second, input);
      continue;
    }
    record->second = to_bytes(input.rest());
    break;
  }
  return damage;
}

// What may not be a wrong answer, where only what is read piece by piece was damaged.
void read(mls::Group& group, Damage damage) {
  fuzzing::Everybody everybody;
  const auto& kept = fuzzing::kept();
  mls::RecordChanges changes;
  const auto said = group.receive(kept.said, everybody, fuzzing::now_s, changes);
  expect(said || damage != Damage::none, "records that nobody damaged are read");
  if (!said) return;
  const auto& heard = std::get<mls::Application>(*said);
  expect(as_text(heard.content) == fuzzing::what_anna_says, "a damaged record is no wrong answer");
}

void follow(const mls::Group& group, Damage damage) {
  fuzzing::Everybody everybody;
  const auto& kept = fuzzing::kept();
  mls::RecordChanges changes;
  auto bos = group.clone();
  (void)bos.receive(kept.proposed, everybody, fuzzing::now_s, changes);
  const auto received = bos.receive(kept.committed, everybody, fuzzing::now_s, changes);
  expect(bos.epoch() == group.epoch(), "receiving leaves a group in its epoch");
  expect(received || damage != Damage::none, "whose records are whole can follow a commit");
  if (!received) return;
  const auto& next = *std::get<mls::CommitReceived>(*received).next;
  expect(crypto::ct_equal(next.epoch_authenticator(), kept.authenticator_after),
         "who follows a commit is in the epoch that everybody is in");
  expect(next.records_after(group).has_value() || damage != Damage::none,
         "what was followed can be kept");
}

// What was damaged before it was sealed may say anything: it is enough that nothing breaks.
void receive_all(mls::Group& group) {
  fuzzing::Everybody everybody;
  const auto& kept = fuzzing::kept();
  for (const auto* message : {&kept.said, &kept.proposed, &kept.committed}) {
    mls::RecordChanges changes;
    const auto received = group.receive(*message, everybody, fuzzing::now_s, changes);
    const auto* commit = received ? std::get_if<mls::CommitReceived>(&*received) : nullptr;
    if (commit && commit->next) (void)commit->next->records_after(group);
  }
}

void send(mls::Group& group) {
  fuzzing::Everybody everybody;
  crypto::DeterministicEntropy entropy(8);
  const auto& bo = fuzzing::kept().bo;
  (void)group.members();
  (void)group.pending_removals();
  (void)group.protect(as_bytes("Dag"), {}, bo, entropy);
  (void)group.commit({}, bo, everybody, fuzzing::now_s, entropy);
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto how = input.byte();
  fuzzing::Records records;
  records.all = fuzzing::kept().records.all;
  const auto damage = change(records, input, (how & 1) != 0);
  if ((how & 2) != 0) fuzzing::make_hashes_right(records);
  auto group = mls::Group::open(records);
  if (!group) {
    expect(group.error() == Errc::mls_state_malformed, "what is damaged is said to be");
    return;
  }
  if ((how & 2) != 0 || damage == Damage::of_epoch) {
    receive_all(*group);
  } else {
    read(*group, damage);
    follow(*group, damage);
  }
  if ((how & 4) == 0) return;
  send(*group);
  if (const auto again = group->records()) {
    fuzzing::Records kept_again;
    kept_again.apply(*again);
    expect(mls::Group::open(kept_again).has_value(), "what can be kept can be opened");
  }
}
