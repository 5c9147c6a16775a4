#include "store/lmdb_map.hpp"

#include <lmdb.h>
#include <unistd.h>

#include "store/lmdb_format.hpp"
#include "store/port.hpp"

namespace tern::store {

using namespace lmdb_format;

namespace {

constexpr MDB_dbi tree_of_rows = 1;  // LMDB's number for its unnamed tree

// LMDB's me_nodemax: a longer node's value goes into pages of its own.
std::size_t node_bytes_max(std::size_t page_bytes) {
  return ((page_bytes - sizeof(PageHeader)) / 2 & ~std::size_t{1}) - sizeof(std::uint16_t);
}

// The first key of the tree, where LMDB has it; null without one.
const std::uint8_t* first_key(MDB_env* environment) {
  MDB_txn* transaction = nullptr;
  if (mdb_txn_begin(environment, nullptr, MDB_RDONLY, &transaction) != 0) return nullptr;
  MDB_cursor* cursor = nullptr;
  MDB_val key{}, value{};
  int code = mdb_cursor_open(transaction, tree_of_rows, &cursor);
  if (code == 0) code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  if (cursor != nullptr) mdb_cursor_close(cursor);
  mdb_txn_abort(transaction);
  return code == 0 ? static_cast<const std::uint8_t*>(key.mv_data) : nullptr;
}

// The page whose first node has this key. Pages lie where the system's begin, and may be several of
// them long.
const std::uint8_t* page_of(const std::uint8_t* key, std::size_t page_bytes) {
  const auto step = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto* page = key - reinterpret_cast<std::uintptr_t>(key) % step;
  for (; static_cast<std::size_t>(key - page) < page_bytes; page -= step) {
    const auto header = load<PageHeader>({page, sizeof(PageHeader)});
    const auto offset = load<std::uint16_t>({page + sizeof(PageHeader), sizeof(std::uint16_t)});
    if (header.flags == flag_leaf && page + offset + sizeof(NodeHeader) == key) return page;
    if (header.flags == flag_leaf) break;
  }
  return nullptr;
}

}  // namespace

LmdbMap LmdbMap::find(MDB_env* environment) {
  LmdbMap out;
  MDB_envinfo info;
  MDB_stat stat;
  mdb_env_info(environment, &info);
  mdb_env_stat(environment, &stat);
  out.environment_ = environment;
  out.page_bytes_ = stat.ms_psize;
  const auto* const key = first_key(environment);
  const auto* const page = key ? page_of(key, out.page_bytes_) : nullptr;
  if (!page) return out;
  out.base_ = page - load<PageHeader>({page, sizeof(PageHeader)}).number * out.page_bytes_;
  out.map_bytes_ = info.me_mapsize;
  return out;
}

bool LmdbMap::is_mapped(const std::uint8_t* at) const {
  const auto place = reinterpret_cast<std::uintptr_t>(at);
  const auto base = reinterpret_cast<std::uintptr_t>(base_);
  return base_ != nullptr && place >= base && place - base < map_bytes_;
}

bool LmdbMap::within_page(ByteSpan bytes) const {
  if (!is_mapped(bytes.data())) return true;
  const auto in_page = static_cast<std::size_t>(bytes.data() - base_) % page_bytes_;
  return bytes.size() <= page_bytes_ - in_page;
}

bool LmdbMap::holds_key(ByteSpan key) const {
  return key.size() <= 1 + key_bytes_max && within_page(key);
}

bool LmdbMap::holds_value(std::size_t key_bytes, ByteSpan value) const {
  if (page_bytes_ == 0) return true;
  if (value.size() > value_bytes_max) return false;
  const bool in_leaf = sizeof(NodeHeader) + key_bytes + value.size() <= node_bytes_max(page_bytes_);
  return in_leaf ? within_page(value) : holds_run(value);
}

bool LmdbMap::holds_run(ByteSpan value) const {
  const auto header = load<RunHeader>({value.data() - sizeof(RunHeader), sizeof(RunHeader)});
  const auto pages = run_pages(value.size(), page_bytes_);
  // One that is being written has a flag more.
  if ((header.flags & flag_overflow) == 0 || header.pages < pages) return false;
  if (!is_mapped(value.data())) return true;
  MDB_envinfo info;
  mdb_env_info(environment_, &info);
  const auto offset = static_cast<std::size_t>(value.data() - base_);
  const auto first = offset / page_bytes_;
  return offset % page_bytes_ == sizeof(RunHeader) && header.number == first &&
         first <= info.me_last_pgno && pages <= info.me_last_pgno + 1 - first;
}

}  // namespace tern::store
