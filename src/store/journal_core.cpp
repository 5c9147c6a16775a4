#include "store/journal_core.hpp"

#include "base/codec.hpp"

namespace tern::store {
namespace {

// A page of the tree, or what lies beside each other in one or two.
constexpr std::size_t neighbours_bytes = 4096;
// A page costs the tree 4 KiB however little of it has changed; a journal costs each byte twice. So
// what is large for the number of its rows goes straight to where it belongs.
constexpr std::size_t bulk_bytes_a_row = 1024;
// Such a commit makes the journal shorter, so that soon nobody looks into one: by so much of its
// own bytes, for it should take not much longer.
constexpr std::size_t bulk_share = 8;
enum class Kind : std::uint8_t { put = 1, erase = 2, home = 3 };

Bytes key_of_row(std::uint64_t number) { return std::move(Writer().number(number)).take(); }

void write_change(Writer& row, Kind kind, ByteSpan key, ByteSpan value = {}) {
  row.number(static_cast<std::uint8_t>(kind)).vector(key);
  if (kind == Kind::put) row.vector(value);
}

struct ParsedChange {
  Kind kind = Kind::home;
  ByteSpan key;
  ByteSpan value;
};

// Errors: storage_damaged.
Result<ParsedChange> read_change(Reader& row) {
  const Error damaged(Errc::storage_damaged, "a row of the journal does not parse");
  const auto kind = row.number<std::uint8_t>();
  if (!kind || *kind < 1 || *kind > 3) return damaged;
  const auto key = row.vector(1 + key_bytes_max);
  if (!key || key->empty() || key->front() > tables_max) return damaged;
  ParsedChange out{static_cast<Kind>(*kind), *key, {}};
  if (out.kind != Kind::put) return out;
  const auto value = row.vector(value_bytes_max);
  if (!value) return damaged;
  out.value = *value;
  return out;
}

std::size_t bytes_of(const Changes::value_type& row) {
  return row.first.size() + (row.second.value ? row.second.value->size() : 0);
}

std::size_t bytes_of(const Changes& changes) {
  std::size_t out = 0;
  for (const auto& row : changes) out += bytes_of(row);
  return out;
}

Result<void> write_to_table(WriteTransaction& tables, const Changes::value_type& row) {
  const auto& [key, change] = row;
  const Table table{key.front()};
  const auto user_part = key.subspan(1);
  return change.value ? tables.put(table, user_part, *change.value)
                      : tables.erase(table, user_part);
}

}  // namespace

Result<std::shared_ptr<const Waiting>> JournalCore::waiting(ReadTransaction& tables) {
  if (doubtful_) TERN_TRY(load(tables));
  return std::shared_ptr<const Waiting>(waiting_);
}

Result<void> JournalCore::load(ReadTransaction& tables) {
  waiting_ = std::make_shared<Waiting>();
  first_ = 1;
  rows_bytes_ = 0;
  Result<void> outcome;
  TERN_TRY(tables.scan(options_.table, {}, {}, [&](ByteSpan key, ByteSpan row) {
    const auto number = Reader(key).number<std::uint64_t>();
    if (number && is_empty()) first_ = *number;
    outcome = number && *number == first_ + waiting_->rows.size()
                  ? take_row(std::make_shared<const Bytes>(to_bytes(row)))
                  : Error(Errc::storage_damaged, "a row of the journal is missing");
    return outcome ? Scan::next : Scan::stop;
  }));
  TERN_TRY(outcome);
  doubtful_ = false;
  return {};
}

// What it says comes over what older ones say, and is seen where it stands.
Result<void> JournalCore::take_row(std::shared_ptr<const Bytes> row) {
  const auto number = first_ + waiting_->rows.size();
  auto& changes = waiting_->changes;
  rows_bytes_ += row->size();
  waiting_->rows.push_back(row);
  for (Reader reader(*row); !reader.empty();) {
    TERN_ASSIGN(const auto change, read_change(reader));
    auto at = changes.lower_bound(change.key);
    // With its key, whose bytes are the older row's.
    if (at != changes.end() && std::ranges::equal(at->first, change.key)) at = changes.erase(at);
    if (change.kind == Kind::home) continue;
    const bool puts = change.kind == Kind::put;
    changes.emplace_hint(at, change.key,
                         Change{puts ? std::optional(change.value) : std::nullopt, number});
  }
  return {};
}

Result<void> JournalCore::commit(WriteTransaction& tables, const Changes& changes,
                                 Durability durability) {
  if (changes.empty()) return tables.commit(durability);
  auto done = change(tables, durability, [&] { return write(tables, changes); });
  if (!done && done.error() == Errc::storage_full) full_ = true;
  return done;
}

Result<void> JournalCore::change(WriteTransaction& tables, Durability durability,
                                 const std::function<Result<void>()>& work) {
  // Until it is known to be kept, whatever comes between.
  doubtful_ = true;
  // A reader keeps what it has.
  if (waiting_.use_count() > 1) waiting_ = std::make_shared<Waiting>(*waiting_);
  auto done = work();
  if (done) done = tables.commit(durability);
  doubtful_ = !done;
  return done;
}

// In transactions of their own, that nobody's changes take the last pages. As going home takes
// some, too, it is tried with less when there are none.
void JournalCore::make_room() {
  for (auto share = options_.waiting_bytes; full_ && share > 0;) {
    const auto done = bring_home_apart(share);
    if (done)
      full_ = !is_empty();
    else if (done.error() == Errc::storage_full)
      share /= 4;
    else
      return;
  }
}

Result<void> JournalCore::bring_home_apart(std::size_t bytes_max) {
  TERN_ASSIGN(const auto transaction, tables_->write());
  TERN_TRY(waiting(*transaction));
  return change(*transaction, Durability::lazy,
                [&] { return bring_home(*transaction, bytes_max, 0); });
}

Result<void> JournalCore::write(WriteTransaction& tables, const Changes& changes) {
  const auto bytes = bytes_of(changes);
  const bool is_bulk = bytes > changes.size() * bulk_bytes_a_row || bytes > options_.waiting_bytes;
  if (full_) return write_through(tables, changes);
  if (is_bulk) {
    TERN_TRY(bring_home(tables, bytes / bulk_share, 0));
    return write_through(tables, changes);
  }
  // Twice what comes, so that a long journal gets shorter.
  TERN_TRY(bring_home(tables, 2 * bytes, options_.waiting_bytes));
  return append(tables, changes);
}

Result<void> JournalCore::append(WriteTransaction& tables, const Changes& changes) {
  Writer row;
  for (const auto& [key, change] : changes) {
    write_change(row, change.value ? Kind::put : Kind::erase, key,
                 change.value.value_or(ByteSpan()));
    if (row.size() >= options_.row_bytes)
      TERN_TRY(put_row(tables, std::move(std::exchange(row, Writer())).take()));
  }
  return row.size() > 0 ? put_row(tables, std::move(row).take()) : Result<void>();
}

Result<void> JournalCore::write_through(WriteTransaction& tables, const Changes& changes) {
  Writer row;
  for (const auto& change : changes) {
    TERN_TRY(write_to_table(tables, change));
    // An older row may speak of a key that does not wait any more, too.
    if (!is_empty()) write_change(row, Kind::home, change.first);
  }
  return is_empty() ? Result<void>() : put_row(tables, std::move(row).take());
}

Result<void> JournalCore::put_row(WriteTransaction& tables, Bytes row) {
  row.shrink_to_fit();
  TERN_TRY(tables.put(options_.table, key_of_row(first_ + waiting_->rows.size()), row));
  return take_row(std::make_shared<const Bytes>(std::move(row)));
}

// Of the oldest rows, whole ones: so what was brought home once need not be again, however often
// this is opened anew.
Result<void> JournalCore::bring_home(WriteTransaction& tables, std::size_t bytes_max,
                                     std::size_t rows_bytes_left) {
  for (std::size_t bytes = 0; bytes < bytes_max && rows_bytes_ > rows_bytes_left; ++first_) {
    const auto row = waiting_->rows.front();
    TERN_TRY(tables.erase(options_.table, key_of_row(first_)));
    for (Reader reader(*row); !reader.empty();) {
      TERN_ASSIGN(const auto change, read_change(reader));
      const auto waits = waiting_->changes.find(change.key);
      // A newer row says it anew, or a neighbour took it home.
      if (waits == waiting_->changes.end() || waits->second.journal_row != first_) continue;
      TERN_ASSIGN(const auto brought,
                  bring_neighbours(tables, waits, std::min(neighbours_bytes, bytes_max - bytes)));
      bytes = std::min(bytes + brought, bytes_max);
    }
    waiting_->rows.pop_front();
    rows_bytes_ -= row->size();
  }
  return {};
}

/// The first in any case.
Result<std::size_t> JournalCore::bring_neighbours(WriteTransaction& tables, Changes::iterator first,
                                                  std::size_t bytes_max) {
  std::size_t bytes = 0;
  do {
    TERN_TRY(write_to_table(tables, *first));
    bytes += bytes_of(*first);
    first = waiting_->changes.erase(first);
  } while (first != waiting_->changes.end() && bytes < bytes_max);
  return bytes;
}

}  // namespace tern::store
