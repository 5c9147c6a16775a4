// delete_account: nothing of it is left, and nothing else is gone.
#include "blob_maker.hpp"
#include "chat.hpp"
#include "people.hpp"
#include "relay/kv_log_store.hpp"
#include "relay/tables.hpp"
#include "wire/certificate.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

const std::string deleted_number = "+31612345678";

struct DeletionTalk {
  World world{without_work()};
  Person anna = person_with(world, deleted_number);
  Person bo = person_with(world, "+31687654321");
  Device tablet = world.make_second_device(anna.device);
  ConnectionId at_tablet = world.online(tablet);

  Bytes proof() const {
    const auto word = wire::signed_deletion(anna.device.account, anna.device.id);
    return to_bytes(anna.device.account_key.sign(word));
  }
  wire::Answer erase() { return world.ask(anna.at, wire::DeleteAccount{proof_ = proof()}); }

  /// Something in every table.
  void live() {
    const auto group = create_chat(world, bo.at, {anna.device.id, tablet.id});
    append_message(world, anna.at, group.log);
    create_chat(world, anna.at, {bo.device.id});
    world.ask(anna.at, wire::Ack{{{group.log, 1, {}}}, 7});
    const auto key_package = to_bytes(as_bytes("a key package"));
    const std::vector<ByteSpan> single_use = {key_package, key_package};
    as<wire::KeyPackagesPublished>(
        world.ask(anna.at, wire::PublishKeyPackages{single_use, key_package, false}));
    upload(world, anna.at, make_blob(world, 3 * limits::blob_chunk_bytes));
    as<wire::BlobStored>(world.ask(anna.at, make_blob(world, 2 * limits::blob_chunk_bytes).put(0)));
    as<wire::Done>(world.ask(anna.at, wire::SetPin{pin(1)}));
    as<wire::CodeSent>(request_code(world, anna, "+31611111111"));
    found_by(world, anna, "+31687654321");
    world.settle(5'000);
  }
  Bytes proof_;
};

/// Tables with a row that has one of these bytes in its key or value.
std::vector<int> tables_with(World& world, const std::vector<Bytes>& traces) {
  std::vector<int> out;
  const auto rows = world.environment->read().value();
  for (std::uint8_t table = 1; table <= store::tables_max; ++table) {
    bool found = false;
    rows->scan({table}, {}, {},
               [&](ByteSpan key, ByteSpan value) {
                 for (const auto& trace : traces)
                   for (const auto part : {key, value})
                     found |= std::search(part.begin(), part.end(), trace.begin(), trace.end()) !=
                              part.end();
                 return store::Scan::next;
               })
        .value();
    if (found) out.push_back(table);
  }
  return out;
}

std::vector<Bytes> traces_of(const DeletionTalk& talk) {
  std::vector<Bytes> out;
  const auto add = [&out](ByteSpan bytes) { out.push_back(to_bytes(bytes)); };
  add(talk.anna.device.account);
  add(talk.anna.device.account_key.verify_key());
  for (const auto* const device : {&talk.anna.device, &talk.tablet}) {
    add(device->id);
    add(device->inbox);
    add(device->device_key.verify_key());
    add(device->transport.public_key);
  }
  return out;
}

/// Where others' logs keep the author of what is theirs too.
const std::vector<int> kept_by_others = {tables::entries.id, tables::inbox_shares.id};

}  // namespace

TEST_CASE("of a deleted account nothing is left in any table but what it wrote to others") {
  DeletionTalk talk;
  talk.live();
  const auto before = tables_with(talk.world, traces_of(talk));
  // The test is worth nothing where there was nothing.
  for (const auto table : {tables::logs,           tables::entries,        tables::members,
                           tables::device_logs,    tables::accounts,       tables::devices,
                           tables::transport_keys, tables::store_counters, tables::key_packages,
                           tables::inbox_shares,   tables::blobs,          tables::blob_chunks,
                           tables::blob_hashes,    tables::blob_uses,      tables::blob_dues,
                           tables::numbers,        tables::owners,         tables::verifications,
                           tables::sends,          tables::meters,         tables::records,
                           tables::places,         tables::changes,        tables::contact_dues,
                           tables::account_devices}) {
    INFO(int{table.id});
    CHECK(std::count(before.begin(), before.end(), table.id) == 1);
  }
  // What waits to be written down finds nobody to write it for.
  as<wire::Done>(talk.world.ask(talk.anna.at, wire::Ack{{}, 9}));
  as<wire::Done>(talk.erase());
  talk.world.settle(60'000);
  auto expected = kept_by_others;
  // The directory's readers have yet to hear that it is gone.
  expected.push_back(tables::changes.id);
  auto left = tables_with(talk.world, traces_of(talk));
  std::sort(expected.begin(), expected.end());
  CHECK(left == expected);
  CHECK(found_by(talk.world, talk.bo, deleted_number) == std::nullopt);
}

TEST_CASE("a group whose tree still has a deleted account gets its access list back after a lie") {
  DeletionTalk talk;
  World& world = talk.world;
  const auto cem = world.make_device();
  const auto at_cem = world.online(cem);
  const auto log = create_chat(world, talk.bo.at, {talk.anna.device.id, cem.id}).log;
  as<wire::Done>(talk.erase());
  world.settle(60'000);
  const auto commit = [&](ConnectionId from, std::uint64_t base, const wire::AccessChange& access) {
    const auto written = write(world, wire::EntryKind::commit, "a commit", access);
    return world.ask(from, append_of(log, base, {written}));
  };
  as<wire::Appended>(commit(at_cem, 1, adding({}, {talk.bo.device.id})));
  as<wire::Appended>(commit(at_cem, 2, setting({talk.anna.device.id, talk.bo.device.id, cem.id})));
  append_message(world, at_cem, log, "all here", 3);
  CHECK(read_from(world, talk.bo.at, log).head == 4);
  CHECK(tables_with(world, {to_bytes(talk.anna.device.id)}) ==
        std::vector<int>{tables::entries.id});
}

TEST_CASE("what is left of a deletion is erased by a relay that was killed at any write") {
  for (std::uint64_t write = 1; write < 400; write += 7) {
    DeletionTalk talk;
    talk.live();
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    const auto answer = talk.erase();
    const bool accepted = std::holds_alternative<wire::Done>(answer);
    talk.world.settle(500);
    const bool failed = talk.world.disk.failed();
    talk.world.disk.fail_at(std::nullopt);
    talk.world.disk.power_cut();
    talk.world.restart();
    talk.bo.at = talk.world.resume(talk.bo.device);
    talk.world.settle(60'000);
    if (!accepted) {
      CHECK(found_by(talk.world, talk.bo, deleted_number) == talk.anna.device.account);
      continue;
    }
    auto expected = kept_by_others;
    expected.push_back(tables::changes.id);
    std::sort(expected.begin(), expected.end());
    CHECK(tables_with(talk.world, traces_of(talk)) == expected);
    if (!failed) break;
  }
}

TEST_CASE("the answer comes first, then all the account's connections are closed") {
  DeletionTalk talk;
  as<wire::Done>(talk.erase());
  CHECK(talk.world.closed(talk.anna.at) == Errc::device_revoked);
  CHECK(talk.world.closed(talk.at_tablet) == Errc::device_revoked);
  CHECK_FALSE(talk.world.closed(talk.bo.at));
}

TEST_CASE("only the account key's word for this device deletes an account") {
  DeletionTalk talk;
  const auto& key = talk.anna.device.account_key;
  const auto word = [&](const AccountId& account, const DeviceId& device) {
    return wire::signed_deletion(account, device);
  };
  Bytes proof;
  SECTION("not none") {}
  SECTION("not one that is cut off") {
    proof = talk.proof();
    proof.pop_back();
  }
  SECTION("not another account's key") {
    proof = to_bytes(
        talk.bo.device.account_key.sign(word(talk.anna.device.account, talk.anna.device.id)));
  }
  SECTION("not the device's") {
    proof = to_bytes(
        talk.anna.device.device_key.sign(word(talk.anna.device.account, talk.anna.device.id)));
  }
  SECTION("not for another device") {
    proof = to_bytes(key.sign(word(talk.anna.device.account, talk.tablet.id)));
  }
  SECTION("not for another account") {
    proof = to_bytes(key.sign(word(talk.bo.device.account, talk.anna.device.id)));
  }
  const auto commits = talk.world.commits();
  CHECK(refusal(talk.world.ask(talk.anna.at, wire::DeleteAccount{proof})) ==
        Errc::certificate_invalid);
  CHECK(talk.world.commits() == commits);
  CHECK(found_by(talk.world, talk.bo, deleted_number) == talk.anna.device.account);
}

TEST_CASE("a deletion is a change of the directory, in every epoch that is served") {
  DeletionTalk talk;
  REQUIRE(talk.world.core->rotate_directory_key(talk.world.now));
  talk.world.settle();
  std::vector<std::uint64_t> before;
  for (const std::uint32_t epoch : {1u, 2u}) {
    const auto all = whole_directory(talk.world, talk.bo, epoch);
    CHECK(all.tags.size() == 2);
    before.push_back(all.version);
  }
  as<wire::Done>(talk.erase());
  for (const std::uint32_t epoch : {1u, 2u}) {
    CHECK(whole_directory(talk.world, talk.bo, epoch).tags.size() == 1);
    const auto changes = as<wire::Changes>(
        talk.world.ask(talk.bo.at, wire::GetChanges{epoch, before[epoch - 1], 0}));
    CHECK(wire::decode_tags(changes.removed, wire::tag_bits).value().size() == 1);
  }
}

TEST_CASE("a deleted account can register anew once all of it is gone, and is a new one") {
  DeletionTalk talk;
  talk.live();
  const auto proof = talk.proof();
  talk.world.send(talk.anna.at, wire::DeleteAccount{proof});
  talk.world.run_batch();
  const Registration registration(talk.anna.device);
  // Right behind it: what is left is not erased under its feet.
  const auto early = talk.world.connect(talk.anna.device);
  talk.world.send(early, wire::Resume{});
  const auto id = talk.world.send(early, registration.request());
  talk.world.run();
  if (talk.world.was_answered(early, id))
    CHECK(refusal(talk.world.answer_to(early, id)) == Errc::rate_limited);
  talk.world.settle(60'000);
  talk.anna.at = talk.world.online(talk.anna.device);
  CHECK(refusal(talk.world.ask(talk.anna.at, wire::GetDirectory{})) == Errc::number_not_confirmed);
  const auto resumed = as<wire::Resumed>(talk.world.ask(talk.anna.at, wire::Resume{}));
  CHECK(resumed.store_counter == 0);
  CHECK(resumed.key_packages_left == 0);
  REQUIRE(resumed.logs.size() == 1);
  CHECK(resumed.logs[0].head == 0);
  talk.world.pass_ms(hour_ms);
  confirm_number(talk.world, talk.anna, deleted_number);
  CHECK(found_by(talk.world, talk.bo, deleted_number) == talk.anna.device.account);
  upload(talk.world, talk.anna.at, make_blob(talk.world, 2 * limits::blob_chunk_bytes));
  const auto group = create_chat(talk.world, talk.bo.at, {talk.anna.device.id});
  CHECK(append_message(talk.world, talk.anna.at, group.log) == 2);
}

TEST_CASE("others' chats go on, and their commits take the deleted devices out") {
  DeletionTalk talk;
  const auto carol = person(talk.world);
  const auto group = create_chat(talk.world, talk.bo.at, {talk.anna.device.id, carol.device.id});
  append_message(talk.world, talk.bo.at, group.log);
  as<wire::Done>(talk.erase());
  talk.world.settle(60'000);
  append_message(talk.world, carol.at, group.log);
  wire::AccessChange change;
  change.mode = wire::AccessChange::Mode::change;
  change.removed = {talk.anna.device.id};
  const auto commit = write(talk.world, wire::EntryKind::commit, "c", change);
  const auto taken =
      as<wire::Appended>(talk.world.ask(talk.bo.at, append_of(group.log, 1, {commit})));
  append_message(talk.world, carol.at, group.log, "after", taken.head);
}

TEST_CASE("a Welcome for a deleted device finds no inbox, and fails nothing else") {
  DeletionTalk talk;
  as<wire::Done>(talk.erase());
  talk.world.settle(60'000);
  const auto answer =
      talk.world.ask(talk.bo.at, wire::ClaimKeyPackages{{talk.anna.device.account}, {}});
  CHECK(std::holds_alternative<wire::Refused>(answer));
}

TEST_CASE("an account without a number, a blob or a chat can be deleted too") {
  World world(without_work());
  const auto anna = person(world);
  const auto proof = to_bytes(
      anna.device.account_key.sign(wire::signed_deletion(anna.device.account, anna.device.id)));
  as<wire::Done>(world.ask(anna.at, wire::DeleteAccount{proof}));
  world.settle(60'000);
  CHECK(tables_with(world, {to_bytes(anna.device.account), to_bytes(anna.device.id)}).empty());
}

TEST_CASE("more than a share of logs and blobs is erased over several batches") {
  World world(without_work());
  auto anna = person(world);
  KvLogStore store(*world.environment);
  REQUIRE(store.transact([&](LogTransaction& rows) -> Result<void> {
    for (int i = 0; i < 2'500; ++i) {
      const auto log = world.random<LogId>();
      LogState state;
      state.members = 1;
      rows.create_log(log, state).value();
      rows.put_member(log, anna.device.id, {}).value();
    }
    for (int i = 0; i < 300; ++i) {
      BlobRow row;
      row.bytes = 5;
      row.room = 5;
      row.due_day = 30'000;
      const BlobName name{anna.device.account, world.random<BlobAddress>()};
      rows.begin_blob(name, row).value();
      rows.add_blob_chunk(name, row, as_bytes("bytes"), {}).value();
    }
    return {};
  }));
  const auto proof = to_bytes(
      anna.device.account_key.sign(wire::signed_deletion(anna.device.account, anna.device.id)));
  const auto batches = world.commits();
  as<wire::Done>(world.ask(anna.at, wire::DeleteAccount{proof}));
  world.settle(60'000);
  CHECK(world.commits() > batches + 4);
  CHECK(tables_with(world, {to_bytes(anna.device.account), to_bytes(anna.device.id)}).empty());
}
