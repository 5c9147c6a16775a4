#include "client/account.hpp"
#include "client/blob_record.hpp"
#include "client/chat_record.hpp"
#include "client/contact_record.hpp"
#include "client/device_record.hpp"
#include "client/directory_record.hpp"
#include "client/draft_record.hpp"
#include "client/history.hpp"
#include "client/intents.hpp"
#include "client/key_packages.hpp"
#include "client/leaf_time.hpp"
#include "client/outbox.hpp"
#include "client/pending_commit.hpp"
#include "client/receipts.hpp"
#include "client/record_codec.hpp"
#include "client/roster.hpp"
#include "client/welcome_notes.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "device_disk.hpp"
#include "relay/contact_rows.hpp"
#include "relay/rows.hpp"
#include "seed.hpp"
#include "unit/wire/samples.hpp"

namespace tern::fuzzing {
namespace {

void add_row(std::vector<Seed>& out, const std::string& target, std::uint8_t kind,
             const std::string& name, ByteSpan row) {
  out.push_back({target, name, after(kind, row)});
}

// In the order of fuzz_client_row.cpp.
void add_client_rows(std::vector<Seed>& out) {
  using namespace tern::client;
  crypto::DeterministicEntropy entropy(40);
  BlobRecord blob;
  blob.stream = SecretBytes(std::size_t{crypto::BlobStream::state_bytes});
  ChatRecord chat;
  chat.title = "Sunday walk";
  chat.epoch_authenticator = Bytes(32, 1);
  ContactRecord contact;
  contact.number = "+32470100000";
  contact.name = "Anna";
  DeviceRecord device;
  device.relay_address = "tern://relay.example.org:7777/";
  EvaluationRecord evaluation;
  evaluation.asked.resize(2);
  DraftRecord draft;
  draft.clip = VoiceClip{.samples = 960, .loudness_lufs = -20};
  MessageRow message, notice;
  message.content = SecretBytes(as_bytes("content"));
  notice.notice = Notice{};
  OutboxRow waiting;
  waiting.ciphertext = Bytes(9, 1);
  PendingCommit commit;
  commit.message = Bytes(9, 1);
  commit.welcomes.push_back({{}, Bytes(4, 1)});
  commit.added.resize(1);
  commit.removed.resize(2);
  const auto add = [&](std::uint8_t kind, const char* name, ByteSpan row) {
    add_row(out, "client_row", kind, name, row);
  };
  add(0, "account", encode(make_account({.mono_ms = 1, .wall_ms = 1'700'000'000'000}, entropy)));
  add(1, "blob", encode(blob));
  add(2, "chat", encode(chat));
  add(3, "contact", encode(contact));
  add(4, "device", encode(device));
  add(5, "directory", encode(DirectoryRecord{}));
  add(6, "evaluation", encode(evaluation));
  add(7, "draft", encode(draft));
  add(8, "message", encode(message));
  add(8, "notice", encode(notice));
  add(9, "outbox", encode(waiting));
  add(10, "pending_commit", encode(commit));
  add(11, "sealed", Bytes{0});
  add(11, "sealed_moved", Bytes{1});
  add(11, "sealed_changed", Bytes{0, 0, 30, 1});
}

Bytes key_package_row() {
  using namespace tern::client;
  DeviceDisk disk;
  auto& rows = disk.step.rows;
  const auto made =
      key_packages::make(rows, {}, disk.device.account.identity, 0, true, disk.entropy).value();
  key_packages::use(rows, made.last_resort_ref, {}).value();
  const auto key = disk.device.sealer.row_id(tables::key_packages, made.last_resort_ref);
  return disk.get(tables::key_packages, key).value();
}

Bytes roster_row(bool somebody_has_gone) {
  using namespace tern::client;
  DeviceDisk disk;
  Roster roster;
  for (const std::uint8_t number : {1, 2, 3}) roster.add({{{number}}, {{number}}, number});
  if (somebody_has_gone) roster.remove({{2}}, 9);
  roster.store(disk.step.rows, disk.chat.row).value();
  return disk.get(tables::rosters, disk.chat.row).value();
}

// Requests to be added again, a device's own and another's: only who looks for them writes them.
void add_requests(std::vector<Seed>& out) {
  using namespace tern::client;
  wire::test::Samples samples(1);
  auto request = samples.rejoin_request();
  request.generation = 0;
  const auto payload = wire::encode(request);
  RecordWriter own, older, another, answered;
  own.raw(EntryId{{1}});
  write_flag(own, true);
  write_signed(own, 1'700'000'000'000);
  write_ids(own, std::vector{DeviceId{{2}}});
  own.vector(payload);
  older.raw(own.span());
  own.number(std::uint32_t{1});
  another.raw(request.device);
  write_flag(another, true);
  another.number(request.cursor).number(std::uint64_t{1'700'000'000'000}).raw(request.nonce);
  answered.raw(request.device);
  write_flag(answered, false);
  answered.number(request.cursor).number(std::uint64_t{0}).raw(request.nonce);
  another.number(std::uint64_t{9}).vector(payload);
  answered.number(std::uint64_t{0}).vector({});
  add_row(out, "client_row", 16, "own_request", own.span());
  add_row(out, "client_row", 16, "own_request_older", older.span());
  add_row(out, "client_row", 17, "request", another.span());
  add_row(out, "client_row", 17, "request_answered", answered.span());
}

// In the order of fuzz_client_row.cpp, behind those that have an encoder of their own.
void add_kept_rows(std::vector<Seed>& out) {
  using namespace tern::client;
  DeviceDisk disk;
  auto& rows = disk.step.rows;
  const auto& chat = disk.chat.row;
  HashWindow hashes;
  hashes.note(rows, chat, 1, wire::LogHash{{1}}).value();
  hashes.flush(rows, chat).value();
  Intents intents;
  intents.add = {AccountId{{1}}, AccountId{{2}}};
  intents.remove = {AccountId{{3}}};
  intents.add_again = {DeviceId{{4}}};
  intents.restart = {AccountId{{5}}};
  intents.store(rows, chat).value();
  Watermarks marks;
  marks.accounts = {{AccountId{{1}}, 9, 8}, {AccountId{{2}}, 7, 7}};
  marks.store(rows, chat).value();
  RecordWriter survey;
  survey.number(std::uint64_t{9});
  write_ids(survey, std::vector{DeviceId{{1}}, DeviceId{{2}}});
  survey.raw(DeviceId{{3}}).number(std::uint64_t{7}).vector(Bytes(9, 1));
  const auto add = [&](std::uint8_t kind, const char* name, ByteSpan row) {
    add_row(out, "client_row", kind, name, row);
  };
  add(12, "key_package", key_package_row());
  add(13, "hashes", disk.get(tables::hashes, row_key(chat, 0)).value());
  add(14, "intents", disk.get(tables::intents, chat).value());
  add(15, "watermarks", disk.get(tables::watermarks, chat).value());
  add_requests(out);
  add(18, "roster", roster_row(false));
  add(18, "roster_of_fewer", roster_row(true));
  add(19, "survey", survey.span());
  add(20, "leaf_time",
      identity_at(disk.device.account, 1'700'000'000'000).leaf_extensions.front().data);
  add(21, "welcome_notes", welcome_extensions({9, 8}).front().data);
}

// In the order of fuzz_relay_row.cpp.
void add_relay_rows(std::vector<Seed>& out) {
  using namespace tern::relay;
  const auto add = [&](std::uint8_t kind, const char* name, ByteSpan row) {
    add_row(out, "relay_row", kind, name, row);
  };
  EntryRow entry;
  entry.group_info = SharedGroupInfo{{}, 9};
  const Bytes payload(5, 1);
  entry.payload = payload;
  Bytes encoded_entry;
  encode_into(encoded_entry, entry);
  OwnerRow owner;
  owner.number = NumberId{};
  owner.pin = crypto::Blake2bDigest{};
  DirectoryState state;
  state.filled_to = NumberId{};
  ContactDue verification, sends;
  verification.verification = {AccountId{}, NumberId{}};
  const std::int64_t sent[] = {1, 2};
  add(0, "log", encode(LogState{}));
  add(1, "entry", encoded_entry);
  add(2, "membership", encode(Membership{}));
  add(3, "device", encode(DeviceRow{}));
  add(4, "account", encode(AccountRow{3, Bytes(9, 1)}));
  add(5, "blob", encode(BlobRow{}));
  add(6, "blob_use", encode(BlobUse{}));
  add(7, "number", encode_number(9));
  add(8, "phone_number", encode(NumberRow{{}, Bytes(9, 1)}));
  add(9, "owner", encode(owner));
  add(9, "owner_without", encode(OwnerRow{}));
  add(10, "meter", encode(MeterRow{}));
  add(11, "epoch", encode(EpochRow{.sealed_key = Bytes(9, 1)}));
  add(12, "directory", encode(state));
  add(13, "change", encode(DirectoryChange{true, {}}));
  add(14, "sends", encode_sends(sent));
  add(15, "due_verification", encode(verification));
  add(15, "due_sends", encode(sends));
  add(16, "record_key", EpochKey(1).tag(2).account({}).span());
  add(17, "older_stamp", Bytes{'t', 'e', 'r', 'n', 2, 0, 0, 0, 1});
  add(17, "stamp", Bytes{'t', 'e', 'r', 'n', 2, 0, 0, 0, 3});
  add(18, "single_entry", encoded_entry);
  Bytes together;
  encode_into(together, std::vector{entry, entry, entry});
  add(18, "three_entries", together);
  Writer code;
  code.raw(as_bytes("123456")).number(std::uint64_t{1}).number(std::uint64_t{1'700'000'000});
  add(19, "verification", code.number(std::uint8_t{3}).span());
}

// In the layout of fuzz_journal.cpp.
void add_journals(std::vector<Seed>& out) {
  const auto add = [&](const char* name, Bytes bytes) {
    out.push_back({"journal", name, std::move(bytes)});
  };
  add("empty", {0, 0});
  add("three_records", {0, 3, 2, 150, 1});
  add("first_changed", {0, 3, 2, 150, 1, 0, 80, 1});
  add("last_changed", {0, 3, 2, 150, 1, 0x30, 80, 1});
  add("cut", {0, 1, 1, 0x10, 0, 0});
  Writer put, both, record;
  put.number(std::uint8_t{1}).number(std::uint8_t{1}).vector(as_bytes("key")).vector(Bytes(30, 1));
  both.raw(put.span()).number(std::uint8_t{2}).number(std::uint8_t{1}).vector(as_bytes("key"));
  record.number(static_cast<std::uint16_t>(both.size())).raw(both.span());
  Writer one, two;
  one.raw(Bytes{1, 1}).number(static_cast<std::uint16_t>(put.size())).raw(put.span());
  two.raw(Bytes{1, 2}).raw(record.span()).raw(record.span());
  add("put", to_bytes(one.span()));
  add("put_and_erase", to_bytes(two.span()));
  add("another_round", {1, 0, 0, 3, 1});
  add("another_length", {1, 0, 0, 38, 0x10});
}

}  // namespace

std::vector<Seed> store_seeds() {
  std::vector<Seed> out;
  add_client_rows(out);
  add_kept_rows(out);
  add_relay_rows(out);
  add_journals(out);
  // Page 0 and 1 name the newest snapshot; the tree's pages follow.
  for (const std::uint8_t database : {0, 1, 2}) {
    const auto name = "database_" + std::to_string(database);
    out.push_back({"lmdb_file", name, {database}});
    out.push_back({"lmdb_file", name + "_cut", {database, 0x40, 0, 0}});
    out.push_back({"lmdb_file", name + "_meta", {database, 0, 130, 1}});
    out.push_back({"lmdb_file", name + "_page", {database, 0x20, 12, 1}});
  }
  return out;
}

}  // namespace tern::fuzzing
