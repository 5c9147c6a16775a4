// How a group is kept: what is in its records, and what happens when they are damaged.
#include "hostile.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

class BrokenDisk final : public RecordSource {
 public:
  Result<std::optional<crypto::SecretBytes>> get(ByteSpan) const override {
    return Errc::storage_io;
  }
};

}  // namespace

TEST_CASE("a group of many is opened from its records and goes on") {
  SeededEntropy entropy(120);
  const auto people = group_of(70, entropy);
  for (const std::size_t i : {0, 17, 69})
    deliver(people[i]->commit({}).value(), *people[i], people);
  CommitRequest request;
  request.remove = {LeafIndex{3},  LeafIndex{64}, LeafIndex{65}, LeafIndex{66},
                    LeafIndex{67}, LeafIndex{68}, LeafIndex{69}};
  auto commit = people[5]->commit(request).value();
  CHECK(commit.next->member_count() == 63);
  REQUIRE(people[40]->receive(commit.message).has_value());
  people[40]->reopen();
  people[5]->accept(std::move(commit.next));
  people[5]->reopen();
  CHECK(agree(*people[5], *people[40]));
  CHECK(people[5]->group().members().size() == 63);
  CHECK(people[40]->hear(people[5]->say("fewer of us")) == "fewer of us");
  auto next = people[40]->commit({}).value();
  REQUIRE(people[5]->receive(next.message).has_value());
  people[40]->accept(std::move(next.next));
  CHECK(agree(*people[5], *people[40]));
}

TEST_CASE("an opened group reads a ratchet when it is needed, and not before") {
  SeededEntropy entropy(121);
  const auto people = group_of(20, entropy);
  for (const auto& sender : people) {
    const auto message = sender->say("hello");
    for (const auto& receiver : people)
      if (receiver != sender) receiver->hear(message);
  }
  auto& reader = *people[0];
  reader.records.reads = 0;
  reader.reopen();
  // The epoch, two pieces of the tree, and the place of a first proposal.
  CHECK(reader.records.reads == 4);
  reader.hear(people[7]->say("again"));
  CHECK(reader.records.reads == 5);
  reader.hear(people[7]->say("and again"));
  CHECK(reader.records.reads == 5);
}

TEST_CASE("a damaged or missing record is an error that names the state") {
  SeededEntropy entropy(122);
  const auto people = group_of(3, entropy);
  send_proposal(*people[1], Remove{LeafIndex{2}}, people);
  const auto intact = people[0]->records;
  for (const auto& [key, value] : intact.all()) {
    if (key[0] == 't' || key[0] == 'r') continue;  // read when needed: below
    for (std::size_t bytes = 0; bytes < value.size(); bytes += 1 + bytes / 16) {
      MemoryRecords damaged = intact;
      damaged.all()[key].resize(bytes);
      CHECK(error_of(Group::open(damaged)) == Errc::mls_state_malformed);
    }
    MemoryRecords newer = intact;
    newer.all()[key][0] = 2;
    CHECK(error_of(Group::open(newer)) == Errc::mls_state_malformed);
  }
  for (const auto kind : {'g', 'n'}) {
    MemoryRecords missing = intact;
    std::erase_if(missing.all(), [&](const auto& record) { return record.first[0] == kind; });
    CHECK(error_of(Group::open(missing)) == Errc::mls_state_malformed);
  }
  CHECK(error_of(Group::open(MemoryRecords{})) == Errc::mls_state_malformed);
}

TEST_CASE("a damaged ratchet is found when its sender speaks") {
  SeededEntropy entropy(123);
  const auto people = group_of(2, entropy);
  people[1]->hear(people[0]->say("first"));
  for (auto& [key, value] : people[1]->records.all())
    if (key[0] == 'r' || key[0] == 't') value.pop_back();
  people[1]->reopen();
  CHECK(error_of(people[1]->receive(people[0]->say("second"))) == Errc::mls_state_malformed);
  CHECK(error_of(people[1]->group().records()) == Errc::mls_state_malformed);
}

TEST_CASE("a ratchet of an earlier epoch is not taken for one of this epoch") {
  SeededEntropy entropy(126);
  const auto people = group_of(2, entropy);
  people[1]->hear(people[0]->say("first"));
  const auto before = people[1]->records.all();
  deliver(people[0]->commit({}).value(), *people[0], people);
  for (const auto& [key, value] : before)
    if (key[0] == 'r' || key[0] == 't') people[1]->records.all()[key] = value;
  people[1]->reopen();
  CHECK(error_of(people[1]->receive(people[0]->say("second"))) == Errc::mls_state_malformed);
  CHECK(error_of(people[1]->group().protect({}, {}, people[1]->identity, entropy)) ==
        Errc::mls_state_malformed);
}

TEST_CASE("what the disk says is not mistaken for a damaged state") {
  CHECK(error_of(Group::open(BrokenDisk{})) == Errc::storage_io);
}

TEST_CASE("a group written whole after it was opened is the same group") {
  SeededEntropy entropy(124);
  const auto people = group_of(9, entropy);
  const auto late = people[2]->say("late");
  people[1]->hear(people[2]->say("early"));
  people[1]->reopen();
  MemoryRecords copy;
  copy.apply(people[1]->group().records().value());
  CHECK(copy.all() == people[1]->records.all());
  people[1]->records = copy;
  people[1]->reopen();
  CHECK(people[1]->hear(late) == "late");
}

TEST_CASE("a clone goes its own way") {
  SeededEntropy entropy(125);
  const auto people = group_of(2, entropy);
  const auto message = people[0]->say("once");
  auto clone = people[1]->group().clone();
  CHECK(people[1]->hear(message) == "once");
  CHECK(error_of(people[1]->receive(message)) == Errc::mls_generation_consumed);
  RecordChanges consumed;
  CHECK(clone.receive(message, people[1]->acquaintances, now_s, consumed).has_value());
}
