// Whether a file is a whole database of tern's: its stamp, then every page that the trees lead to.
#include <algorithm>
#include <deque>
#include <limits>

#include "base/try.hpp"
#include "store/lmdb_file.hpp"
#include "store/row_key.hpp"

namespace tern::store {

using namespace lmdb_format;

namespace {

// LMDB frees no more than its dirty list holds (MDB_IDL_UM_MAX) at the file's end unwritten.
constexpr std::size_t unwritten_pages_max = 131072;

// The smallest key there is, so the leftmost row of the tree.
Result<Stamp> stamp_of(const LmdbFile& file) {
  const auto& tree = file.newest().main;
  const Error foreign(Errc::storage_foreign, "the folder's database is not tern's");
  if (tree.root == no_page) return foreign;
  TERN_ASSIGN(auto page, file.tree_page(tree.root));
  for (auto depth = tree.depth; load<PageHeader>(page).flags == flag_branch; --depth) {
    if (depth <= 1) return file.damaged("its tree is deeper than it says");
    TERN_ASSIGN(page, file.tree_page(node_at(page, 0).header.child()));
  }
  const auto first = node_at(page, 0);
  TERN_ASSIGN(const auto key, RowKey::make(environment_table, {}));
  if (!std::ranges::equal(first.key, key.span()) || first.is_big()) return foreign;
  return parse_stamp(first.data);
}

class Inspection {
 public:
  explicit Inspection(const LmdbFile& file)
      : file_(file), used_(static_cast<std::size_t>(file.newest().last_page) + 1) {
    used_[0] = used_[1] = true;
  }

  Result<void> run() {
    const auto& newest = file_.newest();
    if ((newest.free.flags & ~lone_file_flag) != free_tree_flags ||
        newest.main.flags != main_tree_flags)
      return file_.damaged("its trees are of another kind");
    // A short file is whole when nothing needs its end: then the whole free list must be read.
    const bool is_short = file_pages() <= newest.last_page;
    TERN_TRY(walk(Which::free,
                  is_short ? std::numeric_limits<std::size_t>::max() : pages_inspected_max / 2));
    for (auto page = file_pages(); page <= newest.last_page; ++page)
      if (!used_[page]) return file_.damaged("it ends too early");
    return walk(Which::main, pages_inspected_max);
  }

 private:
  enum class Which { free, main };
  struct Step {
    PageNumber page;
    std::uint16_t depth;
  };

  PageNumber file_pages() const { return file_.file_bytes() / file_.page_bytes(); }

  // Level by level from the root, so that what the budget leaves out are leaves.
  Result<void> walk(Which which, std::size_t budget) {
    const auto& tree = which == Which::free ? file_.newest().free : file_.newest().main;
    std::deque<Step> steps;
    if (tree.root != no_page) steps.push_back({tree.root, tree.depth});
    for (; !steps.empty() && pages_read_ < budget; steps.pop_front()) {
      const auto step = steps.front();
      TERN_TRY(claim(step.page, 1));
      TERN_ASSIGN(const auto page, file_.tree_page(step.page));
      ++pages_read_;
      const bool is_leaf = load<PageHeader>(page).flags == flag_leaf;
      if (is_leaf != (step.depth == 1)) return file_.damaged("its tree is uneven");
      if (!is_leaf && which == Which::main && node_count(page) < 2)
        return file_.damaged("a branch leads nowhere");  // an assertion in LMDB
      for (std::size_t i = 0; i < node_count(page); ++i) {
        const auto node = node_at(page, i);
        TERN_TRY(check_order(page, i, which));
        if (!is_leaf)
          steps.push_back({node.header.child(), static_cast<std::uint16_t>(step.depth - 1)});
        else
          TERN_TRY(which == Which::free ? check_free(node) : check_row(node));
      }
    }
    return {};
  }

  // Every page belongs to one tree at one place, or is free.
  Result<void> claim(PageNumber first, std::size_t pages) {
    if (first < meta_pages || first >= used_.size() || pages > used_.size() - first)
      return file_.damaged("a page has no place in it");
    for (auto page = first; page < first + pages; ++page) {
      if (used_[page]) return file_.damaged("a page is used twice");
      used_[page] = true;
    }
    return {};
  }

  Result<void> check_order(ByteSpan page, std::size_t index, Which which) const {
    const bool is_leaf = load<PageHeader>(page).flags == flag_leaf;
    const auto key = node_at(page, index).key;
    if (key.empty() && (is_leaf || index > 0)) return file_.damaged("a row has no key");
    if (which == Which::free && !key.empty() && key.size() != sizeof(std::size_t))
      return file_.damaged("its free list is none");
    if (which == Which::free || index <= (is_leaf ? 0u : 1u)) return {};
    if (!key_less(node_at(page, index - 1).key, key)) return file_.damaged("rows are out of order");
    return {};
  }

  Result<void> check_row(const Node& node) {
    if ((node.header.flags & ~node_is_big) != 0) return file_.damaged("a row of an unknown kind");
    if (!node.is_big()) return {};
    TERN_TRY(check_run(node));
    return {};
  }

  // The pages of a value that is not in its leaf.
  Result<PageNumber> check_run(const Node& node) {
    const auto first = load<PageNumber>(node.data);
    TERN_ASSIGN(const auto bytes, file_.read(first, sizeof(RunHeader)));
    ++pages_read_;
    const auto header = load<RunHeader>(bytes);
    if (header.number != first || header.flags != flag_overflow ||
        header.pages < run_pages(node.header.data_bytes(), file_.page_bytes()) ||
        header.pages > file_pages() - first)
      return file_.damaged("a long row is cut");
    TERN_TRY(claim(first, header.pages));
    return first;
  }

  // A transaction number, and the list of pages that it freed: their count, then downwards.
  Result<void> check_free(const Node& node) {
    Bytes list(node.data.begin(), node.data.end());
    if (node.is_big()) {
      TERN_ASSIGN(const auto first, check_run(node));
      TERN_ASSIGN(list, file_.read(first, sizeof(RunHeader) + node.header.data_bytes()));
      list.erase(list.begin(), list.begin() + sizeof(RunHeader));
    }
    const auto words = list.size() / sizeof(PageNumber);
    const auto word = [&list](std::size_t at) {
      return load<PageNumber>(ByteSpan(list).subspan(at * sizeof(PageNumber)));
    };
    if (words == 0 || word(0) >= words || list.size() % sizeof(PageNumber) != 0)
      return file_.damaged("its free list is none");
    for (std::size_t i = 1; i <= word(0); ++i) {
      if (i > 1 && word(i) >= word(i - 1)) return file_.damaged("its free list is none");
      TERN_TRY(claim(word(i), 1));
    }
    return {};
  }

  const LmdbFile& file_;
  std::vector<bool> used_;
  std::size_t pages_read_ = 0;
};

}  // namespace

Result<Stamp> inspect_lmdb_file(const std::filesystem::path& path) {
  TERN_ASSIGN(const auto file, LmdbFile::open(path));
  TERN_ASSIGN(const auto stamp, stamp_of(file));
  if (file.newest().last_page >= file.file_bytes() / file.page_bytes() + unwritten_pages_max)
    return file.damaged("it ends too early");
  TERN_TRY(Inspection(file).run());
  return stamp;
}

}  // namespace tern::store
