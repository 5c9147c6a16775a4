#include "store/overlay.hpp"

namespace tern::store {
namespace {

enum class Way : std::uint8_t { up, down };

// The changes that a scan covers, one after the other.
class ChangesInRange {
 public:
  ChangesInRange(const Changes& changes, const RowRange& range, Way way)
      : changes_(changes), range_(range), way_(way) {
    if (way == Way::up) {
      at_ = changes.lower_bound(range.first());
      return;
    }
    at_ = range.includes_last() ? changes.upper_bound(range.last())
                                : changes.lower_bound(range.last());
    step_down();
  }

  /// Whether the next comes before this key, as the scan's visitor gets it, on this way.
  bool next_is_before(ByteSpan key) const {
    return has_next() &&
           (way_ == Way::up ? key_less(user_part(), key) : key_less(key, user_part()));
  }
  bool next_is_at(ByteSpan key) const { return has_next() && std::ranges::equal(user_part(), key); }
  bool has_next() const { return at_ != changes_.end() && range_.within(at_->first); }
  /// Shows it and goes on.
  Scan give(const ReadTransaction::Visit& visit) {
    const auto& [key, change] = *at_;
    // First: what the visitor adds may lie beside it, in another table.
    way_ == Way::up ? void(++at_) : step_down();
    return change.value ? visit(key.subspan(1), *change.value) : Scan::next;
  }

 private:
  ByteSpan user_part() const { return at_->first.subspan(1); }
  void step_down() { at_ = at_ == changes_.begin() ? changes_.end() : std::prev(at_); }

  const Changes& changes_;
  const RowRange& range_;
  Way way_;
  Changes::const_iterator at_;
};

// `scan_below` scans what lies below with the visitor that it gets.
template <class ScanBelow>
Result<void> merge(ChangesInRange changes, const ReadTransaction::Visit& visit,
                   const ScanBelow& scan_below) {
  auto went = Scan::next;
  TERN_TRY(scan_below([&](ByteSpan key, ByteSpan value) {
    while (went == Scan::next && changes.next_is_before(key)) went = changes.give(visit);
    if (went == Scan::next)
      went = changes.next_is_at(key) ? changes.give(visit) : visit(key, value);
    return went;
  }));
  while (went == Scan::next && changes.has_next()) went = changes.give(visit);
  return {};
}

}  // namespace

Result<std::optional<ByteSpan>> Overlay::get(Table table, ByteSpan key) {
  TERN_ASSIGN(const auto row, RowKey::make(table, key));
  const auto found = changes_.find(row.span());
  if (found == changes_.end()) return below_.get(table, key);
  return found->second.value;
}

Result<void> Overlay::scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) {
  TERN_ASSIGN(const auto range, RowRange::make(table, prefix, first));
  return merge({changes_, range, Way::up}, visit,
               [&](const Visit& merging) { return below_.scan(table, prefix, first, merging); });
}

Result<void> Overlay::scan_back(Table table, ByteSpan prefix, ByteSpan last, const Visit& visit) {
  TERN_ASSIGN(const auto range, RowRange::make_back(table, prefix, last));
  return merge({changes_, range, Way::down}, visit, [&](const Visit& merging) {
    return below_.scan_back(table, prefix, last, merging);
  });
}

}  // namespace tern::store
