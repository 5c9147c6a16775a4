// Where the epoch that a pending commit begins is kept: over the present one's records, as what
// differs; and what becomes of both when the log has the commit, or another.
#include "client/group_records.hpp"
#include "store/memory.hpp"
#include "unit/mls/people.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::client;

namespace {

// The rows of one chat on a disk, and a member whose records they are.
class PendingRecords {
 public:
  explicit PendingRecords(std::size_t members) : people(group_of(members, entropy)) {
    write([&](Rows& rows) { return present.write(rows, me().group().records().value()); });
  }
  Person& me() { return *people[1]; }

  // Makes a commit and keeps it as pending.
  std::unique_ptr<mls::Group> make(const mls::CommitRequest& request) {
    auto made = me().commit(request).value();
    const auto changes = made.next->records_after(me().group()).value();
    write([&](Rows& rows) -> Result<void> {
      TERN_TRY(present.write(rows, made.own));
      return next.write(rows, changes);
    });
    return std::move(made.next);
  }
  void write(const std::function<Result<void>(Rows&)>& work) {
    const auto transaction = environment->write().value();
    Rows rows(*transaction, sealer);
    REQUIRE(work(rows).has_value());
    REQUIRE(transaction->commit(store::Durability::synced).has_value());
  }
  std::size_t count(store::Table table) {
    std::size_t out = 0;
    const auto transaction = environment->read().value();
    REQUIRE(ReadRows(*transaction, sealer)
                .scan(table, row, {},
                      [&](ByteSpan, ByteSpan) -> Result<Scan> {
                        ++out;
                        return Scan::next;
                      })
                .has_value());
    return out;
  }

  SeededEntropy entropy{160};
  std::vector<std::unique_ptr<Person>> people;
  store::MemoryDisk disk;
  std::unique_ptr<store::Environment> environment = store::open_memory(disk);
  store::Sealer sealer{store::StorageKey{}, entropy};
  OpenRows open{*environment, sealer};
  RowId row = sealer.row_id(tables::chats, as_bytes("a chat"));
  GroupRecords present{open, tables::groups, row};
  GroupRecords next{open, tables::next_groups, row, &present};
};

// That these are the present epoch's records, and the only ones.
void check_settled(PendingRecords& kept, const mls::RecordChanges& whole) {
  CHECK(kept.count(tables::next_groups) == 0);
  CHECK(kept.count(tables::groups) == whole.changes.size());
  for (const auto& change : whole.changes) {
    const auto found = kept.present.get(change.key).value();
    REQUIRE(found.has_value());
    CHECK(to_bytes(*found) == to_bytes(*change.value));
  }
}

}  // namespace

TEST_CASE("a pending commit's epoch is opened from what differs, and speaks") {
  PendingRecords kept(40);
  const auto made = kept.make({});
  // The epoch, the root of its secret tree, two blocks of the tree. All of it is 1 + 1 + 5.
  CHECK(kept.count(tables::next_groups) == 4);
  auto opened = mls::Group::open(kept.next).value();
  CHECK(opened.members().value().size() == 40);
  CHECK(opened.tree_hash() == made->tree_hash());
  const auto said =
      opened.protect(as_bytes("under it"), {}, kept.me().identity, kept.entropy).value();
  kept.write([&](Rows& rows) { return kept.next.write(rows, said.changes); });
  // The present epoch is as it was.
  CHECK(mls::Group::open(kept.present).value().epoch() == kept.me().group().epoch());

  const auto whole = opened.records().value();
  kept.write([&](Rows& rows) { return kept.next.sink(rows); });
  check_settled(kept, whole);
  CHECK(mls::Group::open(kept.present).value().members().value().size() == 40);
}

TEST_CASE("a pending commit that shrinks the tree hides what it has no more, and takes it along") {
  PendingRecords kept(40);
  mls::CommitRequest request;
  for (std::uint32_t leaf = 10; leaf < 40; ++leaf) request.remove.push_back({leaf});
  const auto before = kept.count(tables::groups);
  const auto made = kept.make(request);
  CHECK(kept.count(tables::groups) >= before);
  for (const auto& [key, value] : kept.me().records.all()) {
    const bool stays = key == made->records().value().changes[1].key;
    if (mls::is_of_tree(key)) CHECK(kept.next.get(key).value().has_value() == stays);
  }
  CHECK(mls::Group::open(kept.next).value().members().value().size() == 10);
  kept.write([&](Rows& rows) { return kept.next.sink(rows); });
  check_settled(kept, made->records().value());
}

TEST_CASE("a pending commit that another came before leaves nothing behind") {
  PendingRecords kept(5);
  const auto made = kept.make({});
  auto other = kept.people[3]->commit({}).value();
  const auto before = kept.me().group().clone();
  REQUIRE(kept.me().receive(other.message).has_value());
  kept.write([&](Rows& rows) -> Result<void> {
    TERN_TRY(kept.next.erase(rows));
    return kept.present.write(rows, kept.me().group().records_after(before).value());
  });
  check_settled(kept, kept.me().group().records().value());
}
