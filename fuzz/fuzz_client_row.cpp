// A row of a device's store, damaged before it was sealed: the first byte says of which kind. A
// sealed row that was changed, or moved, behind the device's back. And what a member says in its
// leaf, and in a Welcome.
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
#include "client/rejoin.hpp"
#include "client/roster.hpp"
#include "client/survey.hpp"
#include "client/welcome_notes.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "device_disk.hpp"
#include "input.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::client;

namespace {

// A flag that is neither 0 nor 1 is written in its usual way.
template <auto decode>
void row(ByteSpan input) {
  const auto record = decode(input);
  if (!record) {
    expect(record.error() == Errc::storage_damaged, "a row that is none is damaged");
    return;
  }
  const auto again = to_bytes(encode(*record));
  const auto second = decode(again);
  expect(second && to_bytes(encode(*second)) == again, "what is read and written is the same");
}

void sealed_row(ByteSpan bytes) {
  crypto::DeterministicEntropy entropy(1);
  const store::Sealer sealer(*store::StorageKey::from(Bytes(32, 1)), entropy);
  fuzzing::Input input(bytes);
  const auto place = input.byte();
  const auto value = as_bytes("what somebody wrote");
  const auto key = as_bytes("key");
  const auto sealed = sealer.seal(tables::messages, key, value, entropy);
  const auto changed = fuzzing::edited(sealed, input);
  const auto table = (place & 1) != 0 ? tables::drafts : tables::messages;
  const auto opened = sealer.open(table, as_bytes((place & 2) != 0 ? "kez" : "key"), changed);
  expect(opened.has_value() == ((place & 3) == 0 && changed == sealed),
         "a row opens where it was sealed, as it was sealed");
  if (opened)
    expect(to_bytes(*opened) == to_bytes(value), "and is what was written");
  else
    expect(opened.error() == Errc::storage_damaged, "or is damaged");
}

// Whether it is a row; what is none is damaged.
template <class T>
bool is_row(const Result<T>& read) {
  expect(read || read.error() == Errc::storage_damaged, "a row that is none is damaged");
  return read.has_value();
}

// Equal from there on: what is before is for the kind to say.
bool same_from(std::size_t at, ByteSpan one, ByteSpan other) {
  return one.size() == other.size() && one.size() >= at &&
         std::equal(one.begin() + static_cast<std::ptrdiff_t>(at), one.end(),
                    other.begin() + static_cast<std::ptrdiff_t>(at));
}

bool begins_with(ByteSpan bytes, ByteSpan first) {
  return bytes.size() >= first.size() && std::equal(first.begin(), first.end(), bytes.begin());
}

template <class Id>
Id first_id(ByteSpan row) {
  return Id::from(fuzzing::Input(row).take(Id::size_bytes)).value_or(Id{});
}

// Two flags, the time until which it is of use, and what does not change.
void key_package_row(ByteSpan input) {
  constexpr std::size_t fixed = 1 + 1 + 8;
  fuzzing::DeviceDisk disk;
  auto& rows = disk.step.rows;
  const mls::KeyPackageRef ref, newest{{1}};
  const auto key = disk.device.sealer.row_id(tables::key_packages, ref);
  disk.put(tables::key_packages, key, input);
  const auto read = key_packages::find(rows, ref);
  const auto replaced = key_packages::replaced(rows, {}, newest);
  expect(read.has_value() == replaced.has_value(), "a row is one for whoever reads it");
  if (!is_row(read)) return;
  const bool last_resort = (*read)->last_resort;
  const auto again = disk.get(tables::key_packages, key);
  expect(again && same_from(fixed, *again, input), "what is read and written is the same");
  const auto second = key_packages::find(rows, ref).value();
  expect(second && second->last_resort == last_resort &&
             second->of_request == (*read)->of_request &&
             to_bytes(second->record) == to_bytes((*read)->record),
         "and is read again");
  const key_packages::EpochTag epoch{{1}};
  const auto used = key_packages::use(rows, ref, epoch);
  expect(used || used.error() == Errc::mls_welcome_invalid, "it is used, or was");
  const auto once_more = key_packages::use(rows, ref, epoch);
  expect(once_more.has_value() == !last_resort, "a last-resort one enters no epoch twice");
  expect(key_packages::find(rows, ref).value().has_value() == last_resort,
         "and another is gone once it was used");
  // It was replaced: so it has a day.
  expect(key_packages::erase_expired(rows, {0, (day_s + 1) * 1000}) &&
             !disk.get(tables::key_packages, key),
         "what is replaced is gone after a day");
}

void hashes_row(ByteSpan input) {
  constexpr std::size_t hashes = 64, hash_bytes = wire::LogHash::size_bytes;
  fuzzing::DeviceDisk disk;
  auto& rows = disk.step.rows;
  const auto& chat = disk.chat.row;
  disk.put(tables::hashes, row_key(chat, 0), input);
  HashWindow window;
  const auto read = window.at(rows, chat, 0);
  expect(read.has_value() == (input.size() == hashes * hash_bytes), "a row has 64 hashes");
  if (!is_row(read)) return;
  wire::LogHash last;
  for (std::size_t seq = 0; seq < hashes; ++seq) {
    last = *wire::LogHash::from(input.subspan(seq * hash_bytes, hash_bytes));
    expect(window.at(rows, chat, seq).value().value_or(wire::LogHash{}) == last,
           "each in its place");
  }
  expect(window.note(rows, chat, hashes - 1, last) && window.flush(rows, chat),
         "the newest is noted");
  expect(disk.get(tables::hashes, row_key(chat, 0)) == to_bytes(input),
         "what is read and written is the same");
}

void intents_row(ByteSpan input) {
  fuzzing::DeviceDisk disk;
  const auto& chat = disk.chat.row;
  disk.put(tables::intents, chat, input);
  const auto intents = Intents::load(disk.step.rows, chat);
  if (!is_row(intents)) return;
  for (const auto& account : intents->add) expect(intents->adds(account), "who is to come in");
  for (const auto& account : intents->remove) expect(intents->removes(account), "who is to go");
  for (const auto& device : intents->add_again)
    expect(intents->adds_again(device), "and what is to be added again is found");
  expect(intents->store(disk.step.rows, chat).has_value(), "it is kept");
  const auto again = disk.get(tables::intents, chat);
  expect(intents->empty() ? !again : again == to_bytes(input),
         "what is read and written is the same, and nothing where nothing is wanted");
}

void watermarks_row(ByteSpan input) {
  fuzzing::DeviceDisk disk;
  const auto& chat = disk.chat.row;
  disk.put(tables::watermarks, chat, input);
  const auto marks = Watermarks::load(disk.step.rows, chat);
  if (!is_row(marks)) return;
  expect(
      marks->store(disk.step.rows, chat) && disk.get(tables::watermarks, chat) == to_bytes(input),
      "what is read and written is the same");
}

// Its number, whether it is at the relay, and what does not change; then, of a newer program, how
// many were in vain.
void own_request_row(ByteSpan input) {
  constexpr std::size_t fixed = EntryId::size_bytes + 1, in_vain_bytes = 4;
  fuzzing::DeviceDisk disk;
  const auto key = disk.rejoin_key(disk.device.account.device);
  disk.put(tables::rejoins, key, input);
  const auto id = first_id<EntryId>(input);
  const auto payload = rejoin::own_payload(disk.step, disk.chat, id);
  const auto asked = rejoin::asked(disk.step, disk.chat);
  expect(payload.has_value() == asked.has_value(), "a row is one for whoever reads it");
  if (!is_row(payload)) return;
  expect(payload->has_value(), "it has its number");
  auto expected = to_bytes(input);
  expected[EntryId::size_bytes] = 1;
  const auto again = disk.get(tables::rejoins, key).value();
  if (again.size() == expected.size() + in_vain_bytes)
    expected.resize(again.size());  // of an older program: none
  expect(again == expected && again.size() >= fixed, "what is read and written is the same");
  expect(rejoin::own_payload(disk.step, disk.chat, id).value() == *payload, "and is read again");
  const auto request = wire::decode_rejoin_request(**payload);
  expect(rejoin::is_asked(disk.step, disk.chat).value() ==
             (request && request->generation == disk.chat.record.generation),
         "it counts for the log that it is for");
}

// Who asks, whether it waits, what it had read, and what does not change.
void request_row(ByteSpan input) {
  constexpr std::size_t fixed = DeviceId::size_bytes + 1 + 8;
  constexpr std::uint64_t everything = UINT64_MAX - 1;
  fuzzing::DeviceDisk disk;
  auto& step = disk.step;
  auto& chat = disk.chat;
  const auto device = first_id<DeviceId>(input);
  if (device == disk.device.account.device) return;  // nobody answers themselves
  const auto key = disk.rejoin_key(device);
  disk.put(tables::rejoins, key, input);
  chat.record.rejoins_waiting = 2;
  wire::EntryHeader header;
  header.seen_seq = everything;
  const auto waiting = rejoin::waiting(step, chat);
  const auto said = rejoin::begins_anew(step, chat, device, everything + 1, header);
  expect(waiting.has_value() == said.has_value(), "a row is one for whoever reads it");
  if (!is_row(waiting)) return;
  const auto again = disk.get(tables::rejoins, key).value();
  expect(same_from(fixed, again, input) && first_id<DeviceId>(again) == device,
         "what is read and written is the same");
  expect(rejoin::begins_anew(step, chat, device, everything + 1, header) &&
             disk.get(tables::rejoins, key) == again,
         "and is read again");
  expect(rejoin::waiting(step, chat).value().size() >= waiting->size(), "it waits");
  expect(rejoin::give_up(step, chat, device) && rejoin::waiting(step, chat).value().empty(),
         "until it is given up");
}

void roster_row(ByteSpan input) {
  fuzzing::DeviceDisk disk;
  const auto& chat = disk.chat.row;
  disk.put(tables::rosters, chat, input);
  auto roster = Roster::load(disk.step.rows, chat);
  if (!is_row(roster)) return;
  expect(!roster->clip(UINT64_MAX), "nobody came after the last entry");
  for (const auto& seat : roster->seats())
    expect(roster->has(seat.account) && roster->newest_member() >= seat.joined_seq,
           "each has come in");
  expect(roster->store(disk.step.rows, chat).has_value(), "it is kept");
  const auto again = disk.get(tables::rosters, chat).value();
  // Of nobody who has gone nothing is written.
  expect(begins_with(input, again) && input.size() - again.size() <= DeviceId::size_bytes + 8,
         "what is read and written is the same");
  expect(Roster::load(disk.step.rows, chat).value().store(disk.step.rows, chat) &&
             disk.get(tables::rosters, chat) == again,
         "and is read again");
}

// Up to where the log was looked at, and what an own entry does not change.
void survey_row(ByteSpan input) {
  constexpr std::size_t fixed = 8;
  fuzzing::DeviceDisk disk;
  auto& step = disk.step;
  auto& chat = disk.chat;
  disk.put(tables::surveys, chat.row, input);
  const auto read = Survey::load(step.rows, chat);
  if (!is_row(read)) return;
  for (const auto& device : read->removed) expect(read->has_removed(device), "who was taken out");
  for (const auto& asked : read->asked)
    expect(read->find(asked.device) != nullptr, "and who asks is found");
  if (read->seq == UINT64_MAX) return;
  wire::Entry next;
  next.seq = read->seq + 1;
  next.own = true;
  expect(survey::note(step, chat, {next}).has_value(), "the next entry is looked at");
  const auto again = disk.get(tables::surveys, chat.row).value();
  expect(same_from(fixed, again, input), "what is read and written is the same");
  expect(Survey::load(step.rows, chat).value().seq == next.seq, "and is read again");
}

void leaf_time_said(ByteSpan input) {
  const auto time = leaf_time({{mls::extension_tern_leaf_time, to_bytes(input)}});
  expect(time <= leaf_time_max, "a time that counts");
  const Now now{0, 1'700'000'000'000};
  for (const auto next : {leaf_time_after(now, time), leaf_time_far_after(now, time)})
    expect(next > time || next == leaf_time_max, "a later one can be said");
  if (time == 0) return;
  crypto::DeterministicEntropy entropy(1);
  const auto identity = identity_at(make_account(now, entropy), time);
  expect(identity.leaf_extensions.front().data == to_bytes(input),
         "what is read and said is the same");
}

void welcome_notes_said(ByteSpan input) {
  const mls::Extensions said{{mls::extension_tern_welcome_notes, to_bytes(input)}};
  const auto again = welcome_extensions(welcome_notes_in(said));
  expect(again == (input.size() == 8 + 8 ? said : welcome_extensions({})),
         "what is read and said is the same, or nothing was said");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  constexpr void (*kinds[])(ByteSpan) = {row<decode_account>,
                                         row<decode_blob_record>,
                                         row<decode_chat_record>,
                                         row<decode_contact_record>,
                                         row<decode_device_record>,
                                         row<decode_directory_record>,
                                         row<decode_evaluation_record>,
                                         row<decode_draft_record>,
                                         row<decode_message_row>,
                                         row<decode_outbox_row>,
                                         row<decode_pending_commit>,
                                         sealed_row,
                                         key_package_row,
                                         hashes_row,
                                         intents_row,
                                         watermarks_row,
                                         own_request_row,
                                         request_row,
                                         roster_row,
                                         survey_row,
                                         leaf_time_said,
                                         welcome_notes_said};
  fuzzing::Input input(bytes);
  kinds[input.byte() % std::size(kinds)](input.rest());
}
