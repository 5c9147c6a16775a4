// Every backend under the same tests.
#pragma once

#include <filesystem>
#include <random>

#include "store/lmdb.hpp"
#include "store/memory.hpp"

namespace tern::store::test {

/// The value, or a test that fails with the error's sentence.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

/// A folder of its own below the system's temporary one, removed at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Names rounds, each another way, in forked processes too.
Entropy& journal_entropy();

struct OnMemory {
  static constexpr const char* name = "memory";
  MemoryDisk disk;
  std::unique_ptr<Environment> environment = open_memory(disk);
  void reopen() {
    environment.reset();
    environment = open_memory(disk);
  }
};

struct OnLmdb {
  static constexpr const char* name = "LMDB";
  TempFolder temp;
  LmdbOptions options{.folder = temp.path() / "db"};
  std::unique_ptr<Environment> environment = must(open_lmdb(options));
  void reopen() {
    environment.reset();
    environment = must(open_lmdb(options));
  }
};

/// LMDB behind a journal that is small enough to come to its end all the time.
struct OnJournal {
  static constexpr const char* name = "LMDB with a journal";
  TempFolder temp;
  LmdbOptions options{.folder = temp.path() / "db",
                      .journal = {{.entropy = &journal_entropy(),
                                   .bytes = 16 * Journal::block_bytes,
                                   .changes_max = 40,
                                   .record_bytes_max = 20'000,
                                   .disk_room_min = 0}}};
  std::unique_ptr<Environment> environment = must(open_lmdb(options));
  void reopen() {
    environment.reset();
    environment = must(open_lmdb(options));
  }
  /// As after kill -9: what the process had in its memory is gone.
  void kill();
};

inline constexpr Table one{1};
inline constexpr Table two{2};

/// One row in a transaction of its own.
inline void put(Environment& environment, Table table, std::string_view key, std::string_view value,
                Durability durability = Durability::synced) {
  transact(environment, durability, [&](WriteTransaction& transaction) {
    return transaction.put(table, as_bytes(key), as_bytes(value));
  }).value();
}

inline std::optional<std::string> text_at(ReadTransaction& transaction, Table table,
                                          std::string_view key) {
  const auto row = transaction.get(table, as_bytes(key)).value();
  if (!row) return std::nullopt;
  return as_text(*row);
}

inline std::optional<std::string> text_at(Environment& environment, Table table,
                                          std::string_view key) {
  return text_at(*environment.read().value(), table, key);
}

using Rows = std::vector<std::pair<std::string, std::string>>;

inline ReadTransaction::Visit collect(Rows& rows) {
  return [&rows](ByteSpan key, ByteSpan value) {
    rows.emplace_back(as_text(key), as_text(value));
    return Scan::next;
  };
}

inline Rows rows_up(ReadTransaction& transaction, Table table, std::string_view prefix = "",
                    std::string_view first = "") {
  Rows out;
  transaction.scan(table, as_bytes(prefix), as_bytes(first), collect(out)).value();
  return out;
}

inline Rows rows_down(ReadTransaction& transaction, Table table, std::string_view prefix = "",
                      std::string_view last = "") {
  Rows out;
  transaction.scan_back(table, as_bytes(prefix), as_bytes(last), collect(out)).value();
  return out;
}

}  // namespace tern::store::test
