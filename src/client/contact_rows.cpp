#include "client/contact_rows.hpp"

#include "client/blocks.hpp"
#include "crypto/log_id.hpp"

namespace tern::client {
namespace contact_rows {
namespace {

// A row id, then another: of a contact under its tag, its account, or the work it waits for.
Bytes pair_key(const RowId& first, const RowId& contact) { return row_key(first, contact); }

Bytes work_key(ContactWork work, const RowId& contact) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(work)).raw(contact);
  return std::move(writer).take();
}

// The contact at the end of such a key.
std::optional<RowId> contact_in(ByteSpan key) {
  if (key.size() < RowId::size_bytes) return std::nullopt;
  return RowId::from(key.last(RowId::size_bytes));
}

RowId tag_row(const ReadRows& rows, std::uint64_t tag) {
  Writer writer;
  writer.number(tag);
  return rows.sealer().row_id(tables::contact_tags, writer.span());
}

RowId account_row(const ReadRows& rows, const AccountId& account) {
  return rows.sealer().row_id(tables::contact_accounts, account);
}

Result<std::vector<RowId>> contacts_under(const ReadRows& rows, store::Table table, ByteSpan prefix,
                                          std::size_t count) {
  std::vector<RowId> out;
  TERN_TRY(rows.scan(table, prefix, {}, [&](ByteSpan key, ByteSpan) -> Result<Scan> {
    if (out.size() == count) return Scan::stop;
    if (const auto contact = contact_in(key)) out.push_back(*contact);
    return Scan::next;
  }));
  return out;
}

// An index's row when `now` has the value, none when only `before` had it.
template <class Value, class Key>
Result<void> follow(Rows& rows, store::Table table, const std::optional<Value>& before,
                    const std::optional<Value>& now, Key key) {
  if (before == now) return {};
  if (before) TERN_TRY(rows.erase(table, key(*before)));
  if (now) return rows.put(table, key(*now), {});
  return {};
}

std::optional<std::uint64_t> tag_of(const ContactRecord* record) {
  if (!record || record->epoch == 0) return std::nullopt;
  return record->place.tag;
}

std::optional<AccountId> account_in(const ContactRecord* record) {
  if (!record || record->account_key.is_zero()) return std::nullopt;
  return crypto::account_id(record->account_key);
}

Result<void> index(Rows& rows, const RowId& contact, const ContactRecord* before,
                   const ContactRecord* now) {
  TERN_TRY(follow(rows, tables::contact_tags, tag_of(before), tag_of(now),
                  [&](std::uint64_t tag) { return pair_key(tag_row(rows, tag), contact); }));
  return follow(
      rows, tables::contact_accounts, account_in(before), account_in(now),
      [&](const AccountId& account) { return pair_key(account_row(rows, account), contact); });
}

}  // namespace

RowId row_of(const ReadRows& rows, std::string_view number) {
  return rows.sealer().row_id(tables::contacts, as_bytes(number));
}

Result<std::optional<ContactRecord>> get(const ReadRows& rows, const RowId& row) {
  TERN_ASSIGN(const auto bytes, rows.get(tables::contacts, row));
  if (!bytes) return std::optional<ContactRecord>();
  TERN_ASSIGN(auto record, decode_contact_record(*bytes));
  return std::optional(std::move(record));
}

Result<std::optional<ContactRecord>> get(const ReadRows& rows, std::string_view number) {
  return get(rows, row_of(rows, number));
}

Result<void> put(Rows& rows, const ContactRecord& record, const ContactRecord* before) {
  const auto row = row_of(rows, record.number);
  TERN_TRY(index(rows, row, before, &record));
  return rows.put(tables::contacts, row, encode(record));
}

ContactRecord index_of(const ContactRecord& record) {
  ContactRecord out;
  out.number = record.number;
  out.epoch = record.epoch;
  out.place = record.place.clone();
  out.account_key = record.account_key;
  out.new_key = record.new_key;
  return out;
}

Result<void> forget(Rows& rows, ContactRecord record) {
  const auto row = row_of(rows, record.number);
  for (const auto work : {ContactWork::evaluate, ContactWork::test, ContactWork::look_up})
    TERN_TRY(done(rows, row, work));
  if (record.account_key.is_zero()) {
    TERN_TRY(index(rows, row, &record, nullptr));
    return rows.erase(tables::contacts, row);
  }
  record.forgotten = true;
  record.name.clear();
  record.written.clear();
  return rows.put(tables::contacts, row, encode(record));
}

Result<std::vector<ContactRecord>> all(const ReadRows& rows) {
  std::vector<ContactRecord> out;
  TERN_TRY(rows.scan(tables::contacts, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    TERN_ASSIGN(auto record, decode_contact_record(value));
    out.push_back(std::move(record));
    return Scan::next;
  }));
  return out;
}

Result<std::vector<RowId>> with_tag(const ReadRows& rows, std::uint64_t tag) {
  return contacts_under(rows, tables::contact_tags, tag_row(rows, tag), SIZE_MAX);
}

Result<std::optional<ContactRecord>> with_account(const ReadRows& rows, const AccountId& account) {
  TERN_ASSIGN(const auto contacts,
              contacts_under(rows, tables::contact_accounts, account_row(rows, account), SIZE_MAX));
  for (const auto& contact : contacts) {
    TERN_ASSIGN(auto record, get(rows, contact));
    if (record && !record->forgotten) return record;
  }
  return std::optional<ContactRecord>();
}

Result<void> want(Rows& rows, const RowId& contact, ContactWork work) {
  return rows.put(tables::contact_work, work_key(work, contact), {});
}

Result<void> done(Rows& rows, const RowId& contact, ContactWork work) {
  return rows.erase(tables::contact_work, work_key(work, contact));
}

Result<std::vector<RowId>> waiting(const ReadRows& rows, ContactWork work, std::size_t count) {
  const auto stage = static_cast<std::uint8_t>(work);
  return contacts_under(rows, tables::contact_work, ByteSpan(&stage, 1), count);
}

Result<bool> waits(const ReadRows& rows, const RowId& contact) {
  for (const auto work : {ContactWork::evaluate, ContactWork::test, ContactWork::look_up}) {
    TERN_ASSIGN(const auto row, rows.get(tables::contact_work, work_key(work, contact)));
    if (row) return true;
  }
  return false;
}

}  // namespace contact_rows

AccountId account_of_key(const crypto::VerifyKey& key) {
  return key.is_zero() ? AccountId{} : crypto::account_id(key);
}

Contact shown(const ReadRows& rows, const ContactRecord& record) {
  Contact out;
  out.number = record.number;
  out.name = record.name;
  out.written = record.written;
  out.state = record.state;
  if (!record.account_key.is_zero()) out.account = account_of_key(record.account_key);
  if (!record.new_key.is_zero()) out.new_account = account_of_key(record.new_key);
  if (out.account) out.blocked = blocks::has(rows, *out.account).value_or(false);
  return out;
}

}  // namespace tern::client
