// A file to which batches of changes are appended in the order of their arrival, each synced once:
// what is in it need not be at its place in the database yet.
//
// The file has all its room from the beginning, so that a sync waits for the written blocks and for
// nothing of the file system's. It is used in rounds, each from the start of the file: a round ends
// when the database has everything that is in it, and the database names the round. A record begins
// at a multiple of block_bytes:
//
//   head     number (8), of how many before it the disk is sure (8), bytes of the payload (8)
//   check    of the head (16), then of head and payload (32): BLAKE2b keyed with the round's name
//   payload
//
// What is left of earlier rounds has other checks, and nobody outside can make a payload that
// looks like a head. A record that was cut short ends its round: nobody was told that the disk has
// it. One that ends before another that was written when the disk was sure of it is damage, and
// said so; damage to the last of all looks like one that was cut short.
#pragma once

#include <filesystem>
#include <functional>

#include "base/entropy.hpp"
#include "store/folder.hpp"
#include "store/port.hpp"

namespace tern::store {

/// Drawn at random: no two rounds have the same.
using JournalRound = FixedBytes<struct JournalRoundTag, 32>;

class Journal {
 public:
  static constexpr std::size_t block_bytes = 4096;

  /// Opens `file`, or makes it and fills it with zeros. Errors: storage_full, storage_permission,
  /// storage_io, storage_damaged (it has another length).
  static Result<Journal> open(const std::filesystem::path& file, std::size_t bytes);

  using Visit = std::function<Result<void>(ByteSpan payload)>;
  /// Finds what another process has left of `round`. Nothing is appended to that: behind its end
  /// there may be records of the same round. Errors: storage_damaged (a record that the disk was
  /// sure of is lost), storage_io.
  Result<void> resume(const JournalRound& round);
  /// What the round has, in order. Errors: the same, the visitor's.
  Result<void> replay(const Visit& visit) const;
  /// From the start of the file, once the database is sure of everything that was in it.
  void begin(const JournalRound& round);

  bool has_room(std::size_t payload_bytes) const;
  /// In a round that was begun here. The disk is sure of it after sync(). Errors: storage_full
  /// (nothing was appended), storage_io: then it is not known what the file has of it, and nothing
  /// more may be appended in this round.
  Result<void> append(ByteSpan payload);
  /// Waits for the disk. Errors: storage_io.
  Result<void> sync();

  std::uint64_t records() const { return records_; }
  bool is_synced() const { return synced_ == records_; }

 private:
  struct Head;
  struct End {
    std::uint64_t records = 0;
    std::size_t bytes = 0;
  };
  std::size_t write(std::size_t at, ByteSpan first, ByteSpan second);
  Result<Bytes> contents() const;
  Result<End> read(const Visit& visit) const;
  std::optional<Head> head_at(ByteSpan file, std::size_t at) const;
  bool lost_later(ByteSpan file, const End& end) const;

  FileHandle file_;
  std::filesystem::path path_;
  std::size_t bytes_ = 0;
  JournalRound round_;
  bool begun_ = false;
  std::uint64_t records_ = 0;
  std::uint64_t synced_ = 0;
  std::size_t end_ = 0;
};

}  // namespace tern::store
