#include "store/journal_core.hpp"

#include <algorithm>

namespace tern::store {
namespace {

// Two for one, so that a long journal gets shorter.
constexpr std::uint64_t rows_dropped_with_each = 2;

using NumberKey = std::array<std::uint8_t, 8>;

NumberKey key_of(std::uint64_t number) {
  NumberKey out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return out;
}

std::uint64_t number_of(ByteSpan key) {
  std::uint64_t out = 0;
  for (const auto byte : key) out = out << 8 | byte;
  return out;
}

Result<void> write(WriteTransaction& tables, const MemoryRow& row) {
  const Table table{row.key.front()};
  const auto key = row.key.subspan(1);
  return row.value ? tables.put(table, key, *row.value) : tables.erase(table, key);
}

}  // namespace

Result<void> ChangeWriter::replay(ByteSpan row, PendingRows& pending) {
  Reader reader(row);
  while (!reader.empty()) {
    const auto kind = reader.number<std::uint8_t>();
    const auto key = reader.vector();
    const bool puts = kind && *kind == static_cast<std::uint8_t>(Kind::put);
    const auto value = puts ? reader.vector() : Result<ByteSpan>(ByteSpan());
    if (!kind || !key || !value || key->empty() || *kind > static_cast<std::uint8_t>(Kind::settle))
      return Error(Errc::storage_damaged, "a row of the journal does not parse");
    if (*kind == static_cast<std::uint8_t>(Kind::settle))
      pending.drop(*key);
    else
      pending.set(*key, puts ? std::make_shared<const Bytes>(to_bytes(*value)) : nullptr);
  }
  return {};
}

Result<void> JournalCore::make_sure(ReadTransaction& tables) {
  if (!doubtful_) return {};
  pending_.clear();
  TERN_TRY(load(tables));
  pending_.keep();
  doubtful_ = false;
  return {};
}

Result<void> JournalCore::load(ReadTransaction& tables) {
  Result<void> outcome;
  first_ = next_ = 1;
  bool empty = true;
  TERN_TRY(tables.scan(options_.table, {}, {}, [&](ByteSpan key, ByteSpan value) {
    if (empty) first_ = number_of(key);
    empty = false;
    next_ = number_of(key) + 1;
    outcome = ChangeWriter::replay(value, pending_);
    return outcome ? Scan::next : Scan::stop;
  }));
  TERN_TRY(outcome);
  settled_below_ = first_;
  round_at_.clear();
  round_began_ = next_;
  return {};
}

// Who was waiting when the round began has been brought home in it.
void JournalCore::end_round() {
  settled_below_ = round_began_;
  round_at_.clear();
  round_began_ = next_;
}

Result<bool> JournalCore::settle_next(WriteTransaction& tables, std::size_t& bytes) {
  Bytes key;
  const auto row = pending_.take(round_at_, key);
  if (!row) return false;
  TERN_TRY(write(tables, *row));
  bytes += key.size() + (row->value ? row->value->size() : 0);
  // The smallest key after it.
  round_at_ = std::move(key);
  round_at_.push_back(0);
  return true;
}

Result<void> JournalCore::settle(WriteTransaction& tables, std::size_t bytes) {
  std::size_t settled = 0;
  while (settled < bytes && !pending_.rows().empty()) {
    TERN_ASSIGN(const bool more, settle_next(tables, settled));
    if (!more) end_round();
  }
  if (!pending_.rows().empty()) return {};
  end_round();
  settled_below_ = next_;
  return {};
}

Result<void> JournalCore::drop_rows(WriteTransaction& tables, std::uint64_t count_max) {
  for (; count_max > 0 && first_ < settled_below_; --count_max)
    TERN_TRY(tables.erase(options_.table, key_of(first_++)));
  return {};
}

// The more waits, the more is brought home: as much as comes, when as much waits as may.
Result<void> JournalCore::append(WriteTransaction& tables, ByteSpan changes) {
  TERN_TRY(tables.put(options_.table, key_of(next_++), changes));
  const auto share = static_cast<double>(pending_.bytes()) /
                     static_cast<double>(std::max<std::size_t>(options_.pending_bytes, 1));
  TERN_TRY(settle(tables, static_cast<std::size_t>(share * static_cast<double>(changes.size()))));
  return drop_rows(tables, rows_dropped_with_each);
}

Result<void> JournalCore::settle_all(WriteTransaction& tables) {
  doubt();
  round_at_.clear();
  for (bool more = true; more;) {
    std::size_t settled = 0;
    TERN_ASSIGN(more, settle_next(tables, settled));
  }
  settled_below_ = next_;
  return drop_rows(tables, UINT64_MAX);
}

void JournalCore::committed() {
  pending_.keep();
  doubtful_ = false;
}

}  // namespace tern::store
