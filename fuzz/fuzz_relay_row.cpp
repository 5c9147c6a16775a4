// A row of the relay's database, which nothing seals, or a verification once its seal is open: the
// first byte says of which kind.
#include "crypto/deterministic_entropy.hpp"
#include "input.hpp"
#include "relay/contact_rows.hpp"
#include "relay/core_keys.hpp"
#include "relay/rows.hpp"
#include "store/memory.hpp"
#include "store/schema.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::relay;

namespace {

Bytes encode(const EntryRow& row) {
  Bytes out;
  encode_into(out, row);
  return out;
}
Bytes encode(const std::vector<std::int64_t>& sends) { return encode_sends(sends); }
Bytes encode(std::uint64_t number) { return encode_number(number); }

// A flag that is neither 0 nor 1, or a kind that nobody knows, is written in its usual way.
template <class Decode>
void check(ByteSpan input, Decode decode) {
  const auto row = decode(input);
  if (!row) {
    expect(row.error() == Errc::storage_damaged, "a row that is none is damaged");
    return;
  }
  const auto again = encode(*row);
  expect(again.size() == input.size(), "what is read is written at its length");
  const auto second = decode(again);
  expect(second.has_value() && encode(*second) == again, "and is the same");
}

template <auto decode>
void row(ByteSpan input) {
  check(input, [](ByteSpan bytes) { return decode(bytes); });
}
void entry_row(ByteSpan input) {
  check(input, [](ByteSpan bytes) { return decode_entry_row(7, bytes); });
}
void epoch_row(ByteSpan input) {
  check(input, [](ByteSpan bytes) { return decode_epoch_row(7, bytes); });
}

Result<std::vector<EntryRow>> visited(ByteSpan input, std::uint64_t from) {
  std::vector<EntryRow> out;
  const auto done = visit_entries(7, input, from, [&](const EntryRow& row) {
    out.push_back(row);
    return Scan::next;
  });
  if (!done) return done.error();
  return out;
}

// One entry, or several that were stored together.
void entries_row(ByteSpan input) {
  const auto rows = visited(input, 0);
  const auto count = count_entries(input);
  if (!rows) return expect(rows.error() == Errc::storage_damaged, "a row that is none is damaged");
  expect(count && *count == rows->size(), "all that a row holds is visited");
  if (rows->empty()) return;
  expect(rows->back().seq == 7 + *count - 1, "entries are numbered on");
  const auto rest = visited(input, 8);
  expect(rest && rest->size() == rows->size() - 1, "what is before is passed over");
  Bytes again;
  encode_into(again, *rows);
  expect(*count == 1 || again.size() == input.size(), "what is read is written at its length");
  const auto second = visited(again, 0);
  expect(second && second->size() == rows->size(), "and is the same");
}

void record_key(ByteSpan input) {
  const auto member = decode_record_key(input);
  if (!member) return;
  const auto again =
      decode_record_key(EpochKey(7).tag(member->tag).account(member->account).span());
  expect(again && again->tag == member->tag && again->account == member->account,
         "a key names its tag and account");
}

void verification(ByteSpan input) {
  const auto row = decode_verification(input);
  expect(row.has_value() == (input.size() == 6 + 8 + 8 + 1), "a verification has one length");
  if (!row) return expect(row.error() == Errc::storage_damaged, "a row that is none is damaged");
  crypto::DeterministicEntropy entropy(1);
  const CoreKeys keys(crypto::Secret<32>{});
  const auto again = keys.open_verification({}, {}, keys.seal({}, {}, *row, entropy));
  expect(again && again->code == row->code && again->serial == row->serial &&
             again->expires_s == row->expires_s && again->tries_left == row->tries_left,
         "what is sealed and opened is the same");
}

constexpr std::uint32_t newest_schema = 3;

// What a folder of an older program goes through when it is opened.
void check_migration(const store::Stamp& found) {
  std::vector<std::uint32_t> steps_made;
  std::vector<store::Migration> steps;
  for (std::uint32_t from = 1; from < newest_schema; ++from)
    steps.push_back({from, [&steps_made, from](store::WriteTransaction&) -> Result<void> {
                       steps_made.push_back(from);
                       return {};
                     }});
  store::MemoryDisk disk;
  const auto environment = store::open_memory(disk);
  const auto transaction = environment->write().value();
  expect(write_stamp(*transaction, found) && migrate(*transaction, found, newest_schema, steps),
         "a folder of an older program is brought forward");
  expect(steps_made.size() == newest_schema - found.schema &&
             (steps_made.empty() || steps_made.front() == found.schema),
         "by the steps from its own schema on");
  expect(read_stamp(*transaction).value() == store::Stamp{found.purpose, newest_schema},
         "and then says so");
}

void stamp(ByteSpan input) {
  const auto found = store::parse_stamp(input);
  if (!found) return;
  const bool is_ours = store::check_stamp(*found, store::Purpose::relay, newest_schema).has_value();
  expect(is_ours == (found->purpose == store::Purpose::relay && found->schema <= newest_schema),
         "a relay opens its own folders, and none of a newer program");
  if (is_ours) check_migration(*found);
}

}  // namespace

void fuzz(ByteSpan bytes) {
  constexpr void (*kinds[])(ByteSpan) = {row<decode_log_state>,
                                         entry_row,
                                         row<decode_membership>,
                                         row<decode_device_row>,
                                         row<decode_account_row>,
                                         row<decode_blob_row>,
                                         row<decode_blob_use>,
                                         row<decode_number>,
                                         row<decode_number_row>,
                                         row<decode_owner_row>,
                                         row<decode_meter_row>,
                                         epoch_row,
                                         row<decode_directory_state>,
                                         row<decode_directory_change>,
                                         row<decode_sends>,
                                         row<decode_contact_due>,
                                         record_key,
                                         stamp,
                                         entries_row,
                                         verification};
  fuzzing::Input input(bytes);
  kinds[input.byte() % std::size(kinds)](input.rest());
}
