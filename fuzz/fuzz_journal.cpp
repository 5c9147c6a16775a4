// A relay's journal that a disk has changed, beside a database that names its round. An even first
// byte: records are right, and the file is changed somewhere; an odd one: the records, and the row
// that names the round, say what the input says.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/codec.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "input.hpp"
#include "scratch_folder.hpp"
#include "store/journaled.hpp"
#include "store/memory.hpp"
#include "store/schema.hpp"

using namespace tern;
using namespace tern::store;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t file_bytes = 8 * Journal::block_bytes;
constexpr std::size_t head_bytes = 72;  // of a record: journal.hpp
constexpr Table rows_table{1};

crypto::DeterministicEntropy& entropy() {
  static crypto::DeterministicEntropy out(1);
  return out;
}

const JournalRound round_name{};

const fs::path& journal_file() {
  static const fuzzing::ScratchFolder folder;
  static const fs::path out = folder.path() / "journal";
  return out;
}

Journal new_journal() {
  fs::remove(journal_file());
  auto out = Journal::open(journal_file(), file_bytes).value();
  out.begin(round_name);
  return out;
}

Bytes read_journal() {
  std::ifstream file(journal_file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_journal(const Bytes& bytes) {
  std::ofstream(journal_file(), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

struct Record {
  Bytes payload;
  std::uint64_t synced = 0;  // of so many before it the disk was sure
  std::size_t at = 0;
};

// Each of some blocks, synced or not, as the input says.
std::vector<Record> write_records(fuzzing::Input& input) {
  auto journal = new_journal();
  std::vector<Record> out;
  std::uint64_t synced = 0;
  std::size_t at = 0;
  for (auto left = input.byte() % 8; left > 0; --left) {
    const auto size = input.byte();
    Record record{Bytes(std::size_t{size} * 40, static_cast<std::uint8_t>(left)), synced, at};
    if (!journal.has_room(record.payload.size())) break;
    journal.append(record.payload).value();
    if (size % 2 == 0) {
      journal.sync().value();
      synced = journal.records();
    }
    const auto blocks =
        (head_bytes + record.payload.size() + Journal::block_bytes - 1) / Journal::block_bytes;
    at += blocks * Journal::block_bytes;
    out.push_back(std::move(record));
  }
  return out;
}

// What is read are the first records as they were; fewer than the disk was sure of, by a record
// that nobody has changed, are damage.
void change_file(fuzzing::Input& input) {
  const auto records = write_records(input);
  const auto whole = read_journal();
  const auto changed = fuzzing::edited(whole, input);
  write_journal(changed);
  auto journal = Journal::open(journal_file(), file_bytes);
  expect(journal.has_value() == (changed.size() == whole.size()), "the journal keeps its length");
  if (!journal) return;
  const auto resumed = journal->resume(round_name);
  expect(resumed || resumed.error() == Errc::storage_damaged,
         "a changed file is damaged, if anything");
  expect(resumed || changed != whole, "a journal that nobody changed is read");
  if (!resumed) return;
  std::size_t read = 0;
  journal
      ->replay([&](ByteSpan payload) -> Result<void> {
        expect(read < records.size(), "no record is read that was not written");
        expect(std::ranges::equal(payload, records[read].payload),
               "a record is read as it was written");
        ++read;
        return {};
      })
      .value();
  expect(changed != whole || read == records.size(), "all records are read of what nobody changed");
  for (auto i = read; i < records.size(); ++i) {
    const auto head = [&](const Bytes& file) {
      return ByteSpan(file).subspan(records[i].at, head_bytes);
    };
    const bool as_it_was = std::ranges::equal(head(whole), head(changed));
    expect(!as_it_was || records[i].synced <= read, "what the disk was sure of is missed");
  }
}

std::vector<std::pair<Bytes, Bytes>> rows_of(Environment& environment) {
  std::vector<std::pair<Bytes, Bytes>> out;
  const auto rows = environment.read().value();
  rows->scan(rows_table, {}, {},
             [&](ByteSpan key, ByteSpan value) {
               out.emplace_back(to_bytes(key), to_bytes(value));
               return Scan::next;
             })
      .value();
  return out;
}

Result<std::unique_ptr<Environment>> open_on(MemoryDisk& disk) {
  return open_journaled(open_memory(disk), {.entropy = &entropy(),
                                            .file = journal_file(),
                                            .bytes = file_bytes,
                                            .changes_max = 40,
                                            .record_bytes_max = 2'000,
                                            .disk_room_min = 0});
}

Bytes round_row() {
  Writer writer;
  writer.raw(round_name.span()).number(std::uint64_t{file_bytes});
  return std::move(writer).take();
}

// What is opened has its rows at home then: it is the same when it is opened again, and takes more.
void say_anything(fuzzing::Input& input) {
  {
    auto journal = new_journal();
    for (auto left = input.byte() % 4; left > 0; --left) {
      const auto payload = input.take(input.word());
      if (journal.has_room(payload.size())) journal.append(payload).value();
    }
  }
  MemoryDisk disk;
  transact(*open_memory(disk), Durability::synced, [&](WriteTransaction& rows) {
    return rows.put(environment_table, as_bytes("journal"), fuzzing::edited(round_row(), input));
  }).value();
  auto opened = open_on(disk);
  if (!opened) {
    expect(opened.error() == Errc::storage_damaged, "what cannot be read is damaged");
    return;
  }
  const auto rows = rows_of(**opened);
  transact(**opened, Durability::synced, [&](WriteTransaction& more) {
    return more.put(rows_table, as_bytes("more"), as_bytes("1"));
  }).value();
  opened->reset();
  opened = open_on(disk);
  const auto again = rows_of(**opened);
  const auto more = [](const auto& row) { return row.first == to_bytes(as_bytes("more")); };
  expect(std::ranges::any_of(again, more), "what is committed behind a journal is kept");
  expect(std::ranges::all_of(rows,
                             [&](const auto& row) {
                               return more(row) || std::ranges::find(again, row) != again.end();
                             }),
         "what the journal had is at home");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  if (input.byte() % 2 == 0)
    change_file(input);
  else
    say_anything(input);
}
