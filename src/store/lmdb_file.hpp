// An LMDB file looked at from outside, before LMDB maps it: LMDB trusts the file, and a page that
// is not there would be SIGBUS.
#pragma once

#include <filesystem>

#include "store/folder.hpp"
#include "store/lmdb_format.hpp"
#include "store/schema.hpp"

namespace tern::store {

class LmdbFile {
 public:
  /// Opens it for reading (and asks for the right to write) and finds the newest snapshot.
  /// Errors: storage_foreign (not LMDB's format), storage_damaged, storage_permission, storage_io.
  static Result<LmdbFile> open(const std::filesystem::path& path);

  const lmdb_format::Meta& newest() const { return newest_; }
  std::size_t page_bytes() const { return newest_.free.page_bytes; }
  std::uint64_t file_bytes() const { return file_bytes_; }

  /// A branch or leaf, its offsets checked. Errors: storage_damaged, storage_io.
  Result<Bytes> tree_page(lmdb_format::PageNumber number) const;
  /// `bytes` from the start of a page on. Errors: storage_damaged (not all there), storage_io.
  Result<Bytes> read(lmdb_format::PageNumber number, std::size_t bytes) const;
  Error damaged(std::string_view what) const;

 private:
  Result<void> find_newest();
  Result<lmdb_format::Meta> meta(std::uint64_t offset) const;
  Result<Bytes> read_at(std::uint64_t offset, std::size_t bytes) const;

  FileHandle handle_;
  std::string name_;
  std::uint64_t file_bytes_ = 0;
  lmdb_format::Meta newest_{};
};

/// How many nodes a page has that tree_page() returned, and one of them.
std::size_t node_count(ByteSpan page);
lmdb_format::Node node_at(ByteSpan page, std::size_t index);

/// The database's stamp, when the file is a whole database of tern's. Writes nothing. Looks at the
/// first pages_inspected_max pages below the roots, so that a large database opens at once.
/// Errors: storage_foreign, storage_damaged, storage_permission, storage_io.
Result<Stamp> inspect_lmdb_file(const std::filesystem::path& path);
inline constexpr std::size_t pages_inspected_max = 1024;

}  // namespace tern::store
