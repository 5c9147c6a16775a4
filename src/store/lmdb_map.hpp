// Where LMDB has the file mapped, and whether a row that it hands out lies within it. It takes
// lengths as it finds them: one that is damaged would be read past the file's end, a SIGBUS.
#pragma once

#include "tern/bytes.hpp"

struct MDB_env;

namespace tern::store {

class LmdbMap {
 public:
  LmdbMap() = default;
  /// Found by the database's first row; a database without rows has nothing to damage. No write
  /// transaction is open. To be found anew after each change of the map.
  static LmdbMap find(MDB_env* environment);

  /// A key as a leaf has it.
  bool holds_key(ByteSpan key) const;
  /// A value as its leaf, or the overflow run that the leaf names, has it.
  bool holds_value(std::size_t key_bytes, ByteSpan value) const;

 private:
  bool is_mapped(const std::uint8_t* at) const;
  bool within_page(ByteSpan bytes) const;
  bool holds_run(ByteSpan value) const;

  MDB_env* environment_ = nullptr;
  std::size_t page_bytes_ = 0;
  /// Null: not known. What a write transaction has changed lies elsewhere, page by page.
  const std::uint8_t* base_ = nullptr;
  std::size_t map_bytes_ = 0;
};

}  // namespace tern::store
