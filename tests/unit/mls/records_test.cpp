// How a group is kept: what is in its records, and what happens when they are damaged.
#include "hostile.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

// One that reads what a group opens with, and then the tree no more until it is healed.
class FailingDisk final : public RecordSource {
 public:
  explicit FailingDisk(const MemoryRecords& records) : records_(records) {}
  Result<std::optional<crypto::SecretBytes>> get(ByteSpan key) const override {
    if (is_of_tree(key) && !healed) return Errc::storage_io;
    return records_.get(key);
  }
  bool healed = false;

 private:
  const MemoryRecords& records_;
};

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
  CHECK(people[5]->group().members().value().size() == 63);
  CHECK(people[40]->hear(people[5]->say("fewer of us")) == "fewer of us");
  auto next = people[40]->commit({}).value();
  REQUIRE(people[5]->receive(next.message).has_value());
  people[40]->accept(std::move(next.next));
  CHECK(agree(*people[5], *people[40]));
}

TEST_CASE("an opened group reads what a message needs, and the tree when a handshake comes") {
  SeededEntropy entropy(121);
  const auto people = group_of(40, entropy);
  for (const auto& sender : people) {
    const auto message = sender->say("hello");
    for (const auto& receiver : people)
      if (receiver != sender) receiver->hear(message);
  }
  auto& reader = *people[0];
  auto& reads = reader.records.reads;
  const auto reads_of = [&](auto&& work) {
    reads = 0;
    work();
    return reads;
  };
  // The epoch, and the place of a first proposal.
  CHECK(reads_of([&] { reader.reopen(); }) == 2);
  CHECK(reads_of([&] { reader.say("from me"); }) == 1);  // the own ratchet
  // The upper block of the tree, the sender's, and its ratchet; then what is not known yet.
  CHECK(reads_of([&] { reader.hear(people[7]->say("again")); }) == 3);
  CHECK(reads_of([&] { reader.hear(people[7]->say("and again")); }) == 0);
  CHECK(reads_of([&] { reader.hear(people[8]->say("from beside")); }) == 1);
  CHECK(reads_of([&] { reader.hear(people[20]->say("from afar")); }) == 2);
  CHECK(reads_of([&] { CHECK(reader.group().member_count() == 40); }) == 0);
  CHECK(reads_of([&] { CHECK(reader.group().member({21}).value().has_value()); }) == 0);
  CHECK(reads_of([&] { CHECK(reader.group().members().value().size() == 40); }) == 4 + 1);
  CHECK(reads_of([&] { CHECK(reader.group().members().value().size() == 40); }) == 0);
  CHECK(reads_of([&] { deliver(people[3]->commit({}).value(), *people[3], people); }) == 1);
}

TEST_CASE("a damaged or missing record is an error that names the state") {
  SeededEntropy entropy(122);
  const auto people = group_of(3, entropy);
  send_proposal(*people[1], Remove{LeafIndex{2}}, people);
  const auto intact = people[0]->records;
  const auto error_with = [](const MemoryRecords& records) {
    const auto opened = Group::open(records);
    return opened ? error_of(opened->members()) : error_of(opened);
  };
  for (const auto& [key, value] : intact.all()) {
    if (key[0] == 't' || key[0] == 'r') continue;  // read when needed: below
    for (std::size_t bytes = 0; bytes < value.size(); bytes += 1 + bytes / 16) {
      MemoryRecords damaged = intact;
      damaged.all()[key].resize(bytes);
      CHECK(error_with(damaged) == Errc::mls_state_malformed);
    }
    for (const int apart : {-1, 1}) {
      MemoryRecords of_another_version = intact;
      auto& version = of_another_version.all()[key][0];
      version = static_cast<std::uint8_t>(version + apart);
      CHECK(error_with(of_another_version) == Errc::mls_state_malformed);
    }
  }
  for (const auto kind : {'g', 'n'}) {
    MemoryRecords missing = intact;
    std::erase_if(missing.all(), [&](const auto& record) { return record.first[0] == kind; });
    CHECK(error_with(missing) == Errc::mls_state_malformed);
  }
  CHECK(error_of(Group::open(MemoryRecords{})) == Errc::mls_state_malformed);
}

TEST_CASE("a record of the tree in another's place, or of another epoch, is never believed") {
  SeededEntropy entropy(127);
  const auto people = group_of(40, entropy);
  auto& reader = *people[0];
  const auto earlier = reader.records;
  deliver(people[20]->commit({}).value(), *people[20], people);
  const auto intact = reader.records;
  const auto message = people[20]->say("hello");
  const auto check_refused = [&](const MemoryRecords& records) {
    reader.records = records;
    reader.reopen();
    CHECK(error_of(reader.receive(message)) == Errc::mls_state_malformed);
    CHECK(error_of(reader.group().member({20})) == Errc::mls_state_malformed);
    CHECK(error_of(reader.group().members()) == Errc::mls_state_malformed);
    CHECK(error_of(reader.group().find(people[1]->identity.signing_key.verify_key())) ==
          Errc::mls_state_malformed);
    CHECK(error_of(reader.group().ratchet_tree()) == Errc::mls_state_malformed);
    CHECK(error_of(reader.group().records()) == Errc::mls_state_malformed);
    CHECK(error_of(reader.commit({})) == Errc::mls_state_malformed);
    CHECK(error_of(reader.receive(people[20]->commit({}).value().message)) ==
          Errc::mls_state_malformed);
  };
  std::vector<Bytes> blocks;
  for (const auto& [key, value] : intact.all())
    if (is_of_tree(key)) blocks.push_back(key);
  REQUIRE(blocks.size() == 5);  // 64 leaves in four, and the one above
  auto swapped = intact;
  std::swap(swapped.all()[blocks[0]], swapped.all()[blocks[2]]);
  std::swap(swapped.all()[blocks[1]], swapped.all()[blocks[3]]);
  check_refused(swapped);
  std::size_t changed = 0;
  for (const auto& key : blocks) {
    if (earlier.all().at(key) == intact.all().at(key)) continue;
    ++changed;
    auto mixed = intact;
    mixed.all()[key] = earlier.all().at(key);
    check_refused(mixed);
  }
  CHECK(changed == 2);
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

TEST_CASE("a commit writes its epoch and of the tree its path, a message its ratchet") {
  SeededEntropy entropy(128);
  // Of those whom the first one adds two join in earnest.
  Person first_one("somebody", entropy), anna("Anna", entropy), bo("Bo", entropy);
  first_one.create();
  std::vector<Bytes> key_packages;
  while (key_packages.size() < 509)
    key_packages.push_back(Person("nobody", entropy).key_package().message);
  const auto annas = anna.key_package();
  const auto bos = bo.key_package();
  key_packages.insert(key_packages.begin() + 100, annas.message);
  key_packages.push_back(bos.message);
  auto added = first_one.add(key_packages).value();
  anna.join(added, annas);
  bo.join(added, bos);
  first_one.accept(std::move(added.next));
  for (auto* committer : {&first_one, &bo}) {
    auto commit = committer->commit({}).value();
    for (auto* other : {&anna, &bo})
      if (other != committer) REQUIRE(other->receive(commit.message).has_value());
    committer->accept(std::move(commit.next));
  }
  const auto written = [](const RecordChanges& changes) {
    std::map<char, std::size_t> bytes;
    for (const auto& change : changes.changes)
      bytes[static_cast<char>(change.key[0])] += change.value ? change.value->size() : 0;
    return bytes;
  };
  const auto whole = anna.group().records().value();
  CHECK(whole.changes.size() == 1 + 32 + 2 + 1 + 1);  // g; blocks of 512 leaves; t
  CHECK(written(whole)['n'] > 60'000);

  // The first of a sender in an epoch derives its two ratchets, and one secret beside each of the
  // nine levels of its way; of those on it the root was one.
  const auto first = anna.group().protect({}, {}, anna.identity, entropy).value();
  CHECK(first.changes.first == RecordChanges::Erase::nothing);
  CHECK(first.changes.changes.size() == 2 + 9 + 1);
  const auto second = anna.group().protect({}, {}, anna.identity, entropy).value();
  REQUIRE(second.changes.changes.size() == 1);
  CHECK(second.changes.changes[0].key[0] == 'r');
  CHECK(second.changes.changes[0].value->size() < 64);

  auto commit = bo.commit({}).value();
  const auto own = commit.next->records_after(bo.group()).value();
  RecordChanges consumed;
  auto received = anna.group().receive(commit.message, anna.acquaintances, now_s, consumed);
  REQUIRE(received.has_value());
  CHECK(consumed.changes.size() <= 2 + 9);
  const auto& next = std::get<CommitReceived>(*received).next;
  const auto received_so = next->records_after(anna.group()).value();
  for (const auto* changes : {&received_so, &own}) {
    CHECK(changes->first == RecordChanges::Erase::epoch_records);
    // g, t, and a block for every four of the nine levels above the leaf.
    CHECK(changes->changes.size() == 2 + 3);
    CHECK(written(*changes)['g'] < 2'000);
    CHECK(written(*changes)['n'] < 8'000);
  }
}

TEST_CASE("a tree that shrinks leaves no record behind") {
  SeededEntropy entropy(129);
  const auto people = group_of(40, entropy);
  CommitRequest request;
  for (std::uint32_t leaf = 10; leaf < 40; ++leaf) request.remove.push_back(LeafIndex{leaf});
  auto commit = people[3]->commit(request).value();
  REQUIRE(people[5]->receive(commit.message).has_value());
  people[3]->accept(std::move(commit.next));
  for (const std::size_t i : {3, 5}) {
    CHECK(people[i]->records.all().size() == 3);  // g; sixteen leaves; t
    MemoryRecords whole;
    whole.apply(people[i]->group().records().value());
    CHECK(people[i]->records.all() == whole.all());
  }
}

TEST_CASE("what the disk says is not mistaken for a damaged state") {
  CHECK(error_of(Group::open(BrokenDisk{})) == Errc::storage_io);

  SeededEntropy entropy(131);
  const auto people = group_of(3, entropy);
  auto& anna = *people[0];
  FailingDisk disk(anna.records);
  auto group = Group::open(disk).value();
  const auto message = people[1]->say("hello");
  const auto commit = people[2]->commit({}).value();
  RecordChanges consumed;
  const auto receive = [&](ByteSpan bytes) {
    return group.receive(bytes, anna.acquaintances, now_s, consumed);
  };
  CHECK(error_of(receive(message)) == Errc::storage_io);
  CHECK(error_of(receive(commit.message)) == Errc::storage_io);
  CHECK(error_of(group.members()) == Errc::storage_io);
  CHECK(error_of(group.records()) == Errc::storage_io);
  CHECK(error_of(group.commit({}, anna.identity, anna.acquaintances, now_s, entropy)) ==
        Errc::storage_io);
  // Nothing was consumed: once it can be read all goes on.
  CHECK(consumed.changes.empty());
  disk.healed = true;
  CHECK(receive(message).has_value());
  disk.healed = false;
  CHECK(receive(people[1]->say("the leaf is known")).has_value());
  const auto before = consumed.changes.size();
  CHECK(error_of(receive(commit.message)) == Errc::storage_io);
  CHECK(consumed.changes.size() == before);
  disk.healed = true;
  CHECK(receive(commit.message).has_value());
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
