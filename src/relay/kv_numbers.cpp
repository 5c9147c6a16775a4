// KvLogTransaction: phone numbers, whose they are, codes, meters.
#include "base/try.hpp"
#include "relay/contact_rows.hpp"
#include "relay/kv_log_transaction.hpp"
#include "relay/tables.hpp"

namespace tern::relay {

Result<std::optional<NumberRow>> KvLogTransaction::number(const NumberId& number) {
  TERN_ASSIGN(const auto row, rows_.get(tables::numbers, number));
  std::optional<NumberRow> out;
  if (row) {
    TERN_ASSIGN(out, decode_number_row(*row));
  }
  return out;
}

Result<void> KvLogTransaction::put_number(const NumberId& number, const NumberRow& row) {
  return put(tables::numbers, number, encode(row));
}

Result<void> KvLogTransaction::erase_number(const NumberId& number) {
  return erase(tables::numbers, number);
}

Result<std::vector<std::pair<NumberId, NumberRow>>> KvLogTransaction::numbers_after(
    const std::optional<NumberId>& after, std::size_t count_max) {
  std::vector<std::pair<NumberId, NumberRow>> out;
  Result<void> outcome;
  const auto first = after ? after->span() : ByteSpan();
  TERN_TRY(rows_.scan(tables::numbers, {}, first, [&](ByteSpan key, ByteSpan value) {
    if (out.size() == count_max) return Scan::stop;
    const auto id = *NumberId::from(key);
    if (id == after) return Scan::next;
    auto row = decode_number_row(value);
    if (!row) {
      outcome = row.error();
      return Scan::stop;
    }
    out.emplace_back(id, std::move(*row));
    return Scan::next;
  }));
  TERN_TRY(outcome);
  return out;
}

Result<std::optional<OwnerRow>> KvLogTransaction::owner(const AccountId& account) {
  TERN_ASSIGN(const auto row, rows_.get(tables::owners, account));
  std::optional<OwnerRow> out;
  if (row) {
    TERN_ASSIGN(out, decode_owner_row(*row));
  }
  return out;
}

Result<void> KvLogTransaction::put_owner(const AccountId& account, const OwnerRow& row) {
  return put(tables::owners, account, encode(row));
}

Result<void> KvLogTransaction::put_owner_lazily(const AccountId& account, const OwnerRow& row) {
  return put_lazily(tables::owners, account, encode(row));
}

Result<void> KvLogTransaction::erase_owner(const AccountId& account) {
  return erase(tables::owners, account);
}

Result<std::optional<Bytes>> KvLogTransaction::verification(const AccountId& account,
                                                            const NumberId& number) {
  TERN_ASSIGN(const auto row, rows_.get(tables::verifications, Key(account, number)));
  std::optional<Bytes> out;
  if (row) out = to_bytes(*row);
  return out;
}

Result<void> KvLogTransaction::put_verification(const AccountId& account, const NumberId& number,
                                                ByteSpan sealed) {
  return put(tables::verifications, Key(account, number), sealed);
}

Result<void> KvLogTransaction::erase_verification(const AccountId& account,
                                                  const NumberId& number) {
  return erase(tables::verifications, Key(account, number));
}

Result<std::vector<NumberId>> KvLogTransaction::verifications_of(const AccountId& account,
                                                                 std::size_t count_max) {
  std::vector<NumberId> out;
  TERN_TRY(rows_.scan(tables::verifications, account, account, [&](ByteSpan key, ByteSpan) {
    if (out.size() == count_max) return Scan::stop;
    out.push_back(*NumberId::from(key.last(NumberId::size_bytes)));
    return Scan::next;
  }));
  return out;
}

Result<std::vector<std::int64_t>> KvLogTransaction::sends(const SendsKey& key) {
  TERN_ASSIGN(const auto row, rows_.get(tables::sends, key));
  if (!row) return std::vector<std::int64_t>();
  return decode_sends(*row);
}

Result<void> KvLogTransaction::put_sends(const SendsKey& key, std::span<const std::int64_t> sends) {
  if (sends.empty()) return erase(tables::sends, key);
  return put(tables::sends, key, encode_sends(sends));
}

Result<std::optional<MeterRow>> KvLogTransaction::meter(const AccountId& account) {
  TERN_ASSIGN(const auto row, rows_.get(tables::meters, account));
  std::optional<MeterRow> out;
  if (row) {
    TERN_ASSIGN(out, decode_meter_row(*row));
  }
  return out;
}

Result<void> KvLogTransaction::put_meter(const AccountId& account, const MeterRow& row) {
  return put(tables::meters, account, encode(row));
}

Result<void> KvLogTransaction::erase_meter(const AccountId& account) {
  return erase(tables::meters, account);
}

Result<void> KvLogTransaction::note_contact_due(const ContactDue& due) {
  return put_lazily(tables::contact_dues, encode(due), {});
}

Result<std::vector<ContactDue>> KvLogTransaction::contact_dues(std::uint32_t day_max,
                                                               std::size_t count_max) {
  std::vector<ContactDue> out;
  Result<void> outcome;
  TERN_TRY(rows_.scan(tables::contact_dues, {}, {}, [&](ByteSpan key, ByteSpan) {
    if (out.size() == count_max) return Scan::stop;
    const auto due = decode_contact_due(key);
    if (!due) outcome = due.error();
    if (!due || due->day > day_max) return Scan::stop;
    out.push_back(*due);
    return Scan::next;
  }));
  TERN_TRY(outcome);
  return out;
}

Result<void> KvLogTransaction::erase_contact_due(const ContactDue& due) {
  return erase_lazily(tables::contact_dues, encode(due));
}

}  // namespace tern::relay
