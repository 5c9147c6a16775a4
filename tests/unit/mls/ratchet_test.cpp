// RFC 9420 §9: the secret tree and its ratchets, their bounds, and what is forgotten.
#include <numeric>

#include "hostile.hpp"
#include "mls/secret_tree.hpp"
#include "tern/limits.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

constexpr auto application = RatchetKind::application;

Secret secret_of(std::uint8_t byte) { return *Secret::from(std::array<std::uint8_t, 32>{byte}); }

void consume(SecretTree& tree, LeafIndex leaf, std::uint32_t generation, RecordChanges& changes) {
  tree.consume(tree.use(leaf, application, generation).value(), changes);
}

}  // namespace

TEST_CASE("a ratchet moves forward by its bound, and not by one more") {
  const SenderRatchet ratchet(secret_of(1));
  constexpr auto bound = limits::generations_forward_max;
  CHECK(ratchet.use(bound).has_value());
  CHECK(error_of(ratchet.use(bound + 1)) == Errc::mls_generation_too_far);
  CHECK(error_of(ratchet.use(UINT32_MAX)) == Errc::mls_generation_too_far);
  CHECK(ratchet.next_generation() == 0);
}

TEST_CASE("skipped keys are kept up to a bound, the oldest go first, and each is used once") {
  auto ratchet = SenderRatchet(secret_of(2)).use(900).value().after;
  ratchet = ratchet.use(940).value().after;
  // 939 were skipped: the 64 latest are there.
  CHECK(error_of(ratchet.use(874)) == Errc::mls_generation_consumed);
  CHECK(ratchet.use(875).has_value());
  CHECK(error_of(ratchet.use(900)) == Errc::mls_generation_consumed);
  const auto used = ratchet.use(910).value();
  CHECK(error_of(used.after.use(910)) == Errc::mls_generation_consumed);
  const auto read_again = SenderRatchet::decode(used.after.encode()).value();
  CHECK(error_of(read_again.use(910)) == Errc::mls_generation_consumed);
  CHECK(to_bytes(read_again.use(911)->key.key.span()) ==
        to_bytes(ratchet.use(911)->key.key.span()));
  // As many are kept of one long way.
  const auto far = SenderRatchet(secret_of(2)).use(limits::generations_forward_max).value().after;
  CHECK(far.use(limits::generations_forward_max - limits::skipped_keys_max).has_value());
  CHECK(error_of(far.use(limits::generations_forward_max - limits::skipped_keys_max - 1)) ==
        Errc::mls_generation_consumed);
  CHECK(to_bytes(far.use(938)->key.key.span()) == to_bytes(ratchet.use(938)->key.key.span()));
}

TEST_CASE("after a jump of a thousand, a message writes less than 8 KB") {
  SecretTree tree(secret_of(6), 2);
  RecordChanges jump;
  consume(tree, {1}, limits::generations_forward_max, jump);
  RecordChanges next;
  consume(tree, {1}, limits::generations_forward_max + 1, next);
  for (const auto* changes : {&jump, &next})
    for (const auto& change : changes->changes)
      if (change.value) CHECK(change.value->size() < 8 * 1024);
}

TEST_CASE("a message from too far ahead is refused before anything is derived") {
  SeededEntropy entropy(30);
  const auto people = group_of(2, entropy);
  Bytes message;
  for (std::uint32_t i = 0; i <= limits::generations_forward_max; ++i)
    message = people[0]->say("x");
  auto receiver = people[1]->group().clone();
  RecordChanges consumed;
  CHECK(receiver.receive(message, people[1]->acquaintances, now_s, consumed).has_value());
  message = people[0]->say("one more");
  CHECK(error_of(people[1]->receive(message)) == Errc::mls_generation_too_far);
}

TEST_CASE("a ratchet that has run out sends no more") {
  // The record of a ratchet at the last generation.
  BasicWriter<crypto::SecretBytes> record;
  record.number(std::uint8_t{1}).number(std::uint64_t{UINT32_MAX}).raw(secret_of(3).span());
  const auto last = SenderRatchet::decode(record.span()).value().use(UINT32_MAX).value();
  CHECK(last.after.next_generation() == std::uint64_t{UINT32_MAX} + 1);
  MemoryRecords records;
  Writer marked;
  marked.raw(SecretTree::Mark{}).raw(last.after.encode());
  records.all()[{'r', 0, 0, 0, 0, 1}] = std::move(marked).take();
  const SecretTree tree(records, 2);
  CHECK(error_of(tree.use_next({0}, application)) == Errc::counter_exhausted);
  CHECK(error_of(tree.use({0}, application, UINT32_MAX)) == Errc::mls_generation_consumed);
}

TEST_CASE(
    "a ratchet's record with a key twice, with one still to come or with too many is malformed") {
  const auto record = [](std::uint64_t next, const std::vector<std::uint32_t>& skipped) {
    BasicWriter<crypto::SecretBytes> out;
    out.number(std::uint8_t{1}).number(next).raw(secret_of(3).span());
    for (const auto generation : skipped) out.number(generation).raw(Bytes(32 + 12, 4));
    return SenderRatchet::decode(out.span());
  };
  CHECK(record(10, {3, 5, 9}).has_value());
  CHECK(error_of(record(10, {3, 5, 5})) == Errc::mls_state_malformed);
  CHECK(error_of(record(10, {5, 3})) == Errc::mls_state_malformed);
  CHECK(error_of(record(10, {10})) == Errc::mls_state_malformed);
  CHECK(record(std::uint64_t{UINT32_MAX} + 1, {}).has_value());
  CHECK(error_of(record(std::uint64_t{UINT32_MAX} + 2, {})) == Errc::mls_state_malformed);
  std::vector<std::uint32_t> many(limits::skipped_keys_max);
  std::iota(many.begin(), many.end(), 0U);
  CHECK(record(100, many).has_value());
  many.push_back(99);
  CHECK(error_of(record(100, many)) == Errc::mls_state_malformed);
}

TEST_CASE("a member that nobody answers makes no handshake that the others would refuse") {
  SeededEntropy entropy(34);
  const auto people = group_of(3, entropy);
  for (std::uint32_t i = 0; i < limits::generations_forward_max; ++i)
    forge_proposal(*people[0], Remove{LeafIndex{2}});
  const auto last = people[0]->commit({}).value();
  CHECK(people[1]->receive(last.message).has_value());
  CHECK(error_of(people[0]->commit({})) == Errc::counter_exhausted);
  // The ratchet of what people write is another.
  CHECK(people[2]->hear(people[0]->say("still here")) == "still here");
}

TEST_CASE("the first message of a sender touches the way to its leaf, the next its ratchet only") {
  for (const std::uint32_t width : {2u, 512u, 8192u}) {
    SecretTree tree(secret_of(4), width);
    MemoryRecords records;
    RecordChanges all;
    REQUIRE(tree.append_records(all));
    records.apply(all);
    CHECK(records.all().size() == 1);

    SecretTree opened(records, width);
    RecordChanges first;
    consume(opened, {width - 1}, 0, first);
    const auto depth = static_cast<std::size_t>(std::bit_width(width)) - 1;
    CHECK(first.changes.size() ==
          1 + depth + 2);  // the root erased, a sibling a level, two ratchets
    records.apply(first);

    RecordChanges second;
    records.reads = 0;
    consume(opened, {width - 1}, 1, second);
    CHECK(records.reads == 0);
    REQUIRE(second.changes.size() == 1);
    CHECK(second.changes[0].key == Bytes{'r', 0, 0, static_cast<std::uint8_t>((width - 1) >> 8),
                                         static_cast<std::uint8_t>(width - 1), 1});
    records.apply(second);
    // A neighbour finds its secret one step away.
    records.reads = 0;
    RecordChanges neighbour;
    consume(opened, {width - 2}, 0, neighbour);
    CHECK(neighbour.changes.size() == 1 + 2);
    CHECK(records.reads <= 2);
  }
}

TEST_CASE("consumed keys and what they came from are in no record") {
  constexpr std::uint32_t width = 8;
  const auto root = secret_of(5);
  SecretTree tree(root.clone(), width);
  MemoryRecords records;
  RecordChanges changes;
  REQUIRE(tree.append_records(changes));
  records.apply(changes);
  CHECK(records.contain(root.span()));

  // The secrets on the way to leaf 5 (nodes 7, 11, 9, 10) and the first of its ratchet.
  std::vector<Secret> consumed;
  consumed.push_back(root.clone());
  for (const auto* step : {"right", "left", "right"})
    consumed.push_back(expand_with_label(consumed.back().span(), "tree", as_bytes(step)));
  consumed.push_back(expand_with_label(consumed.back().span(), "application", {}));
  const auto key_0 = tree.use({5}, application, 0).value();
  const auto key_2 = tree.use({5}, application, 2).value();
  RecordChanges used;
  consume(tree, {5}, 2, used);
  records.apply(used);

  for (const auto& secret : consumed) CHECK_FALSE(records.contain(secret.span()));
  CHECK_FALSE(records.contain(key_2.key().key.span()));
  CHECK_FALSE(records.contain(key_2.key().nonce.span()));
  // §9.2: "K0 and N0 for decryption of an out-of-order message" may stay, until used.
  CHECK(records.contain(key_0.key().key.span()));
  RecordChanges late;
  consume(tree, {5}, 0, late);
  records.apply(late);
  CHECK_FALSE(records.contain(key_0.key().key.span()));
  // Everybody else's secrets are still there.
  for (std::uint32_t leaf = 0; leaf < width; ++leaf)
    CHECK(SecretTree(records, width).use({leaf}, application, 3).has_value());
}

TEST_CASE("a new epoch's records hold nothing of the old one's secrets") {
  SeededEntropy entropy(31);
  const auto people = group_of(3, entropy);
  const auto& before = epoch_of(*people[1]);
  std::vector<Secret> secrets;
  secrets.push_back(before.secrets.init.clone());
  secrets.push_back(before.secrets.sender_data.clone());
  secrets.push_back(before.secrets.exporter.clone());
  secrets.push_back(before.secrets.membership.clone());
  for (const auto& secret : secrets) CHECK(people[1]->records.contain(secret.span()));
  deliver(people[0]->commit({}).value(), *people[0], people);
  for (const auto& secret : secrets) CHECK_FALSE(people[1]->records.contain(secret.span()));
}

TEST_CASE("a message that does not open changes nothing, in memory or in the records") {
  SeededEntropy entropy(32);
  const auto people = group_of(2, entropy);
  const auto before = people[1]->records.all();
  auto message = people[0]->say("text");
  auto damaged = message;
  damaged.back() ^= 1;
  CHECK(error_of(people[1]->receive(damaged)) == Errc::mls_decrypt_failed);
  CHECK(people[1]->records.all() == before);
  CHECK(people[1]->hear(message) == "text");
}

TEST_CASE("a message that its sender signed is opened once, also when it is then refused") {
  SeededEntropy entropy(35);
  const auto people = group_of(3, entropy);
  const auto refused_once = [&](const Bytes& message, Errc error) {
    CHECK(error_of(people[1]->receive(message)) == error);
    CHECK(error_of(people[1]->receive(message)) == Errc::mls_generation_consumed);
    people[1]->reopen();
    CHECK(error_of(people[1]->receive(message)) == Errc::mls_generation_consumed);
  };
  refused_once(forge_proposal(*people[0], Remove{LeafIndex{99}}), Errc::mls_proposal_removes_blank);
  CommitForgery commit;
  commit.edit_message = [](AuthenticatedContent& message) {
    message.auth.confirmation_tag = Mac{};
  };
  refused_once(forge_commit(*people[0], commit), Errc::mls_confirmation_tag_invalid);

  // Whoever has the group's keys could otherwise take away what a member has yet to send.
  ContentForgery unsigned_content{ContentType::application, application_body("x"), {}, {}, {}};
  unsigned_content.edit_message = [](AuthenticatedContent& message) {
    message.auth.signature.bytes[0] ^= 1;
  };
  const auto message = forge_content(*people[0], unsigned_content);
  const auto before = people[1]->records.all();
  for (int i = 0; i < 2; ++i)
    CHECK(error_of(people[1]->receive(message)) == Errc::mls_signature_invalid);
  CHECK(people[1]->records.all() == before);
}

TEST_CASE("the work and the records of a message do not grow with the group") {
  SeededEntropy entropy(33);
  for (const std::size_t members : {2, 64}) {
    const auto people = group_of(members, entropy);
    auto& sender = *people[0];
    auto& receiver = *people[members - 1];
    sender.say("first");
    receiver.hear(sender.say("second"));
    const auto sent = sender.group().protect(as_bytes("x"), {}, sender.identity, entropy).value();
    CHECK(sent.changes.changes.size() == 1);
    RecordChanges consumed;
    CHECK(receiver.group().receive(sent.message, receiver.acquaintances, now_s, consumed));
    CHECK(consumed.changes.size() == 1);
  }
}
