// Batches that are in the journal and not home yet.
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>

#include "base/codec.hpp"
#include "base/try.hpp"
#include "unit/store/files.hpp"
#include "unit/store/processes.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

std::atomic<int> waits_for_disk = 0;
std::atomic<bool> disk_fails = false;
std::atomic<bool> writes_fall_short = false;

}  // namespace

// Before libc's, for this program: what no killed process shows.
extern "C" ssize_t pwritev64(int file, const iovec* parts, int count, off64_t at) {
  if (writes_fall_short && count > 0 && parts->iov_len > 1)
    return ::pwrite(file, parts->iov_base, parts->iov_len / 2, at);
  return ::syscall(SYS_pwritev, file, parts, count, at, 0);
}
extern "C" ssize_t pwritev(int file, const iovec* parts, int count, off_t at) {
  return pwritev64(file, parts, count, at);
}
extern "C" int fdatasync(int file) {
  ++waits_for_disk;
  if (disk_fails) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace {

std::string file_of(const OnJournal& on, const char* name) {
  return read_file(on.options.folder / name);
}

LmdbOptions without_journal(LmdbOptions options) {
  options.journal.reset();
  return options;
}

/// The folder is another one, with a row, and closed.
void make_without_journal(OnJournal& on) {
  on.environment.reset();
  std::filesystem::remove_all(on.options.folder);
  put(*must(open_lmdb(without_journal(on.options))), one, "a", "1");
}

Result<void> put_rows(Environment& environment, int count, std::size_t bytes, char fill = 'x') {
  return transact(environment, Durability::synced, [&](WriteTransaction& rows) -> Result<void> {
    for (int i = 0; i < count; ++i)
      TERN_TRY(rows.put(one, as_bytes(std::to_string(i)), Bytes(bytes, fill)));
    return {};
  });
}

// A database in memory, whose commits are all synced, and the journal's file, of which a power cut
// keeps any of the blocks that were written since it was synced.
class MachineWithPower {
 public:
  Result<std::unique_ptr<Environment>> open() {
    auto out = open_journaled(open_memory(*disk_), {.entropy = &journal_entropy(),
                                                    .file = file_,
                                                    .bytes = 16 * Journal::block_bytes,
                                                    .changes_max = 40,
                                                    .disk_room_min = 0});
    note_synced();
    return out;
  }
  MemoryDisk& disk() { return *disk_; }
  void note_synced() { synced_ = read_file(file_); }
  void cut_power(std::unique_ptr<Environment> environment,
                 const std::function<std::size_t(std::size_t)>& below) {
    auto after = std::make_unique<MemoryDisk>(disk_->copy());
    auto file = read_file(file_);
    for (std::size_t at = 0; at < file.size(); at += Journal::block_bytes)
      if (below(2) == 0) file.replace(at, Journal::block_bytes, synced_, at, Journal::block_bytes);
    environment.reset();  // what it does at its end is not on the copies
    disk_ = std::move(after);
    write_file(file_, file);
  }

 private:
  TempFolder temp_;
  std::filesystem::path file_ = temp_.path() / "journal";
  std::unique_ptr<MemoryDisk> disk_ = std::make_unique<MemoryDisk>();
  std::string synced_;
};

}  // namespace

TEST_CASE("a batch is in the journal, and the database is touched when many have come together") {
  OnJournal on;
  const auto before = file_of(on, "data.mdb");
  for (int i = 0; i < 5; ++i) put(*on.environment, one, "a", std::to_string(i));
  CHECK(file_of(on, "data.mdb") == before);
  CHECK(text_at(*on.environment, one, "a") == "4");
  for (int i = 0; i < 20; ++i) put(*on.environment, one, "b", std::to_string(i));
  CHECK(file_of(on, "data.mdb") != before);
  CHECK(text_at(*on.environment, one, "a") == "4");
  CHECK(text_at(*on.environment, one, "b") == "19");
}

TEST_CASE("a synced batch waits for the disk once, a lazy one not at all") {
  OnJournal on;
  const auto opened = on.environment->counters().syncs;
  const auto waits_of = [&](Durability durability) {
    const int before = waits_for_disk;
    put(*on.environment, one, "a", "1", durability);
    return waits_for_disk - before;
  };
  CHECK(waits_of(Durability::synced) == 1);
  CHECK(waits_of(Durability::lazy) == 0);
  CHECK(waits_of(Durability::synced) == 1);
  CHECK(on.environment->counters().syncs == opened + 2);
  CHECK(waits_of(Durability::lazy) == 0);
  const int before = waits_for_disk;
  must(must(on.environment->write())->commit(Durability::synced));
  CHECK(waits_for_disk - before == 1);
  must(must(on.environment->write())->commit(Durability::synced));
  CHECK(waits_for_disk - before == 1);
}

TEST_CASE("what was committed is there after a kill, in the journal or at home") {
  OnJournal on;
  for (int i = 0; i < 100; ++i) {
    put(*on.environment, one, std::to_string(i), "x",
        i % 2 ? Durability::lazy : Durability::synced);
    if (i % 7 != 0) continue;
    on.kill();
    for (int old = 0; old <= i; ++old)
      REQUIRE(text_at(*on.environment, one, std::to_string(old)) == "x");
  }
}

TEST_CASE("a batch that is dropped takes nothing of those before it with it") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  {
    const auto dropped = must(on.environment->write());
    must(dropped->put(one, as_bytes("a"), as_bytes("2")));
    must(dropped->put(one, as_bytes("b"), as_bytes("2")));
  }
  CHECK(text_at(*on.environment, one, "a") == "1");
  CHECK_FALSE(text_at(*on.environment, one, "b"));
  on.kill();
  CHECK(text_at(*on.environment, one, "a") == "1");
  CHECK_FALSE(text_at(*on.environment, one, "b"));
}

TEST_CASE("a batch that was cut short in the journal was none; the files stay usable") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  put(*on.environment, one, "a", "2");
  auto journal = file_of(on, "journal");
  journal[Journal::block_bytes + 74] ^= 1;
  write_file(on.options.folder / "journal", journal);
  on.kill();
  CHECK(text_at(*on.environment, one, "a") == "1");
  put(*on.environment, one, "a", "3");
  on.kill();
  CHECK(text_at(*on.environment, one, "a") == "3");
}

TEST_CASE("a journal that is damaged in its middle is storage_damaged, and nothing is written") {
  OnJournal on;
  for (const auto* text : {"1", "2", "3"}) put(*on.environment, one, "a", text);
  const auto copy = on.temp.path() / "copy";
  std::filesystem::copy(on.options.folder, copy, std::filesystem::copy_options::recursive);
  auto journal = read_file(copy / "journal");
  journal[74] ^= 1;
  write_file(copy / "journal", journal);
  const auto before = contents_of(copy);
  auto options = on.options;
  options.folder = copy;
  CHECK(open_lmdb(options).error() == Errc::storage_damaged);
  CHECK(contents_of(copy) == before);
}

TEST_CASE("what is larger than the journal goes home at once, with what was in it") {
  OnJournal on;
  put(*on.environment, one, "small", "1");
  put(*on.environment, one, "large", std::string(200'000, 'x'));
  on.kill();
  CHECK(text_at(*on.environment, one, "small") == "1");
  CHECK(text_at(*on.environment, one, "large")->size() == 200'000);
}

TEST_CASE("a batch too large for a record goes home at once, with what was in the journal") {
  OnJournal on;
  on.environment.reset();
  on.options.journal->record_bytes_max = 1'000;
  on.environment = must(open_lmdb(on.options));
  const auto home = file_of(on, "data.mdb");
  put(*on.environment, one, "a", std::string(994, '1'));  // a record of 1,000 bytes
  const auto journal = file_of(on, "journal");
  CHECK(file_of(on, "data.mdb") == home);

  SECTION("by one byte") {
    put(*on.environment, one, "b", std::string(995, '2'));
    CHECK(file_of(on, "data.mdb") != home);
    CHECK(file_of(on, "journal") == journal);
    on.kill();
    CHECK(text_at(*on.environment, one, "a") == std::string(994, '1'));
    CHECK(text_at(*on.environment, one, "b") == std::string(995, '2'));
  }
  SECTION("by many changes, of which no record is kept") {
    must(transact(*on.environment, Durability::synced, [&](WriteTransaction& rows) -> Result<void> {
      for (int i = 0; i < 9; ++i)
        TERN_TRY(rows.put(one, as_bytes(std::to_string(i)), Bytes(300, 'x')));
      TERN_TRY(rows.erase(one, as_bytes("a")));
      return rows.put(one, as_bytes("0"), as_bytes("again"));
    }));
    CHECK(file_of(on, "journal") == journal);
    on.kill();
    CHECK_FALSE(text_at(*on.environment, one, "a"));
    CHECK(text_at(*on.environment, one, "0") == "again");
    for (int i = 1; i < 9; ++i)
      CHECK(text_at(*on.environment, one, std::to_string(i)) == std::string(300, 'x'));
  }
}

TEST_CASE("an old journal beside a newer database, and the other way round, is not read into it") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  const auto old_journal = file_of(on, "journal");
  on.reopen();  // home
  put(*on.environment, one, "a", "2");
  on.reopen();
  SECTION("an old journal") {
    on.environment.reset();
    write_file(on.options.folder / "journal", old_journal);
    on.environment = must(open_lmdb(on.options));
    CHECK(text_at(*on.environment, one, "a") == "2");
  }
  SECTION("an old database: it says that its journal is not beside it, and is itself without one") {
    const auto copy = on.temp.path() / "copy";
    std::filesystem::copy(on.options.folder, copy, std::filesystem::copy_options::recursive);
    for (int i = 0; i < 3; ++i) put(*on.environment, one, "a", "3");
    const auto old = file_of(on, "data.mdb");
    on.reopen();
    put(*on.environment, one, "a", "4");
    on.reopen();
    on.environment.reset();
    write_file(on.options.folder / "data.mdb", old);
    CHECK(open_lmdb(on.options).error() == Errc::storage_damaged);
    std::filesystem::remove(on.options.folder / "journal");
    on.environment = must(open_lmdb(on.options));
    CHECK(text_at(*on.environment, one, "a") == "2");
  }
  SECTION("none, as of a backup of the database alone") {
    on.environment.reset();
    std::filesystem::remove(on.options.folder / "journal");
    on.environment = must(open_lmdb(on.options));
    CHECK(text_at(*on.environment, one, "a") == "2");
  }
}

TEST_CASE("a folder that was made without a journal is opened with one") {
  OnJournal on;
  make_without_journal(on);
  on.environment = must(open_lmdb(on.options));
  CHECK(text_at(*on.environment, one, "a") == "1");
}

TEST_CASE("a folder with a journal is not opened without one") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  on.environment.reset();
  const auto plain = without_journal(on.options);
  CHECK(open_lmdb(plain).error() == Errc::storage_foreign);
  on.environment = must(open_lmdb(on.options));
  CHECK(text_at(*on.environment, one, "a") == "1");
}

TEST_CASE("a row that names no round, or a journal of no length, is storage_damaged") {
  OnJournal on;
  on.environment.reset();
  const auto bare = on.temp.path() / "bare";
  const auto with_length = [](std::uint64_t bytes) {
    Writer writer;
    writer.raw(JournalRound()).number(bytes);
    return std::move(writer).take();
  };
  for (const auto& row : {Bytes(31), Bytes(40), with_length(4095), with_length(~std::uint64_t{0}),
                          with_length(std::uint64_t{1} << 40)}) {
    auto options = on.options;
    options.folder = bare;
    const auto plain = without_journal(options);
    std::filesystem::remove_all(bare);
    transact(*must(open_lmdb(plain)), Durability::synced, [&](WriteTransaction& rows) {
      return rows.put(environment_table, as_bytes("journal"), row);
    }).value();
    CHECK(open_lmdb(options).error() == Errc::storage_damaged);
    CHECK(open_lmdb(plain).error() == Errc::storage_damaged);
  }
}

TEST_CASE("the journal keeps the length that it was made with") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  on.options.journal->bytes *= 2;
  on.kill();
  CHECK(text_at(*on.environment, one, "a") == "1");
  CHECK(file_of(on, "journal").size() == 16 * Journal::block_bytes);
}

TEST_CASE("changes that do not parse are storage_damaged, and reach no assert") {
  OnMemory on;
  const auto rows = must(on.environment->write());
  const auto changes = Bytes{1, 1, 1, 'k', 2, 'v', 'v', 2, 1, 1, 'k'};
  must(apply_changes(changes, *rows));
  for (std::size_t bytes = 0; bytes < changes.size(); ++bytes) {
    CAPTURE(bytes);
    const auto done = apply_changes(ByteSpan(changes).first(bytes), *rows);
    if (bytes != 0 && bytes != 7) CHECK(done.error() == Errc::storage_damaged);
  }
  for (const auto& wrong : {Bytes{3, 1, 1, 'k', 0}, Bytes{0, 1, 1, 'k', 0},
                            Bytes{1, tables_max + 1, 1, 'k', 0}, Bytes{1, 255, 1, 'k', 0}})
    CHECK(apply_changes(wrong, *rows).error() == Errc::storage_damaged);
}

TEST_CASE("a batch in which a call failed is not committed") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  auto write = must(on.environment->write());
  must(write->put(one, as_bytes("a"), as_bytes("2")));
  CHECK(write->put(one, as_bytes("a"), Bytes(value_bytes_max + 1)).error() == Errc::too_long);
  CHECK(write->commit(Durability::synced).error() == Errc::internal);
  write.reset();
  CHECK(text_at(*on.environment, one, "a") == "1");
}

TEST_CASE("a row may be written from where it is read, in a page that the write moves about") {
  OnJournal on;
  put(*on.environment, one, "d", std::string(50, 'd'));
  put(*on.environment, one, "c", "abcdefghijklmnopqrstuvwxyz");
  must(transact(*on.environment, Durability::synced, [](WriteTransaction& rows) -> Result<void> {
    TERN_ASSIGN(const auto c, rows.get(one, as_bytes("c")));
    return rows.put(one, as_bytes("d"), *c);
  }));
  CHECK(text_at(*on.environment, one, "d") == "abcdefghijklmnopqrstuvwxyz");
  put(*on.environment, one, "a", std::string(9'000, 'x'));
  auto write = must(on.environment->write());
  must(write->put(one, as_bytes("b"), *must(write->get(one, as_bytes("a")))));
  must(write->put(one, as_bytes("a"), must(write->get(one, as_bytes("b")))->first(8'000)));
  must(write->commit(Durability::synced));
  write.reset();
  on.kill();
  CHECK(text_at(*on.environment, one, "a") == std::string(8'000, 'x'));
  CHECK(text_at(*on.environment, one, "b") == std::string(9'000, 'x'));
}

TEST_CASE("who reads keeps the writer out, and the other way round, without an assert") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  auto read = must(on.environment->read());
  CHECK(text_at(*read, one, "a") == "1");
  CHECK(on.environment->write().error() == Errc::internal);
  CHECK(on.environment->grow().error() == Errc::storage_map_full);
  read.reset();
  const auto write = must(on.environment->write());
  CHECK(on.environment->read().error() == Errc::internal);
  CHECK(on.environment->write().error() == Errc::internal);
}

TEST_CASE("a map that is too small grows, and the batches in the journal are not lost on the way") {
  OnJournal on;
  on.environment.reset();
  std::filesystem::remove_all(on.options.folder);
  on.options.map_bytes_initial = 1u << 16;
  on.options.journal->bytes = 1u << 20;
  on.options.journal->changes_max = 100'000;
  on.environment = must(open_lmdb(on.options));
  for (int i = 0; i < 30; ++i) must(put_rows(*on.environment, 3 + i, 1'000));
  put(*on.environment, one, "large", std::string(3u << 20, 'x'));
  CHECK(text_at(*on.environment, one, "31")->size() == 1'000);
  on.kill();
  CHECK(text_at(*on.environment, one, "31")->size() == 1'000);
  CHECK(text_at(*on.environment, one, "large")->size() == 3u << 20);
}

TEST_CASE("writes that fall short are gone on with") {
  OnJournal on;
  writes_fall_short = true;
  put(*on.environment, one, "a", std::string(10'000, 'x'));
  put(*on.environment, one, "b", "1");
  writes_fall_short = false;
  on.kill();
  CHECK(text_at(*on.environment, one, "a") == std::string(10'000, 'x'));
  CHECK(text_at(*on.environment, one, "b") == "1");
}

TEST_CASE("so many changes as are named go home, whatever room the journal has") {
  OnJournal on;
  on.environment.reset();
  std::filesystem::remove_all(on.options.folder);
  on.options.journal->bytes = 1u << 20;
  on.environment = must(open_lmdb(on.options));
  const auto before = file_of(on, "data.mdb");
  must(put_rows(*on.environment, 39, 10));
  put(*on.environment, one, "a", "1");
  CHECK(file_of(on, "data.mdb") == before);
  put(*on.environment, one, "b", "1");
  CHECK(file_of(on, "data.mdb") != before);
}

TEST_CASE("a journal beside a database that names no round is none") {
  OnJournal on;
  make_without_journal(on);
  write_file(on.options.folder / "journal", "of another length");
  on.environment = must(open_lmdb(on.options));
  CHECK(text_at(*on.environment, one, "a") == "1");
}

TEST_CASE("an older schema is brought forward with what the journal has of it") {
  OnJournal on;
  put(*on.environment, one, "name", "anna");
  on.options.schema = 2;
  on.options.migrations = {{1, [](WriteTransaction& rows) -> Result<void> {
                              TERN_ASSIGN(const auto name, rows.get(one, as_bytes("name")));
                              if (!name) return Errc::not_found;
                              return rows.put(two, as_bytes("name"), *name);
                            }}};
  on.kill();
  CHECK(text_at(*on.environment, two, "name") == "anna");
}

TEST_CASE("with little room on the disk everything goes home at once") {
  OnJournal on;
  on.environment.reset();
  on.options.journal->disk_room_min = ~std::uint64_t{0};
  on.environment = must(open_lmdb(on.options));
  const auto journal = file_of(on, "journal");
  put(*on.environment, one, "a", "1");
  CHECK(file_of(on, "journal") == journal);
  on.kill();
  CHECK(text_at(*on.environment, one, "a") == "1");
}

TEST_CASE("a power cut, whichever blocks it leaves, takes no synced batch and halves none") {
  std::mt19937 dice(7);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(dice()) % bound; };
  MachineWithPower machine;
  std::size_t told = 0, synced = 0;
  for (int life = 0; life < 60; ++life) {
    auto environment = must(machine.open());
    for (auto left = below(60); left > 0; --left) {
      const bool lazy = below(3) != 0;
      ++told;
      must(transact(*environment, lazy ? Durability::lazy : Durability::synced,
                    [&](WriteTransaction& rows) -> Result<void> {
                      TERN_TRY(rows.put(one, as_bytes("a"), as_bytes(std::to_string(told))));
                      return rows.put(two, as_bytes("a"), Bytes(told * 97 % 9'000));
                    }));
      if (lazy) continue;
      synced = told;
      machine.note_synced();
    }
    machine.cut_power(std::move(environment), below);
    environment = must(machine.open());
    const auto rows = must(environment->read());
    const auto last = text_at(*rows, one, "a");
    const auto number = last ? std::stoul(*last) : 0;
    CAPTURE(life, synced, told);
    REQUIRE(number >= synced);
    REQUIRE(number <= told);
    if (number > 0) REQUIRE(text_at(*rows, two, "a")->size() == number * 97 % 9'000);
    told = synced = number;
  }
}

TEST_CASE("a journal that a full disk has given no name yet gets nothing before it has one") {
  MachineWithPower machine;
  machine.disk().set_capacity(1);
  auto environment = must(machine.open());
  machine.disk().set_capacity(~std::uint64_t{0});
  for (const auto* key : {"a", "b"}) {
    put(*environment, one, key, "1");
    machine.cut_power(std::move(environment), [](std::size_t) { return std::size_t{1}; });
    environment = must(machine.open());
    CHECK(text_at(*environment, one, key) == "1");
  }
}

TEST_CASE("nothing is appended to a round that another process began") {
  // What is left of a lazy record would stand behind the new one, and be read.
  MachineWithPower machine;
  auto environment = must(machine.open());
  for (const auto* key : {"a", "b"}) put(*environment, one, key, "old", Durability::lazy);
  std::size_t block = 0;
  machine.cut_power(std::move(environment), [&](std::size_t) { return std::size_t{block++ > 0}; });
  machine.disk().set_capacity(1);  // nothing gets home, not even a new round's name
  environment = must(machine.open());
  CHECK_FALSE(text_at(*environment, one, "a"));
  machine.disk().set_capacity(~std::uint64_t{0});
  put(*environment, one, "b", "new");
  machine.cut_power(std::move(environment), [](std::size_t) { return std::size_t{1}; });
  environment = must(machine.open());
  CHECK(text_at(*environment, one, "b") == "new");
}

TEST_CASE("after the disk has failed every call fails, until the folder is opened again") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  disk_fails = true;
  const auto done = transact(*on.environment, Durability::synced, [](WriteTransaction& rows) {
    return rows.put(one, as_bytes("a"), as_bytes("2"));
  });
  disk_fails = false;
  CHECK(done.error() == Errc::storage_io);
  CHECK(on.environment->write().error() == Errc::storage_io);
  CHECK(on.environment->read().error() == Errc::storage_io);
  on.reopen();
  // Whether it was kept shows now.
  const auto text = text_at(*on.environment, one, "a");
  CHECK((text == "1" || text == "2"));
  put(*on.environment, one, "a", "3");
  CHECK(text_at(*on.environment, one, "a") == "3");
}

TEST_CASE("a home that fails is storage_io, and what was in the journal is there again") {
  MachineWithPower machine;
  auto environment = must(machine.open());
  put(*environment, one, "a", "1");
  machine.disk().fail_at(machine.disk().operations() + 2);
  const auto large = std::string(100'000, 'x');
  const auto put_large = [&](WriteTransaction& rows) {
    return rows.put(one, as_bytes("large"), as_bytes(large));
  };
  CHECK_FALSE(transact(*environment, Durability::synced, put_large));
  machine.disk().fail_at(std::nullopt);
  environment.reset();
  environment = must(machine.open());
  CHECK(text_at(*environment, one, "a") == "1");
}

TEST_CASE("a transaction may outlive its environment, and what it commits is kept") {
  OnJournal on;
  auto write = must(on.environment->write());
  on.environment.reset();
  must(write->put(one, as_bytes("a"), as_bytes("1")));
  must(write->commit(Durability::synced));
  CHECK(open_lmdb(on.options).error() == Errc::storage_in_use);
  write.reset();
  on.environment = must(open_lmdb(on.options));
  CHECK(text_at(*on.environment, one, "a") == "1");
}

TEST_CASE("kill -9 while batches go to the journal and home loses none that returned") {
  OnJournal on;
  on.environment.reset();
  std::uint32_t told = 0;
  for (int life = 0; life < 12; ++life) {
    Child child([&](const Child::Tell& tell) {
      const auto environment = must(open_lmdb(on.options));
      for (auto value = told + 1;; ++value) {
        must(transact(*environment, value % 3 ? Durability::lazy : Durability::synced,
                      [&](WriteTransaction& rows) -> Result<void> {
                        TERN_TRY(rows.put(one, as_bytes("a"), as_bytes(std::to_string(value))));
                        return rows.put(two, as_bytes("a"), Bytes(value % 3'000));
                      }));
        tell(value);
      }
    });
    for (int wait = 0; wait <= life * 9; ++wait) told = child.next().value();
    child.kill();
    while (const auto more = child.next()) told = *more;
    const auto environment = must(open_lmdb(on.options));
    const auto rows = must(environment->read());
    const auto last = static_cast<std::uint32_t>(std::stoul(text_at(*rows, one, "a").value()));
    REQUIRE((last == told || last == told + 1));
    REQUIRE(text_at(*rows, two, "a")->size() == last % 3'000);
    told = last;
  }
}
