#include "store/row_key.hpp"

namespace tern::store {

Result<void> check_value(ByteSpan value) {
  if (value.size() <= value_bytes_max) return {};
  return Error(Errc::too_long, "a row's value has " + std::to_string(value.size()) + " bytes; " +
                                   std::to_string(value_bytes_max) + " fit");
}

Result<RowKey> RowKey::make(Table table, ByteSpan key) {
  TERN_CHECK(table.id <= tables_max);
  if (key.size() > key_bytes_max)
    return Error(Errc::too_long, "a row's key has " + std::to_string(key.size()) + " bytes; " +
                                     std::to_string(key_bytes_max) + " fit");
  RowKey out;
  out.bytes_[0] = table.id;
  std::copy(key.begin(), key.end(), out.bytes_.begin() + 1);
  out.size_ = 1 + key.size();
  return out;
}

RowKey RowKey::stored(ByteSpan bytes) {
  RowKey out;
  out.size_ = std::min(bytes.size(), out.bytes_.size());
  std::copy_n(bytes.begin(), out.size_, out.bytes_.begin());
  return out;
}

RowKey RowKey::after_prefix() const {
  RowKey out = *this;
  // Stops at the table's number at the latest, which is below 0xff.
  while (out.bytes_[out.size_ - 1] == 0xff) --out.size_;
  ++out.bytes_[out.size_ - 1];
  return out;
}

Result<RowRange> RowRange::make(Table table, ByteSpan prefix, ByteSpan first) {
  TERN_ASSIGN(const auto within, RowKey::make(table, prefix));
  TERN_ASSIGN(const auto from, RowKey::make(table, first));
  return RowRange(within, key_less(from.span(), within.span()) ? within : from, true);
}

Result<RowRange> RowRange::make_back(Table table, ByteSpan prefix, ByteSpan last) {
  TERN_ASSIGN(const auto within, RowKey::make(table, prefix));
  TERN_ASSIGN(const auto to, RowKey::make(table, last));
  const auto end = within.after_prefix();
  if (last.empty() || !key_less(to.span(), end.span())) return RowRange(within, end, false);
  return RowRange(within, to, true);
}

}  // namespace tern::store
