// The running hashes of a log's last entries, to compare with what other members saw there
// (design §4: a relay cannot fork, drop, double or reorder unseen).
#pragma once

#include "client/tables.hpp"
#include "wire/ids.hpp"

namespace tern::client {

/// How far back a sender's position can still be compared.
inline constexpr std::uint64_t hashes_kept = 4096;

/// One chat's window: rows of 64 hashes, the newest of them in memory.
class HashWindow {
 public:
  /// Notes the hash at `seq`, which follows the one noted before.
  Result<void> note(Rows& rows, const RowId& chat, std::uint64_t seq, const wire::LogHash& hash);
  /// The hash at `seq`; nullopt when it is not in the window.
  Result<std::optional<wire::LogHash>> at(const ReadRows& rows, const RowId& chat,
                                          std::uint64_t seq);
  /// Writes the newest row if it changed.
  Result<void> flush(Rows& rows, const RowId& chat);
  /// Forgets what was not flushed; the next use reads the row again.
  void drop() { *this = HashWindow(); }
  /// A rejoin jumped over entries: what was noted before is of no more use.
  Result<void> clear(Rows& rows, const RowId& chat);

 private:
  static constexpr std::uint64_t block_hashes = 64;
  using Block = std::vector<wire::LogHash>;  // block_hashes of them; zero: not known

  static Result<Block> load(const ReadRows& rows, const RowId& chat, std::uint64_t number);
  Result<void> open(Rows& rows, const RowId& chat, std::uint64_t number);

  std::optional<std::uint64_t> number_;
  Block block_;
  bool changed_ = false;
};

}  // namespace tern::client
