// Files that were cut, changed or replaced: a typed error or the rows as they were, never a crash.
#include <sys/mman.h>

#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "store/lmdb_file.hpp"
#include "unit/store/files.hpp"
#include "unit/store/processes.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t meta_bytes = sizeof(lmdb_format::PageHeader) + sizeof(lmdb_format::Meta);

// A closed database with several levels, long values, and free pages; and what is in it.
struct Specimen {
  TempFolder temp;
  LmdbOptions options{.folder = temp.path() / "db"};
  fs::path file = options.folder / "data.mdb";
  std::string bytes;
  std::size_t page_bytes = 0;
  Rows rows;
  Rows rows_one_commit_ago;

  Specimen() {
    const auto environment = must(open_lmdb(options));
    transact(*environment, Durability::lazy, [](WriteTransaction& transaction) -> Result<void> {
      for (int i = 0; i < 300; ++i)
        TERN_TRY(transaction.put(one, as_bytes("row " + std::to_string(i)), Bytes(200, 'v')));
      return transaction.put(one, as_bytes("long"), Bytes(20000, 'l'));
    }).value();
    rows_one_commit_ago = rows_of(*environment);
    transact(*environment, Durability::synced, [](WriteTransaction& transaction) -> Result<void> {
      for (int i = 100; i < 200; ++i)
        TERN_TRY(transaction.erase(one, as_bytes("row " + std::to_string(i))));
      return transaction.put(two, as_bytes("long too"), Bytes(5000, 'L'));
    }).value();
    rows = rows_of(*environment);
    bytes = read_file(file);
    page_bytes = must(LmdbFile::open(file)).page_bytes();
  }

  static Rows rows_of(Environment& environment) {
    const auto read = must(environment.read());
    auto out = rows_up(*read, one);
    for (auto& row : rows_up(*read, two)) out.push_back(row);
    return out;
  }
};

// Reads every row, changes many, and sometimes commits: whatever LMDB would trip over.
Rows use(const LmdbOptions& options, bool commit) {
  const auto environment = must(open_lmdb(options));
  auto rows = Specimen::rows_of(*environment);
  rows_down(*must(environment->read()), one);
  const auto write = must(environment->write());
  for (const auto& [key, value] : rows) {
    must(write->erase(one, as_bytes(key)));
    must(write->put(one, as_bytes(key + key), Bytes(value.size() + 1)));
  }
  if (commit) must(write->commit(Durability::lazy));
  return rows;
}

}  // namespace

TEST_CASE("a database cut at any page, or within one, is storage_damaged and is left as it is") {
  const Specimen whole;
  const auto page = whole.page_bytes;
  std::vector<std::size_t> lengths = {0, 1, 11, 20, 100, meta_bytes, page - 1};
  for (std::size_t length = page; length < whole.bytes.size(); length += page)
    for (const auto cut : {length, length + 1, length + page / 2 + 7}) lengths.push_back(cut);
  std::size_t damaged = 0;
  for (const auto length : lengths) {
    CAPTURE(length, whole.bytes.size());
    const auto cut = whole.bytes.substr(0, length);
    write_file(whole.file, cut);
    const auto before = contents_of(whole.options.folder);
    const auto opened = open_lmdb(whole.options);
    if (opened) {  // what was cut off may have been free
      CHECK(Specimen::rows_of(**opened) == whole.rows);
      continue;
    }
    ++damaged;
    CHECK(opened.error() == Errc::storage_damaged);
    CHECK(contents_of(whole.options.folder) == before);
  }
  CHECK(damaged > lengths.size() / 2);
}

TEST_CASE("a file that lacks only free pages at its end is whole") {
  const Specimen whole;
  const auto file = must(LmdbFile::open(whole.file));
  // A cut that inspection accepts must serve LMDB too, through growth over the missing end.
  std::size_t accepted = 0;
  for (auto pages = file.newest().last_page; pages > file.newest().last_page / 2; --pages) {
    write_file(whole.file, whole.bytes.substr(0, pages * file.page_bytes()));
    if (!inspect_lmdb_file(whole.file)) break;
    ++accepted;
    CHECK(use(whole.options, true) == whole.rows);
  }
  CAPTURE(accepted);
}

// LMDB has no check sum: with the newer page's number lowered, the older page is a database too,
// the one that a power cut before the last commit would have left.
TEST_CASE("any bit of the first two pages changed: damage, or the rows of a commit") {
  const Specimen whole;
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 2 * meta_bytes * 8; ++bit) {
    CAPTURE(bit);
    const std::size_t byte = bit / 8 % meta_bytes + (bit / 8 < meta_bytes ? 0 : whole.page_bytes);
    auto changed = whole.bytes;
    changed[byte] = static_cast<char>(changed[byte] ^ (1 << bit % 8));
    write_file(whole.file, changed);
    const auto opened = open_lmdb(whole.options);
    if (opened) {
      const auto rows = Specimen::rows_of(**opened);
      REQUIRE((rows == whole.rows || rows == whole.rows_one_commit_ago));
      continue;
    }
    ++refused;
    const auto error = opened.error().errc();
    REQUIRE((error == Errc::storage_damaged || error == Errc::storage_foreign));
    REQUIRE(read_file(whole.file) == changed);
  }
  CHECK(refused > meta_bytes * 8 / 2);
}

TEST_CASE("a damaged length beyond the pages that are looked at is an error, not a crash") {
  const TempFolder temp;
  const LmdbOptions options{.folder = temp.path() / "db"};
  const auto key_of = [](int i) { return "row " + std::to_string(10'000 + i); };
  {
    const auto environment = must(open_lmdb(options));
    transact(*environment, Durability::lazy, [&](WriteTransaction& transaction) -> Result<void> {
      for (int i = 0; i < 4'000; ++i)
        TERN_TRY(transaction.put(one, as_bytes(key_of(i)), Bytes(1'500, 'v')));
      return transaction.put(two, as_bytes("long row"), Bytes(50'000, 'l'));
    }).value();
  }
  const auto file = options.folder / "data.mdb";
  auto bytes = read_file(file);
  std::string name = key_of(3'999);
  std::uint16_t low = 1'500, high = 0;
  SECTION("so long that it leaves the file") { high = 0x3000; }
  SECTION("longer than any row") { high = 0x0200; }
  SECTION("a little longer than its page") { low = 2'000; }
  SECTION("as long as a row with pages of its own") { low = 5'000; }
  SECTION("a long row, beyond its pages") {
    name = "long row";
    low = 60'000;
  }
  SECTION("a long row, beyond the file") {
    name = "long row";
    high = 0x00f0;
  }
  // The node's length, flags and key length stand before the key, which begins with its table.
  const auto at = bytes.rfind(name) - 1 - sizeof(lmdb_format::NodeHeader);
  REQUIRE(at < bytes.size());
  bytes.replace(at, 2, reinterpret_cast<const char*>(&low), 2);
  bytes.replace(at + 2, 2, reinterpret_cast<const char*>(&high), 2);
  write_file(file, bytes);

  const auto environment = must(open_lmdb(options));
  const auto table = name == "long row" ? two : one;
  const auto check = [&](ReadTransaction& rows) {
    const auto got = rows.get(table, as_bytes(name));
    const bool in_page = low == 2'000 && (bytes.size() - at) % 4'096 >= 2'000u + 18;
    if (in_page) return;  // it ends within its page still: another length, and no harm
    CHECK(got.error() == Errc::storage_damaged);
    const auto all = rows.scan(table, {}, {}, [](ByteSpan, ByteSpan) { return Scan::next; });
    CHECK(all.error() == Errc::storage_damaged);
  };
  check(*must(environment->read()));
  check(*must(environment->write()));
}

TEST_CASE("changed bytes anywhere in the file never bring the process down") {
  const Specimen whole;
  // Shared with the child, so that a crash tells which change did it.
  auto* const at = static_cast<std::uint32_t*>(::mmap(
      nullptr, sizeof(std::uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(at != MAP_FAILED);
  const char* const wanted = ::getenv("TERN_STORE_DAMAGE");
  const std::uint32_t changes = wanted != nullptr ? std::stoul(wanted) : 400;
  const auto said = in_child([&] {
    for (*at = 1; *at <= changes; ++*at) {
      std::mt19937 dice(*at);
      auto changed = whole.bytes;
      for (auto count = 1 + dice() % 3; count > 0; --count) {
        // Half of them where pages have their headers and offsets.
        auto place = dice() % changed.size();
        if (dice() % 2) place = place / whole.page_bytes * whole.page_bytes + dice() % 64;
        changed[place] = static_cast<char>(dice());
      }
      write_file(whole.file, changed);
      if (!inspect_lmdb_file(whole.file)) continue;
      use(whole.options, *at % 8 == 0);
    }
  });
  INFO("change " << *at);
  CHECK(said == "");
  ::munmap(at, sizeof(std::uint32_t));
}

TEST_CASE("pages that lead in a circle, or are used twice, are damage") {
  const Specimen whole;
  const auto file = must(LmdbFile::open(whole.file));
  const auto root = file.newest().main.root;
  const auto page = must(file.tree_page(root));
  REQUIRE(lmdb_format::load<lmdb_format::PageHeader>(page).flags == lmdb_format::flag_branch);
  const auto first = node_at(page, 0);
  const auto second = node_at(page, 1);
  const auto offset_of = [&](const lmdb_format::Node& node) {
    return root * file.page_bytes() + static_cast<std::size_t>(node.key.data() - page.data()) -
           sizeof(lmdb_format::NodeHeader);
  };
  auto changed = whole.bytes;
  SECTION("a child is its own parent") {
    const auto number = static_cast<std::uint16_t>(root);
    changed.replace(offset_of(second), 2, reinterpret_cast<const char*>(&number), 2);
  }
  SECTION("two nodes lead to one child") {
    const auto number = static_cast<std::uint16_t>(first.header.child());
    changed.replace(offset_of(second), 2, reinterpret_cast<const char*>(&number), 2);
  }
  write_file(whole.file, changed);
  CHECK(inspect_lmdb_file(whole.file).error() == Errc::storage_damaged);
}
