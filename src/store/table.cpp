#include "store/table.hpp"

namespace tern::store {

Bytes SealedTable::key(ByteSpan id) const {
  const auto row = sealer_->row_id(table_, id);
  return to_bytes(row);
}

Bytes SealedTable::key(ByteSpan id, std::uint64_t number) const {
  Writer writer;
  writer.raw(sealer_->row_id(table_, id)).number(number);
  return std::move(writer).take();
}

std::uint64_t SealedTable::number_of(ByteSpan key) {
  if (key.size() < RowId::size_bytes + sizeof(std::uint64_t)) return 0;
  return Reader(key.subspan(RowId::size_bytes)).number<std::uint64_t>().value_or(0);
}

Result<std::optional<crypto::SecretBytes>> SealedTable::get(ReadTransaction& transaction,
                                                            ByteSpan key) const {
  TERN_ASSIGN(const auto row, transaction.get(table_, key));
  if (!row) return std::optional<crypto::SecretBytes>();
  TERN_ASSIGN(auto value, sealer_->open(table_, key, *row));
  return std::optional<crypto::SecretBytes>(std::move(value));
}

Result<void> SealedTable::put(WriteTransaction& transaction, ByteSpan key, ByteSpan value) const {
  return transaction.put(table_, key, sealer_->seal(table_, key, value, sealer_->entropy()));
}

Result<void> SealedTable::erase(WriteTransaction& transaction, ByteSpan key) const {
  return transaction.erase(table_, key);
}

template <class Run>
Result<void> SealedTable::scan_with(const Visit& visit, Run&& run) const {
  Result<void> failure;
  TERN_TRY(run([&](ByteSpan key, ByteSpan sealed) {
    const auto opened = sealer_->open(table_, key, sealed);
    auto next = opened ? visit(key, *opened) : Result<Scan>(opened.error());
    if (next) return *next;
    failure = std::move(next).error();
    return Scan::stop;
  }));
  return failure;
}

Result<void> SealedTable::scan(ReadTransaction& transaction, ByteSpan prefix, ByteSpan first,
                               const Visit& visit) const {
  return scan_with(visit, [&](const ReadTransaction::Visit& row) {
    return transaction.scan(table_, prefix, first, row);
  });
}

Result<void> SealedTable::scan_back(ReadTransaction& transaction, ByteSpan prefix, ByteSpan last,
                                    const Visit& visit) const {
  return scan_with(visit, [&](const ReadTransaction::Visit& row) {
    return transaction.scan_back(table_, prefix, last, row);
  });
}

}  // namespace tern::store
