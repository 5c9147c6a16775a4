// The map grows with the database, early when it can and on demand when it must.
#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

struct SmallMap {
  TempFolder temp;
  LmdbOptions options{.folder = temp.path() / "db", .map_bytes_initial = 1u << 16};
  std::unique_ptr<Environment> environment = must(open_lmdb(options));
  int runs = 0;

  Result<void> put_bytes(std::string_view key, std::size_t bytes) {
    return transact(*environment, Durability::lazy, [&](WriteTransaction& transaction) {
      ++runs;
      return transaction.put(one, as_bytes(key), Bytes(bytes, 'x'));
    });
  }
};

}  // namespace

TEST_CASE("a transaction larger than the map is run again until it fits") {
  SmallMap small;
  small.put_bytes("large", 1u << 20).value();
  CHECK(small.runs > 1);
  CHECK(text_at(*small.environment, one, "large")->size() == 1u << 20);
  CHECK(rows_up(*must(small.environment->read()), one).size() == 1);
}

TEST_CASE("a map that fills up slowly grows before a transaction hits its end") {
  SmallMap small;
  for (int i = 0; i < 100; ++i) small.put_bytes(std::to_string(i), 8000).value();
  CHECK(small.runs == 100);
  CHECK(rows_up(*must(small.environment->read()), one).size() == 100);
}

TEST_CASE("while someone reads, a full map is an error that passes when they are done") {
  SmallMap small;
  small.put_bytes("small", 10).value();
  auto read = must(small.environment->read());
  CHECK(small.put_bytes("large", 1u << 20).error() == Errc::storage_map_full);
  CHECK(text_at(*read, one, "small")->size() == 10);
  CHECK_FALSE(text_at(*small.environment, one, "large"));
  small.put_bytes("fits", 100).value();
  read.reset();
  small.put_bytes("large", 1u << 20).value();
  CHECK(rows_up(*must(small.environment->read()), one).size() == 3);
}

TEST_CASE("a large database opens with a small map's options") {
  SmallMap small;
  small.put_bytes("large", 3u << 20).value();
  small.environment = nullptr;
  small.environment = must(open_lmdb(small.options));
  small.runs = 0;
  small.put_bytes("another", 1000).value();
  CHECK(small.runs == 1);
  CHECK(rows_up(*must(small.environment->read()), one).size() == 2);
}

TEST_CASE("space of erased rows is used again") {
  SmallMap small;
  for (int i = 0; i < 20; ++i) small.put_bytes("row", 100000 + static_cast<std::size_t>(i)).value();
  CHECK(std::filesystem::file_size(small.options.folder / "data.mdb") < 1u << 20);
}
