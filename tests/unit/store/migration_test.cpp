#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "unit/store/files.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

// Version 2 keeps each name in upper case, version 3 in table two.
Result<void> to_upper(WriteTransaction& transaction) {
  TERN_ASSIGN(const auto name, transaction.get(one, as_bytes("name")));
  auto text = as_text(*name);
  for (auto& letter : text) letter = static_cast<char>(letter - 'a' + 'A');
  return transaction.put(one, as_bytes("name"), as_bytes(text));
}

Result<void> to_table_two(WriteTransaction& transaction) {
  TERN_ASSIGN(const auto name, transaction.get(one, as_bytes("name")));
  const auto copy = to_bytes(*name);
  TERN_TRY(transaction.put(two, as_bytes("name"), copy));
  return transaction.erase(one, as_bytes("name"));
}

LmdbOptions version_one(const TempFolder& temp) {
  LmdbOptions options{.folder = temp.path() / "db"};
  put(*must(open_lmdb(options)), one, "name", "anna");
  return options;
}

}  // namespace

TEST_CASE("an old folder is brought forward step by step, once") {
  const TempFolder temp;
  auto options = version_one(temp);
  options.schema = 3;
  options.migrations = {{2, to_table_two}, {1, to_upper}};
  for (int opened = 0; opened < 2; ++opened) {
    const auto environment = must(open_lmdb(options));
    CHECK(text_at(*environment, two, "name") == "ANNA");
    CHECK_FALSE(text_at(*environment, one, "name"));
    CHECK(read_stamp(*must(environment->read())).value() == Stamp{Purpose::client, 3});
    CHECK(environment->counters().commits == (opened == 0 ? 1 : 0));
  }
  options.schema = 1;
  CHECK(open_lmdb(options).error() == Errc::storage_newer);
}

TEST_CASE("a migration that fails leaves the old folder as it was") {
  const TempFolder temp;
  auto options = version_one(temp);
  const auto before = read_file(options.folder / "data.mdb");
  options.schema = 3;
  options.migrations = {{1, to_upper},
                        {2, [](WriteTransaction&) { return Result<void>(Errc::storage_damaged); }}};
  CHECK(open_lmdb(options).error() == Errc::storage_damaged);
  CHECK(read_file(options.folder / "data.mdb") == before);
  options.schema = 1;
  CHECK(text_at(*must(open_lmdb(options)), one, "name") == "anna");
}

TEST_CASE("a migration that outgrows the map is run again in a larger one") {
  const TempFolder temp;
  auto options = version_one(temp);
  options.map_bytes_initial = 1u << 16;
  options.schema = 2;
  int runs = 0;
  options.migrations = {{1, [&runs](WriteTransaction& transaction) {
                           ++runs;
                           return transaction.put(two, {}, Bytes(1u << 20));
                         }}};
  const auto environment = must(open_lmdb(options));
  CHECK(runs > 1);
  CHECK(text_at(*environment, two, "")->size() == 1u << 20);
}

TEST_CASE("a stamp reads back, and only what a stamp can be is one") {
  OnMemory on;
  const auto write = on.environment->write().value();
  CHECK(read_stamp(*write).error() == Errc::storage_foreign);
  write_stamp(*write, {Purpose::relay, 77}).value();
  CHECK(read_stamp(*write).value() == Stamp{Purpose::relay, 77});

  const std::string good("tern\x02\0\0\0\x4d", 9);
  CHECK(parse_stamp(as_bytes(good)).value() == Stamp{Purpose::relay, 77});
  for (const auto& [bytes, error] : std::vector<std::pair<std::string, Errc>>{
           {"", Errc::storage_foreign},
           {"ter", Errc::storage_foreign},
           {"torn" + good.substr(4), Errc::storage_foreign},
           {good.substr(0, 8), Errc::storage_damaged},
           {std::string("tern\0\0\0\0\x01", 9), Errc::storage_damaged},
           {std::string("tern\x03\0\0\0\x01", 9), Errc::storage_damaged},
           {std::string("tern\x01\0\0\0\0", 9), Errc::storage_damaged}}) {
    CAPTURE(to_hex(as_bytes(bytes)));
    CHECK(parse_stamp(as_bytes(bytes)).error() == error);
  }
}
