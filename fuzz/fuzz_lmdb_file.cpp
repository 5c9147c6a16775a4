// A database file that a disk, or somebody, has changed: what inspection lets through, LMDB reads
// and writes. The first byte says which database; then come changes of it.
#include <fstream>
#include <iterator>

#include "input.hpp"
#include "scratch_folder.hpp"
#include "store/lmdb.hpp"
#include "store/lmdb_file.hpp"

using namespace tern;
using namespace tern::store;
namespace fs = std::filesystem;

namespace {

constexpr Table rows_table{1};

LmdbOptions options_of(const fs::path& folder) {
  LmdbOptions out;
  out.folder = folder;
  out.map_bytes_initial = 1U << 20;
  return out;
}

Bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put_rows(Environment& environment, int from, int to, std::size_t bytes) {
  transact(environment, Durability::lazy, [&](WriteTransaction& transaction) -> Result<void> {
    for (int i = from; i < to; ++i) {
      const auto put =
          transaction.put(rows_table, as_bytes("row " + std::to_string(i)), Bytes(bytes, 'v'));
      if (!put) return put;
    }
    return {};
  }).value();
}

// A leaf alone; a tree of two levels with free pages; and one with a value of several pages.
std::vector<Bytes> make_databases(const fs::path& folder) {
  std::vector<Bytes> out;
  const auto environment = open_lmdb(options_of(folder)).value();
  const auto keep = [&] { out.push_back(read_file(folder / "data.mdb")); };
  put_rows(*environment, 0, 3, 10);
  keep();
  put_rows(*environment, 0, 30, 300);
  put_rows(*environment, 0, 30, 10);
  keep();
  put_rows(*environment, 2, 3, 9'000);
  keep();
  return out;
}

const std::vector<Bytes>& databases() {
  static const auto all = [] {
    const fuzzing::ScratchFolder folder;
    return make_databases(folder.path());
  }();
  return all;
}

// Reads every row both ways, changes each, and commits.
void use(Environment& environment) {
  std::vector<Bytes> keys;
  {
    const auto read = environment.read().value();
    const auto collect = [&](ByteSpan key, ByteSpan value) {
      expect(value.size() <= value_bytes_max, "a row has a size");
      keys.push_back(to_bytes(key));
      return Scan::next;
    };
    (void)read->scan(rows_table, {}, {}, collect);
    (void)read->scan_back(rows_table, {}, {}, collect);
  }
  (void)transact(environment, Durability::lazy, [&](WriteTransaction& transaction) -> Result<void> {
    for (const auto& key : keys) {
      if (auto erased = transaction.erase(rows_table, key); !erased) return erased;
      if (auto put = transaction.put(rows_table, key, Bytes(100, 'w')); !put) return put;
    }
    return {};
  });
}

}  // namespace

void fuzz(ByteSpan bytes) {
  static const fuzzing::ScratchFolder folder;
  fuzzing::Input input(bytes);
  const auto& whole = databases()[input.byte() % databases().size()];
  const auto changed = fuzzing::edited(whole, input);
  const auto file = folder.path() / "data.mdb";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(changed.data()),
             static_cast<std::streamsize>(changed.size()));
  const auto inspected = inspect_lmdb_file(file);
  const auto opened = open_lmdb(options_of(folder.path()));
  expect(changed != whole || opened.has_value(), "a database that nobody changed is opened");
  if (!inspected) {
    expect(!opened.has_value(), "what is damaged is not opened");
    return;
  }
  if (opened) use(**opened);
}
