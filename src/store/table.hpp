// A table whose values are sealed, so that its users read like the sentence they mean:
//
//   const SealedTable messages{tables::messages, sealer};
//   TERN_TRY(messages.put(transaction, messages.key(chat, seq), record));
#pragma once

#include "base/codec.hpp"
#include "store/sealed.hpp"

namespace tern::store {

class SealedTable {
 public:
  /// `sealer` must outlive it. As cheap to copy as two words.
  SealedTable(Table table, const Sealer& sealer) : table_(table), sealer_(&sealer) {}

  /// The row of `id`: its 16-byte row id.
  Bytes key(ByteSpan id) const;
  /// One of several rows of `id`, in the order of `number`: row id, then 8 bytes big-endian.
  Bytes key(ByteSpan id, std::uint64_t number) const;
  /// The number in a key of the second kind; 0 for a key that is too short to hold one.
  static std::uint64_t number_of(ByteSpan key);

  /// nullopt when there is no such row. Errors: storage_damaged, storage_io.
  Result<std::optional<crypto::SecretBytes>> get(ReadTransaction& transaction, ByteSpan key) const;
  /// Errors: as WriteTransaction's.
  Result<void> put(WriteTransaction& transaction, ByteSpan key, ByteSpan value) const;
  Result<void> erase(WriteTransaction& transaction, ByteSpan key) const;

  /// May fail: the scan then stops and returns that error. `value` lives for this visit.
  using Visit = std::function<Result<Scan>(ByteSpan key, const crypto::SecretBytes& value)>;
  /// As ReadTransaction's. Errors: storage_damaged at the first row that does not open, storage_io.
  Result<void> scan(ReadTransaction& transaction, ByteSpan prefix, ByteSpan first,
                    const Visit& visit) const;
  Result<void> scan_back(ReadTransaction& transaction, ByteSpan prefix, ByteSpan last,
                         const Visit& visit) const;

  Table table() const { return table_; }

 private:
  template <class Run>
  Result<void> scan_with(const Visit& visit, Run&& run) const;

  Table table_;
  const Sealer* sealer_;
};

/// A sealed table of one kind of record, which has
///   void write(BasicWriter<crypto::SecretBytes>&) const;   static Result<Record> read(Reader&);
template <class Record>
class RecordTable {
 public:
  RecordTable(Table table, const Sealer& sealer) : rows_(table, sealer) {}

  const SealedTable& rows() const { return rows_; }
  Bytes key(ByteSpan id) const { return rows_.key(id); }
  Bytes key(ByteSpan id, std::uint64_t number) const { return rows_.key(id, number); }

  /// nullopt when there is no such row. Errors: storage_damaged (also for a row that opens and
  /// does not parse: this build or another wrote nonsense), storage_io.
  Result<std::optional<Record>> get(ReadTransaction& transaction, ByteSpan key) const {
    TERN_ASSIGN(const auto row, rows_.get(transaction, key));
    if (!row) return std::optional<Record>();
    TERN_ASSIGN(auto record, parse(*row));
    return std::optional<Record>(std::move(record));
  }
  Result<void> put(WriteTransaction& transaction, ByteSpan key, const Record& record) const {
    BasicWriter<crypto::SecretBytes> writer;
    record.write(writer);
    return rows_.put(transaction, key, writer.span());
  }
  Result<void> erase(WriteTransaction& transaction, ByteSpan key) const {
    return rows_.erase(transaction, key);
  }

  using Visit = std::function<Result<Scan>(ByteSpan key, Record record)>;
  Result<void> scan(ReadTransaction& transaction, ByteSpan prefix, ByteSpan first,
                    const Visit& visit) const {
    return rows_.scan(transaction, prefix, first, parsing(visit));
  }
  Result<void> scan_back(ReadTransaction& transaction, ByteSpan prefix, ByteSpan last,
                         const Visit& visit) const {
    return rows_.scan_back(transaction, prefix, last, parsing(visit));
  }

 private:
  static Result<Record> parse(const crypto::SecretBytes& row) {
    Reader reader(row);
    auto record = Record::read(reader);
    if (!record || !reader.empty())
      return Error(Errc::storage_damaged, "a stored record does not parse");
    return record;
  }
  static SealedTable::Visit parsing(const Visit& visit) {
    return [&visit](ByteSpan key, const crypto::SecretBytes& row) -> Result<Scan> {
      TERN_ASSIGN(auto record, parse(row));
      return visit(key, std::move(record));
    };
  }

  SealedTable rows_;
};

}  // namespace tern::store
