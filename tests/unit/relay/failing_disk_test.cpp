#include "blob_maker.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct FailingDiskTalk : Talk {
  // Whom a batch was for begins a new connection when nobody knows whether it was kept.
  void connect_again() {
    at_anna = world.resume(anna);
    at_bo = world.resume(bo);
  }
};

}  // namespace

TEST_CASE("a full disk refuses every request of the batch and changes nothing") {
  FailingDiskTalk talk;
  talk.world.pushes(talk.at_bo);
  talk.world.disk.set_capacity(talk.world.disk.bytes_used() + 100);
  const auto before = talk.world.disk.dump();
  const auto text = message(talk.world, std::string(1'000, 'x'));
  const auto append = talk.world.send(talk.at_anna, append_of(talk.log, 1, {text}));
  const auto ping = talk.world.send(talk.at_bo, wire::Ping{});
  talk.world.run();
  CHECK(refusal(talk.world.answer_to(talk.at_anna, append)) == Errc::storage_full);
  CHECK(refusal(talk.world.answer_to(talk.at_bo, ping)) == Errc::storage_full);
  CHECK(talk.world.disk.dump() == before);
  CHECK(talk.world.pushes(talk.at_bo).empty());

  talk.world.disk.set_capacity(UINT64_MAX);
  CHECK(
      as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.log, 1, {text}))).first_seq ==
      2);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 1);
}

TEST_CASE("a disk that fails at any write of an append leaves the log as it was") {
  for (std::uint64_t write = 1; write < 12; ++write) {
    FailingDiskTalk talk;
    talk.world.pushes(talk.at_bo);
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    const auto change = tern::relay::test::write(talk.world, wire::EntryKind::commit, "c",
                                                 adding({talk.bo.id}, {talk.bo.id}));
    const auto text = message(talk.world);
    auto request = append_of(talk.log, 1, {change, text});
    const std::vector<DeviceId> welcomed = {talk.bo.id};
    request.welcomes = {welcomes_for(welcomed, as_bytes("info"))};
    const auto answer = talk.world.ask(talk.at_anna, request);
    const bool failed = talk.world.disk.failed();
    talk.world.disk.fail_at(std::nullopt);
    if (!failed) {
      as<wire::Appended>(answer);
      break;
    }
    CHECK(refusal(answer) == Errc::storage_io);
    CHECK(talk.world.core->statistics().disk_failed);
    CHECK(talk.world.pushes(talk.at_bo).empty());
    talk.connect_again();
    CHECK(read_from(talk.world, talk.at_bo, talk.log).head == 1);
    CHECK(read_from(talk.world, talk.at_bo, talk.bo.inbox).head == 1);
    // Nor in memory: the same goes through now.
    CHECK(as<wire::Appended>(talk.world.ask(talk.at_anna, request)).first_seq == 2);
  }
}

TEST_CASE("a commit that was kept though it failed is not doubled by its repetition") {
  FailingDiskTalk talk;
  const auto text = message(talk.world);
  const auto request = append_of(talk.log, 1, {text});
  auto probe = talk.world.disk.operations();
  append_message(talk.world, talk.at_anna, talk.log);
  const auto operations = talk.world.disk.operations() - probe;
  talk.world.disk.fail_at(talk.world.disk.operations() + operations, Errc::storage_io,
                          store::CommitOutcome::kept);
  CHECK(refusal(talk.world.ask(talk.at_anna, request)) == Errc::storage_io);
  talk.world.disk.fail_at(std::nullopt);
  CHECK(talk.world.closed(talk.at_bo));
  talk.connect_again();
  const auto again = as<wire::Appended>(talk.world.ask(talk.at_anna, request));
  CHECK(again.first_seq == 3);
  CHECK(again.head == 3);
}

TEST_CASE("a batch that outgrows the map runs again and happens once") {
  FailingDiskTalk talk;
  talk.world.pushes(talk.at_bo);
  const auto third = talk.world.make_device();
  const auto connection = talk.world.connect(third);
  const auto registered = talk.world.send(connection, Registration(third).request());
  const auto reserved = talk.world.send(talk.at_bo, wire::Reserve{talk.log});
  const auto text = message(talk.world);
  const auto appended = talk.world.send(talk.at_anna, append_of(talk.log, 1, {text}));
  const auto lines = talk.world.log.size();
  talk.world.disk.fail_at(talk.world.disk.operations() + 5, Errc::storage_map_full);
  talk.world.run();
  CHECK(as<wire::Registered>(talk.world.answer_to(connection, registered)).device == third.id);
  as<wire::Done>(talk.world.answer_to(talk.at_bo, reserved));
  CHECK(as<wire::Appended>(talk.world.answer_to(talk.at_anna, appended)).first_seq == 2);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 1);
  CHECK(talk.world.core->statistics().entries_stored == 3);
  CHECK(talk.world.log.size() == lines + 1);
}

TEST_CASE("a relay killed between batches goes on where it was") {
  FailingDiskTalk talk;
  for (int i = 0; i < 5; ++i) {
    append_message(talk.world, talk.at_anna, talk.log);
    talk.world.restart();
    talk.at_anna = talk.world.resume(talk.anna);
    talk.at_bo = talk.world.resume(talk.bo);
  }
  const auto entries = read_from(talk.world, talk.at_bo, talk.log).entries;
  REQUIRE(entries.size() == 6);
  for (std::size_t i = 0; i < entries.size(); ++i) CHECK(entries[i].seq == i + 1);
}

TEST_CASE("on a full disk what everybody has read makes room for what is new") {
  FailingDiskTalk talk;
  const std::string large(200'000, 'x');
  for (int i = 0; i < 10; ++i) append_message(talk.world, talk.at_anna, talk.log, large);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ack{{{talk.log, 11, {}}}}));
  as<wire::Done>(talk.world.ask(talk.at_bo, wire::Ack{{{talk.log, 11, {}}}}));
  talk.world.disk.set_capacity(talk.world.disk.bytes_used() + 1'000);
  talk.world.pass_ms(1'000);
  const auto text = message(talk.world, large);
  CHECK(
      as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.log, 1, {text}))).first_seq ==
      12);
}

TEST_CASE("acks that could not be written are written later") {
  FailingDiskTalk talk;
  as<wire::Done>(talk.world.ask(talk.at_bo, wire::Ack{{{talk.log, 1, {}}}}));
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ack{{{talk.log, 1, {}}}}));
  talk.world.disk.fail_at(talk.world.disk.operations() + 1);
  talk.world.pass_ms(1'000);
  talk.world.run();
  CHECK(talk.world.core->next_deadline() > talk.world.now.mono_ms);
  talk.world.disk.fail_at(std::nullopt);
  talk.world.settle();
  CHECK(refusal(talk.world.ask(talk.at_bo, wire::Read{talk.log})) == Errc::log_pruned);
}

TEST_CASE("a batch that only reads does not touch the disk") {
  FailingDiskTalk talk;
  const auto operations = talk.world.disk.operations();
  read_from(talk.world, talk.at_bo, talk.log);
  as<wire::Done>(talk.world.ask(talk.at_bo, wire::Ping{}));
  CHECK(talk.world.disk.operations() == operations);
}

TEST_CASE("a disk that fails at any write of a chunk leaves the blob as it was") {
  // The first chunk, one in the middle, the last.
  for (std::uint32_t chunk = 0; chunk < 3; ++chunk) {
    for (std::uint64_t write = 1;; ++write) {
      BlobTalk talk;
      const auto blob = make_blob(talk.world, 3 * chunk_bytes);
      for (std::uint32_t i = 0; i < chunk; ++i)
        as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(i)));
      get(talk.world, talk.at_bo, talk.anna.account, blob, chunk);
      const auto before = talk.world.disk.dump();
      talk.world.disk.fail_at(talk.world.disk.operations() + write);
      const auto answer = talk.world.ask(talk.at_anna, blob.put(chunk));
      const bool failed = talk.world.disk.failed();
      talk.world.disk.fail_at(std::nullopt);
      if (!failed) {
        CHECK(write > 4);
        as<wire::BlobStored>(answer);
        break;
      }
      CHECK(refusal(answer) == Errc::storage_io);
      CHECK(talk.world.disk.dump() == before);
      CHECK(blob_notices(talk.world, talk.at_bo).empty());
      CHECK(probe(talk.world, talk.at_anna, blob).chunks == chunk);
      // The interest has outlived it.
      CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(chunk))).chunks ==
            chunk + 1);
      CHECK(blob_notices(talk.world, talk.at_bo).size() == 1);
    }
  }
}

TEST_CASE("a disk that fails while a damaged blob is dropped leaves it to be dropped again") {
  for (std::uint64_t write = 1;; ++write) {
    BlobTalk talk;
    const auto blob = make_false_blob(talk.world, 2 * chunk_bytes);
    as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    const auto answer = talk.world.ask(talk.at_anna, blob.put(1));
    const bool failed = talk.world.disk.failed();
    talk.world.disk.fail_at(std::nullopt);
    if (failed && refusal(answer) == Errc::storage_io) {
      CHECK(probe(talk.world, talk.at_anna, blob).chunks == 1);
      CHECK(refusal(talk.world.ask(talk.at_anna, blob.put(1))) == Errc::blob_damaged);
    }
    talk.world.settle();
    CHECK(blob_rows(talk.world) == BlobRows{});
    CHECK(blob_use(talk.world, talk.anna.account).room == 0);
    if (!failed) break;
  }
}

TEST_CASE("a disk that fails while blobs are dropped and erased leaves nothing behind in the end") {
  for (std::uint64_t write = 1; write < 12; ++write) {
    BlobTalk talk;
    upload(talk.world, talk.at_anna, make_blob(talk.world, 3 * chunk_bytes));
    talk.world.pass_ms(31 * blob_day_ms);
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    talk.world.ask(talk.at_anna, wire::Ping{});
    talk.world.disk.fail_at(std::nullopt);
    talk.pass_days(0, 3'600'000);
    CHECK(blob_rows(talk.world) == BlobRows{});
    CHECK(blob_use(talk.world, talk.anna.account).room == 0);
  }
}

TEST_CASE("a chunk that was kept though its commit failed is not stored twice") {
  BlobTalk talk;
  const auto blob = make_blob(talk.world, 3 * chunk_bytes);
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0)));
  const auto probe_at = talk.world.disk.operations();
  as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(1)));
  const auto operations = talk.world.disk.operations() - probe_at;
  BlobTalk other;
  const auto again = make_blob(other.world, 3 * chunk_bytes);
  as<wire::BlobStored>(other.world.ask(other.at_anna, again.put(0)));
  other.world.disk.fail_at(other.world.disk.operations() + operations, Errc::storage_io,
                           store::CommitOutcome::kept);
  CHECK(refusal(other.world.ask(other.at_anna, again.put(1))) == Errc::storage_io);
  other.world.disk.fail_at(std::nullopt);
  CHECK(as<wire::BlobStored>(other.world.ask(other.at_anna, again.put(1))).chunks == 2);
  CHECK(as<wire::BlobStored>(other.world.ask(other.at_anna, again.put(2))).complete);
  CHECK(comes_back(other.world, other.at_bo, other.anna.account, again));
}

TEST_CASE("on a full disk what expired blobs have left makes room for what is new") {
  BlobTalk talk;
  upload(talk.world, talk.at_anna, make_blob(talk.world, 10 * chunk_bytes));
  talk.world.disk.set_capacity(talk.world.disk.bytes_used() + 1'000);
  const auto blob = make_blob(talk.world, chunk_bytes);
  CHECK(refusal(talk.world.ask(talk.at_anna, blob.put(0))) == Errc::storage_full);
  talk.world.pass_ms(31 * blob_day_ms);
  talk.world.ask(talk.at_anna, blob.put(0));
  CHECK(as<wire::BlobStored>(talk.world.ask(talk.at_anna, blob.put(0))).complete);
}
