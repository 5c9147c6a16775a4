// Opening a folder: whose it is, who has it, what it may be opened for.
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/try.hpp"
#include "unit/store/files.hpp"
#include "unit/store/processes.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;
namespace fs = std::filesystem;

namespace {

// The error of opening, after checking that nothing in the folder was touched.
Errc refused(const LmdbOptions& options) {
  const auto before = contents_of(options.folder);
  const auto opened = open_lmdb(options);
  CHECK(contents_of(options.folder) == before);
  return opened ? Errc::internal : opened.error().errc();
}

mode_t mode_of(const fs::path& path) {
  struct stat status;
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

void make_database(const LmdbOptions& options) { put(*must(open_lmdb(options)), one, "a", "1"); }

// A database that another program made with LMDB.
void make_foreign_database(const fs::path& folder, bool empty) {
  fs::create_directories(folder);
  MDB_env* environment = nullptr;
  MDB_txn* transaction = nullptr;
  MDB_dbi tree = 0;
  REQUIRE(mdb_env_create(&environment) == 0);
  REQUIRE(mdb_env_open(environment, folder.c_str(), MDB_NOLOCK, 0600) == 0);
  REQUIRE(mdb_txn_begin(environment, nullptr, 0, &transaction) == 0);
  REQUIRE(mdb_dbi_open(transaction, nullptr, 0, &tree) == 0);
  MDB_val text{4, const_cast<char*>("city")};
  if (!empty) REQUIRE(mdb_put(transaction, tree, &text, &text, 0) == 0);
  REQUIRE(mdb_txn_commit(transaction) == 0);
  mdb_env_close(environment);
}

}  // namespace

TEST_CASE("a new folder and its files are their owner's alone, whatever the umask") {
  const TempFolder temp;
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const auto old = ::umask(mask);
    const auto folder = temp.path() / std::to_string(mask);
    const auto opened = open_lmdb({.folder = folder});
    ::umask(old);
    must(opened ? Result<void>() : Result<void>(opened.error()));
    CHECK(mode_of(folder) == 0700);
    for (const auto* const file : {"data.mdb", "lock.mdb", "lock"})
      CHECK(mode_of(folder / file) == 0600);
    CHECK(contents_of(folder).size() == 3);
  }
}

TEST_CASE("a folder inside folders that do not exist yet is made with them") {
  const TempFolder temp;
  make_database({.folder = temp.path() / "a" / "b" / "c"});
  make_database({.folder = temp.path() / "with a slash" / ""});
  CHECK(open_lmdb({.folder = ""}).error() == Errc::invalid_argument);
}

TEST_CASE("a folder that is open is in use, for this process and for another, until it is closed") {
  const OnLmdb on;
  put(*on.environment, one, "a", "1");
  CHECK(refused(on.options) == Errc::storage_in_use);
  CHECK(in_child([&] {
          // What the fork took along is not the child's to close.
          if (!(open_lmdb(on.options).error() == Errc::storage_in_use))
            throw std::runtime_error("it opened");
        }) == "");
}

TEST_CASE("a closed folder opens again, here and in another process") {
  OnLmdb on;
  put(*on.environment, one, "a", "1");
  auto read = must(on.environment->read());
  on.environment.reset();
  CHECK(refused(on.options) == Errc::storage_in_use);
  CHECK(text_at(*read, one, "a") == "1");
  read.reset();
  CHECK(in_child([&] { put(*must(open_lmdb(on.options)), one, "b", "2"); }) == "");
  on.reopen();
  CHECK(text_at(*on.environment, one, "b") == "2");
}

TEST_CASE("a relay's folder is not a client's") {
  const TempFolder temp;
  LmdbOptions options{.folder = temp.path() / "db", .purpose = Purpose::relay};
  make_database(options);
  options.purpose = Purpose::client;
  CHECK(refused(options) == Errc::storage_foreign);
  CHECK(open_lmdb(options).error().message() == "this is a relay's folder, not a client's folder");
}

TEST_CASE("a newer schema is refused and its files are left as they are") {
  const TempFolder temp;
  LmdbOptions options{.folder = temp.path() / "db", .schema = 3};
  make_database(options);
  options.schema = 2;
  CHECK(refused(options) == Errc::storage_newer);
}

TEST_CASE("what is not tern's is storage_foreign, and no file is left in its folder") {
  const TempFolder temp;
  const LmdbOptions options{.folder = temp.path() / "db"};
  SECTION("a text file by the database's name") {
    write_file(options.folder / "data.mdb", "Dear diary, today I saw a tern.\n");
  }
  SECTION("a text file as long as a page") {
    write_file(options.folder / "data.mdb", std::string(10000, 'x'));
  }
  SECTION("one byte") { write_file(options.folder / "data.mdb", "x"); }
  SECTION("a folder by the database's name") {
    fs::create_directories(options.folder / "data.mdb");
  }
  SECTION("another program's LMDB") { make_foreign_database(options.folder, false); }
  SECTION("another program's empty LMDB") { make_foreign_database(options.folder, true); }
  CHECK(refused(options) == Errc::storage_foreign);
}

TEST_CASE("a file where the folder should be is storage_foreign") {
  const TempFolder temp;
  write_file(temp.path() / "db", "a file");
  CHECK(open_lmdb({.folder = temp.path() / "db"}).error() == Errc::storage_foreign);
  CHECK(contents_of(temp.path()).size() == 1);
}

TEST_CASE("a draft left by a process that died while it made the folder is no hindrance") {
  const TempFolder temp;
  const LmdbOptions options{.folder = temp.path() / "db"};
  const auto draft = options.folder / "data.mdb.new";
  write_file(options.folder / "lock", "");
  SECTION("empty") { write_file(draft, ""); }
  SECTION("zeros") { write_file(draft, std::string(8192, '\0')); }
  SECTION("half of one") {
    make_database({.folder = temp.path() / "other"});
    write_file(draft, read_file(temp.path() / "other" / "data.mdb").substr(0, 5000));
  }
  make_database(options);
  CHECK_FALSE(fs::exists(draft));
  CHECK(text_at(*must(open_lmdb(options)), one, "a") == "1");
}

TEST_CASE("garbage where LMDB keeps its readers does not matter") {
  const TempFolder temp;
  const LmdbOptions options{.folder = temp.path() / "db"};
  make_database(options);
  write_file(options.folder / "lock.mdb", std::string(20000, '\xee'));
  CHECK(text_at(*must(open_lmdb(options)), one, "a") == "1");
}

TEST_CASE("a folder that these rights do not open is storage_permission") {
  const TempFolder temp;
  const LmdbOptions options{.folder = temp.path() / "db"};
  make_database(options);
  REQUIRE(::chmod(temp.path().c_str(), 0755) == 0);
  // Nothing is forbidden to root: be nobody for the try.
  const auto try_as_nobody = [&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) throw std::runtime_error("cannot be nobody");
    const auto opened = open_lmdb(options);
    if (opened) throw std::runtime_error("it opened");
    if (!(opened.error() == Errc::storage_permission))
      throw std::runtime_error(std::string(name(opened.error().errc())));
  };
  SECTION("the folder") {
    REQUIRE(::chmod(options.folder.c_str(), ::geteuid() == 0 ? 0700 : 0000) == 0);
    CHECK(in_child(try_as_nobody) == "");
    ::chmod(options.folder.c_str(), 0700);
  }
  SECTION("the database") {
    REQUIRE(::chmod(options.folder.c_str(), 0777) == 0);
    REQUIRE(::chmod((options.folder / "data.mdb").c_str(), 0444) == 0);
    SECTION("never locked") { fs::remove(options.folder / "lock"); }
    SECTION("locked before") { ::chmod((options.folder / "lock").c_str(), 0666); }
    const auto before = contents_of(options.folder);
    CHECK(in_child(try_as_nobody) == "");
    CHECK(contents_of(options.folder) == before);
  }
}
