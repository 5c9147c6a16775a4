// A disk that fills up, for real: a limit on the file's size, and a small file system.
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "store/lmdb_file.hpp"
#include "unit/store/files.hpp"
#include "unit/store/processes.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;
namespace fs = std::filesystem;

namespace {

void check(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

void limit_file_size(rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit;
  check(::getrlimit(RLIMIT_FSIZE, &limit) == 0, "no limit");
  limit.rlim_cur = bytes;
  check(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "no limit set");
}

Result<void> try_put(Environment& environment, int key, std::size_t bytes) {
  return transact(environment, Durability::synced, [&](WriteTransaction& transaction) {
    return transaction.put(one, as_bytes(std::to_string(key)), Bytes(bytes, 'x'));
  });
}

// Puts rows until the disk is full; how many went in. All must be readable then.
int fill(Environment& environment, std::size_t bytes) {
  int rows = 0;
  Result<void> done;
  while ((done = try_put(environment, rows, bytes)).has_value()) {
    ++rows;
    check(rows < 10000, "the disk did not fill up");
  }
  check(done.error() == Errc::storage_full, "not storage_full");
  check(static_cast<int>(rows_up(*must(environment.read()), one).size()) == rows, "rows are lost");
  return rows;
}

class SmallFileSystem {
 public:
  explicit SmallFileSystem(const char* options)
      : mounted_(::mount("tmpfs", temp_.path().c_str(), "tmpfs", 0, options) == 0) {}
  ~SmallFileSystem() {
    if (mounted_) ::umount2(temp_.path().c_str(), MNT_DETACH);
  }
  SmallFileSystem(const SmallFileSystem&) = delete;
  SmallFileSystem& operator=(const SmallFileSystem&) = delete;
  const fs::path& path() const { return temp_.path(); }
  bool is_mounted() const {
    if (!mounted_) WARN("SKIPPED: this process may not mount a small file system");
    return mounted_;
  }

 private:
  TempFolder temp_;
  bool mounted_;
};

}  // namespace

TEST_CASE("a file that may not grow is storage_full, and the database goes on when it may") {
  for (const std::size_t bytes : {300u, 3000u, 50000u}) {
    CAPTURE(bytes);
    const TempFolder temp;
    const LmdbOptions options{.folder = temp.path() / "db"};
    CHECK(in_child([&] {
            auto environment = must(open_lmdb(options));
            limit_file_size(80001);
            const int rows = fill(*environment, bytes);
            check(!try_put(*environment, rows, bytes), "a second try went in");
            limit_file_size(RLIM_INFINITY);
            must(try_put(*environment, rows, bytes));
            environment.reset();
            must(inspect_lmdb_file(options.folder / "data.mdb"));
            const auto again = must(open_lmdb(options));
            check(static_cast<int>(rows_up(*must(again->read()), one).size()) == rows + 1,
                  "rows are lost after reopening");
          }) == "");
  }
}

TEST_CASE("a file that may not grow is storage_full behind a journal too, and no batch is lost") {
  // Of the database, and of the journal, which is shorter.
  const auto limit = GENERATE(80001u, 28672u);
  for (const std::size_t bytes : {300u, 3000u, 50000u}) {
    CAPTURE(limit, bytes);
    OnJournal on;
    on.environment.reset();
    CHECK(in_child([&] {
            auto environment = must(open_lmdb(on.options));
            limit_file_size(limit);
            int rows = 0;
            while (try_put(*environment, rows, bytes)) check(++rows < 10000, "no end");
            const auto refused = try_put(*environment, rows, bytes);
            check(!refused && refused.error() == Errc::storage_full, "not storage_full");
            limit_file_size(RLIM_INFINITY);
            must(try_put(*environment, rows, bytes));
            environment.reset();
            const auto again = must(open_lmdb(on.options));
            check(static_cast<int>(rows_up(*must(again->read()), one).size()) == rows + 1,
                  "rows are lost after reopening");
          }) == "");
  }
}

TEST_CASE(
    "where a full disk lets nothing home, the journal is read where it is, and waits for room") {
  OnJournal on;
  for (int row = 0; row < 3; ++row) must(try_put(*on.environment, row, 15'000));
  auto options = on.options;
  options.folder = on.temp.path() / "killed";
  fs::copy(on.options.folder, options.folder, fs::copy_options::recursive);
  CHECK(in_child([&] {
          limit_file_size(fs::file_size(options.folder / "data.mdb"));
          auto environment = must(open_lmdb(options));
          const auto rows = [&] { return rows_up(*must(environment->read()), one).size(); };
          check(rows() == 3, "not read");
          const auto refused = try_put(*environment, 3, 15'000);
          check(!refused && refused.error() == Errc::storage_full, "not storage_full");
          check(rows() == 3, "not read again");
          limit_file_size(RLIM_INFINITY);
          must(try_put(*environment, 3, 15'000));
          environment = nullptr;
          environment = must(open_lmdb(options));
          check(rows() == 4, "rows are lost");
        }) == "");
}

TEST_CASE(
    "a batch that the journal has no room for is not read later, though nothing of it seems "
    "missing") {
  OnJournal on;
  on.environment.reset();
  CHECK(in_child([&] {
          auto environment = must(open_lmdb(on.options));
          limit_file_size(28672);
          const auto refused =
              transact(*environment, Durability::synced, [](WriteTransaction& rows) {
                return rows.put(one, as_bytes("zeros"), Bytes(50'000));
              });
          check(!refused && refused.error() == Errc::storage_full, "not storage_full");
          check(rows_up(*must(environment->read()), one).empty(), "it is there");
          environment = nullptr;
          limit_file_size(RLIM_INFINITY);
          environment = must(open_lmdb(on.options));
          check(rows_up(*must(environment->read()), one).empty(), "it is there later");
        }) == "");
}

TEST_CASE("on a full file system erasing makes room behind a journal") {
  const SmallFileSystem disk("size=600k");
  if (!disk.is_mounted()) return;
  auto options = OnJournal().options;
  options.folder = disk.path() / "db";
  options.journal->disk_room_min = 64u << 20;
  CHECK(in_child([&] {
          auto environment = must(open_lmdb(options));
          int rows = 0;
          while (try_put(*environment, rows, 3000)) check(++rows < 10000, "no end");
          for (int erased = 0; erased < rows / 2; ++erased)
            must(transact(*environment, Durability::synced, [&](WriteTransaction& write) {
              return write.erase(one, as_bytes(std::to_string(erased)));
            }));
          must(try_put(*environment, rows, 3000));
          environment = nullptr;
          environment = must(open_lmdb(options));
          check(static_cast<int>(rows_up(*must(environment->read()), one).size()) ==
                    rows + 1 - rows / 2,
                "rows are lost");
        }) == "");
}

TEST_CASE("what the changes in a journal may need at home is kept free on the disk") {
  const SmallFileSystem disk("size=8m");
  if (!disk.is_mounted()) return;
  auto options = OnJournal().options;
  options.folder = disk.path() / "db";
  options.journal->bytes = 1u << 20;
  options.journal->changes_max = 100'000;
  options.journal->record_bytes_max = 1u << 20;
  options.journal->disk_room_min = 64u << 10;
  CHECK(in_child([&] {
          auto environment = must(open_lmdb(options));
          // A page each: 6 of the 8 MiB.
          for (int row = 0; row < 1'500; ++row) must(try_put(*environment, row, 3'000));
          for (int round = 0; round < 60; ++round)
            must(transact(*environment, Durability::synced, [&](WriteTransaction& write) {
              Result<void> done;
              for (int i = 0; done && i < 50; ++i)
                done = write.put(one, as_bytes(std::to_string((round * 50 + i) % 1'500)),
                                 Bytes(3'000, 'y'));
              return done;
            }));
          check(rows_up(*must(environment->read()), one).size() == 1'500, "rows are lost");
        }) == "");
}

TEST_CASE("a journal that comes back after a life without one is none of this database's") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  auto options = on.options;
  options.folder = on.temp.path() / "killed";
  fs::copy(on.options.folder, options.folder, fs::copy_options::recursive);
  const auto journal = options.folder / "journal";
  fs::rename(journal, on.temp.path() / "kept");
  CHECK(in_child([&] {
          limit_file_size(60'000);  // a journal has 65,536
          put(*must(open_lmdb(options)), one, "a", "2");
          check(!fs::exists(journal), "there is a journal");
          limit_file_size(RLIM_INFINITY);
          fs::rename(on.temp.path() / "kept", journal);
          check(text_at(*must(open_lmdb(options)), one, "a") == "2", "an old row is there again");
        }) == "");
}

TEST_CASE("a folder without room for its journal is used without one") {
  const SmallFileSystem disk("size=100k");
  if (!disk.is_mounted()) return;
  auto options = OnJournal().options;
  options.folder = disk.path() / "db";
  options.journal->bytes = 1u << 20;
  put(*must(open_lmdb(options)), one, "a", "1");
  CHECK(text_at(*must(open_lmdb(options)), one, "a") == "1");
  CHECK(contents_of(options.folder).count("journal") == 0);
}

TEST_CASE("a full file system is storage_full; the database is as before, opens, and goes on") {
  const SmallFileSystem disk("size=400k");
  if (!disk.is_mounted()) return;
  const LmdbOptions options{.folder = disk.path() / "db"};
  write_file(disk.path() / "ballast", std::string(100000, 'b'));
  CHECK(in_child([&] {
          auto environment = must(open_lmdb(options));
          const int rows = fill(*environment, 3000);
          environment.reset();
          environment = must(open_lmdb(options));
          check(static_cast<int>(rows_up(*must(environment->read()), one).size()) == rows, "lost");
          fs::remove(disk.path() / "ballast");
          must(try_put(*environment, rows, 3000));
        }) == "");
}

TEST_CASE("a folder on a full file system is not made, and the error says why") {
  const SmallFileSystem disk("size=100k");
  if (!disk.is_mounted()) return;
  const LmdbOptions options{.folder = disk.path() / "db"};
  // From no byte to nearly enough: every step of making the folder meets the end of the disk.
  for (int free_pages = 0; free_pages < 12; ++free_pages) {
    CAPTURE(free_pages);
    fs::remove_all(options.folder);
    write_file(disk.path() / "ballast",
               std::string(4096 * static_cast<std::size_t>(25 - free_pages), 'b'));
    const auto said = in_child([&] {
      const auto opened = open_lmdb(options);
      const auto done = opened ? try_put(**opened, 1, 1) : Result<void>(opened.error());
      if (!done) check(done.error() == Errc::storage_full, done.error().message().c_str());
    });
    CHECK(said == "");
    fs::remove(disk.path() / "ballast");
    put(*must(open_lmdb(options)), one, "a", "1");
  }
}

TEST_CASE("a file system without room for one more file is storage_full") {
  const SmallFileSystem disk("size=1m,nr_inodes=3");
  if (!disk.is_mounted()) return;
  CHECK(open_lmdb({.folder = disk.path() / "db"}).error() == Errc::storage_full);
}
