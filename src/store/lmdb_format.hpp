// LMDB 0.9's file format, as its mdb.c lays it out (MDB_page, MDB_node, MDB_db, MDB_meta): host
// byte order, words of the host's size, pages of the size that page 0 names.
//
//   page 0, 1   header, Meta: transaction N writes page N mod 2, the newer one counts
//   branch      header, offsets of nodes: (key, page number), the first key may be empty
//   leaf        header, offsets of nodes: (key, value) or (key, page number of an overflow run)
//   overflow    header with the number of pages in the run, then the value across them
//
// Two trees: the free list (transaction number -> pages that it freed) and ours.
#pragma once

#include <bit>
#include <cstring>

#include "tern/bytes.hpp"

namespace tern::store::lmdb_format {

using PageNumber = std::size_t;
inline constexpr PageNumber no_page = ~PageNumber{0};

inline constexpr std::uint32_t magic = 0xBEEFC0DE;
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t page_bytes_min = 256;
inline constexpr std::size_t page_bytes_max = 65536;
inline constexpr PageNumber meta_pages = 2;
inline constexpr std::uint16_t depth_max = 32;

inline constexpr std::uint16_t flag_branch = 0x01;
inline constexpr std::uint16_t flag_leaf = 0x02;
inline constexpr std::uint16_t flag_overflow = 0x04;
inline constexpr std::uint16_t flag_meta = 0x08;
inline constexpr std::uint16_t node_is_big = 0x01;
inline constexpr std::uint16_t free_tree_flags = 0x08;   // MDB_INTEGERKEY
inline constexpr std::uint16_t lone_file_flag = 0x4000;  // MDB_NOSUBDIR when it was made
inline constexpr std::uint16_t main_tree_flags = 0;

struct PageHeader {
  PageNumber number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint16_t lower;  // end of the node offsets
  std::uint16_t upper;  // start of the nodes
};
/// Of an overflow run's first page.
struct RunHeader {
  PageNumber number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint32_t pages;
};
static_assert(sizeof(PageHeader) == sizeof(RunHeader));

struct Tree {
  std::uint32_t page_bytes;  // the free list's names the file's page size
  std::uint16_t flags;
  std::uint16_t depth;
  PageNumber branch_pages;
  PageNumber leaf_pages;
  PageNumber overflow_pages;
  std::size_t entries;
  PageNumber root;
};

struct Meta {
  std::uint32_t magic;
  std::uint32_t version;
  std::size_t address;
  std::size_t map_bytes;
  Tree free;
  Tree main;
  PageNumber last_page;
  std::size_t transaction;
};

/// A structure at the start of `bytes`, which has room for it.
template <class T>
T load(ByteSpan bytes) {
  T out;
  std::memcpy(&out, bytes.data(), sizeof(T));
  return out;
}

struct NodeHeader {
  std::uint16_t half[2];  // low half first on little-endian hosts
  std::uint16_t flags;
  std::uint16_t key_bytes;

  std::uint32_t data_bytes() const {
    constexpr bool little = std::endian::native == std::endian::little;
    return half[little ? 0 : 1] | static_cast<std::uint32_t>(half[little ? 1 : 0]) << 16;
  }
  PageNumber child() const {
    PageNumber out = data_bytes();
    if constexpr (sizeof(PageNumber) > 4) out |= static_cast<PageNumber>(flags) << 32;
    return out;
  }
};

/// A branch's or leaf's node, its spans inside the page.
struct Node {
  NodeHeader header;
  ByteSpan key;
  ByteSpan data;  // a leaf's: the value, or the number of the page where it is (is_big())
  bool is_big() const { return (header.flags & node_is_big) != 0; }
};

/// How many pages a value of this size takes as an overflow run.
inline std::size_t run_pages(std::size_t data_bytes, std::size_t page_bytes) {
  return (sizeof(PageHeader) - 1 + data_bytes) / page_bytes + 1;
}

}  // namespace tern::store::lmdb_format
