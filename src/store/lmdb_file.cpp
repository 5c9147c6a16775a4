#include "store/lmdb_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/try.hpp"
#include "store/lmdb_error.hpp"

namespace tern::store {

using namespace lmdb_format;

namespace {

// What every LMDB file begins with: page 0's header and the format's magic number.
Bytes first_bytes() {
  PageHeader header{};
  header.flags = flag_meta;
  Bytes out(sizeof(header) + sizeof(magic));
  std::memcpy(out.data(), &header, sizeof(header));
  std::memcpy(out.data() + sizeof(header), &magic, sizeof(magic));
  return out;
}

bool is_page_size(std::size_t bytes) {
  return std::has_single_bit(bytes) && bytes >= page_bytes_min && bytes <= page_bytes_max;
}

bool is_tree(const Tree& tree, PageNumber last_page) {
  if (tree.depth > depth_max) return false;
  if (tree.root == no_page) return tree.depth == 0;
  return tree.depth > 0 && tree.root >= meta_pages && tree.root <= last_page;
}

// What a node takes of its page; nullopt when not even its header fits.
std::optional<std::size_t> node_bytes(ByteSpan page, std::size_t offset, bool leaf) {
  if (offset + sizeof(NodeHeader) > page.size()) return std::nullopt;
  const auto node = load<NodeHeader>(page.subspan(offset));
  std::size_t bytes = sizeof(NodeHeader) + node.key_bytes;
  if (leaf) bytes += (node.flags & node_is_big) ? sizeof(PageNumber) : node.data_bytes();
  return bytes + bytes % 2;
}

// LMDB packs a page's nodes side by side from `upper` to the page's end, and moves them about with
// their lengths as it finds them: a gap or an overlap would let it write outside of the page.
bool nodes_fill(ByteSpan page, bool leaf) {
  std::vector<std::uint16_t> offsets(node_count(page));
  std::memcpy(offsets.data(), page.data() + sizeof(PageHeader), offsets.size() * 2);
  std::sort(offsets.begin(), offsets.end());
  std::size_t next = load<PageHeader>(page).upper;
  for (const auto offset : offsets) {
    const auto bytes = node_bytes(page, offset, leaf);
    if (offset != next || !bytes) return false;
    next += *bytes;
  }
  return next == page.size();
}

}  // namespace

Error LmdbFile::damaged(std::string_view what) const {
  return {Errc::storage_damaged, name_ + " is damaged: " + std::string(what)};
}

Result<LmdbFile> LmdbFile::open(const std::filesystem::path& path) {
  LmdbFile file;
  file.name_ = path.string();
  file.handle_ = FileHandle(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.handle_.is_open() && errno == EISDIR)
    return Error(Errc::storage_foreign, file.name_ + " is a folder");
  if (!file.handle_.is_open()) return lmdb_error(errno, "open " + file.name_);
  struct stat status;
  if (::fstat(file.handle_.get(), &status) != 0) return lmdb_error(errno, "read " + file.name_);
  if (!S_ISREG(status.st_mode)) return Error(Errc::storage_foreign, file.name_ + " is no file");
  file.file_bytes_ = static_cast<std::uint64_t>(status.st_size);
  TERN_TRY(file.find_newest());
  return file;
}

Result<Bytes> LmdbFile::read_at(std::uint64_t offset, std::size_t bytes) const {
  if (offset > file_bytes_ || bytes > file_bytes_ - offset) return damaged("it ends too early");
  Bytes out(bytes);
  std::size_t done = 0;
  while (done < bytes) {
    const auto got =
        ::pread(handle_.get(), out.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return lmdb_error(errno, "read " + name_);
    if (got == 0) return damaged("it ends too early");
    done += static_cast<std::size_t>(got);
  }
  return out;
}

Result<Bytes> LmdbFile::read(PageNumber number, std::size_t bytes) const {
  if (number < meta_pages || number > newest_.last_page)
    return damaged("a page has no place in it");
  return read_at(number * page_bytes(), bytes);
}

Result<Meta> LmdbFile::meta(std::uint64_t offset) const {
  TERN_ASSIGN(const auto bytes, read_at(offset, sizeof(PageHeader) + sizeof(Meta)));
  const auto header = load<PageHeader>(bytes);
  const auto out = load<Meta>(ByteSpan(bytes).subspan(sizeof(PageHeader)));
  if (header.flags != flag_meta || out.magic != magic || out.version != version)
    return damaged("one of its first two pages is not LMDB's");
  return out;
}

Result<void> LmdbFile::find_newest() {
  if (file_bytes_ == 0) return damaged("it is empty");
  const auto expected = first_bytes();
  TERN_ASSIGN(const auto start, read_at(0, std::min<std::uint64_t>(file_bytes_, expected.size())));
  if (!std::equal(start.begin(), start.end(), expected.begin()))
    return Error(Errc::storage_foreign, name_ + " is not a database of tern's");

  TERN_ASSIGN(const auto even, meta(0));
  if (!is_page_size(even.free.page_bytes)) return damaged("its page size is none");
  TERN_ASSIGN(const auto odd, meta(even.free.page_bytes));
  newest_ = even.transaction >= odd.transaction ? even : odd;
  // Each transaction writes the other page, so a pair that does not follow was never written.
  const auto older = std::min(even.transaction, odd.transaction);
  const bool in_place = newest_.transaction % 2 == (even.transaction >= odd.transaction ? 0u : 1u);
  const bool in_turn = newest_.transaction - older == (newest_.transaction == 0 ? 0u : 1u);
  if (!in_place || !in_turn || even.free.page_bytes != odd.free.page_bytes)
    return damaged("its first two pages do not belong together");
  if (newest_.last_page < meta_pages - 1 || newest_.last_page > no_page / page_bytes_max ||
      !is_tree(newest_.free, newest_.last_page) || !is_tree(newest_.main, newest_.last_page))
    return damaged("its newest root is none");
  return {};
}

Result<Bytes> LmdbFile::tree_page(PageNumber number) const {
  TERN_ASSIGN(auto page, read(number, page_bytes()));
  const auto header = load<PageHeader>(page);
  const bool leaf = header.flags == flag_leaf;
  if (header.number != number || (!leaf && header.flags != flag_branch) ||
      header.lower < sizeof(PageHeader) || header.lower % 2 != 0 || header.upper < header.lower ||
      header.upper > page.size())
    return damaged("a page's header is none");
  if (node_count(page) == 0) return damaged("a page is empty");
  if (!nodes_fill(page, leaf)) return damaged("a page's rows overlap");
  return page;
}

std::size_t node_count(ByteSpan page) {
  return (load<PageHeader>(page).lower - sizeof(PageHeader)) / 2;
}

Node node_at(ByteSpan page, std::size_t index) {
  const auto offset = load<std::uint16_t>(page.subspan(sizeof(PageHeader) + 2 * index));
  Node out;
  out.header = load<NodeHeader>(page.subspan(offset));
  out.key = page.subspan(offset + sizeof(NodeHeader), out.header.key_bytes);
  if (load<PageHeader>(page).flags == flag_branch) return out;
  const auto bytes = out.is_big() ? sizeof(PageNumber) : out.header.data_bytes();
  out.data = page.subspan(offset + sizeof(NodeHeader) + out.header.key_bytes, bytes);
  return out;
}

}  // namespace tern::store
