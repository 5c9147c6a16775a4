#include "store/journal.hpp"

#include "store/journal_core.hpp"

namespace tern::store {
namespace {

// Bytes that stay where they are, for as long as it lives.
class Copies {
 public:
  ByteSpan add(ByteSpan bytes) {
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < bytes.size())
      chunks_.emplace_back().reserve(std::max(bytes.size(), chunk_bytes));
    auto& chunk = chunks_.back();
    chunk.insert(chunk.end(), bytes.begin(), bytes.end());
    return ByteSpan(chunk).last(bytes.size());
  }

 private:
  static constexpr std::size_t chunk_bytes = 16'384;
  std::vector<Bytes> chunks_;
};

class JournaledRead final : public ReadTransaction {
 public:
  JournaledRead(std::unique_ptr<ReadTransaction> tables, std::shared_ptr<const Waiting> waiting)
      : tables_(std::move(tables)), waiting_(std::move(waiting)) {}

  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override {
    return rows_.get(table, key);
  }
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) override {
    return rows_.scan(table, prefix, first, visit);
  }
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last, const Visit& visit) override {
    return rows_.scan_back(table, prefix, last, visit);
  }

 private:
  std::unique_ptr<ReadTransaction> tables_;
  std::shared_ptr<const Waiting> waiting_;
  Overlay rows_{waiting_->changes, *tables_};
};

// Nothing of it is in the tables before its commit, nor in what waits: readers see neither, and
// dropped it has left nothing to be undone.
class JournaledWrite final : public WriteTransaction {
 public:
  JournaledWrite(std::shared_ptr<JournalCore> core, std::unique_ptr<WriteTransaction> tables,
                 const Changes& waiting)
      : core_(std::move(core)), tables_(std::move(tables)), kept_(waiting, *tables_) {}

  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override {
    TERN_CHECK(!done_);
    return rows_.get(table, key);
  }
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) override {
    TERN_CHECK(!done_);
    return rows_.scan(table, prefix, first, visit);
  }
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last, const Visit& visit) override {
    TERN_CHECK(!done_);
    return rows_.scan_back(table, prefix, last, visit);
  }
  Result<void> put(Table table, ByteSpan key, ByteSpan value) override {
    TERN_CHECK(!done_);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    TERN_TRY(check_value(value));
    set(row, copies_.add(value));
    return {};
  }
  Result<void> erase(Table table, ByteSpan key) override {
    TERN_CHECK(!done_);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    TERN_ASSIGN(const auto there, get(table, key));
    if (there) set(row, std::nullopt);
    return {};
  }
  Result<void> commit(Durability durability) override {
    TERN_CHECK(!done_);
    done_ = true;
    return core_->commit(*tables_, changes_, durability);
  }

 private:
  void set(const RowKey& row, std::optional<ByteSpan> value) {
    const auto at = changes_.lower_bound(row.span());
    if (at != changes_.end() && std::ranges::equal(at->first, row.span()))
      at->second.value = value;
    else
      changes_.emplace_hint(at, copies_.add(row.span()), Change{value});
  }

  std::shared_ptr<JournalCore> core_;
  std::unique_ptr<WriteTransaction> tables_;
  Copies copies_;
  Changes changes_;
  Overlay kept_;
  Overlay rows_{changes_, kept_};
  bool done_ = false;
};

class JournaledEnvironment final : public Environment {
 public:
  explicit JournaledEnvironment(std::shared_ptr<JournalCore> core) : core_(std::move(core)) {}

  Result<std::unique_ptr<ReadTransaction>> read() override {
    TERN_ASSIGN(auto tables, core_->tables().read());
    TERN_ASSIGN(auto waiting, core_->waiting(*tables));
    return std::unique_ptr<ReadTransaction>(
        std::make_unique<JournaledRead>(std::move(tables), std::move(waiting)));
  }
  Result<std::unique_ptr<WriteTransaction>> write() override {
    core_->make_room();
    TERN_ASSIGN(auto tables, core_->tables().write());
    TERN_ASSIGN(const auto waiting, core_->waiting(*tables));
    return std::unique_ptr<WriteTransaction>(
        std::make_unique<JournaledWrite>(core_, std::move(tables), waiting->changes));
  }
  Counters counters() const override { return core_->tables().counters(); }
  Result<void> grow() override { return core_->tables().grow(); }

 private:
  std::shared_ptr<JournalCore> core_;
};

}  // namespace

Result<std::unique_ptr<Environment>> open_journaled(std::unique_ptr<Environment> tables,
                                                    const JournalOptions& options) {
  TERN_CHECK(options.waiting_bytes <= value_bytes_max / 2);
  auto core = std::make_shared<JournalCore>(std::move(tables), options);
  auto out = std::make_unique<JournaledEnvironment>(std::move(core));
  TERN_TRY(out->read());
  return std::unique_ptr<Environment>(std::move(out));
}

}  // namespace tern::store
