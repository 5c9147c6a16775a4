// The rows of contacts: by number, by tag, by account, and by what is still to be done for them.
#pragma once

#include "client/contact_record.hpp"
#include "client/tables.hpp"

namespace tern::client {

/// What a contact waits for. A contact that waits for nothing has no such row.
enum class ContactWork : std::uint8_t {
  evaluate = 1,  ///< its place in the directory's present epoch
  test = 2,      ///< whether the directory has it
  look_up = 3,   ///< the records under its tag
};

/// A contact as the index knows it.
struct IndexedContact {
  RowId row;
  std::uint64_t tag = 0;
};

namespace contact_rows {

RowId row_of(const ReadRows& rows, std::string_view number);
Result<std::optional<ContactRecord>> get(const ReadRows& rows, const RowId& row);
Result<std::optional<ContactRecord>> get(const ReadRows& rows, std::string_view number);
/// As it changed from `before` (nullptr: new): the indexes follow.
Result<void> put(Rows& rows, const ContactRecord& record, const ContactRecord* before);
/// As much of a record as the indexes know: what put() takes as `before`.
ContactRecord index_of(const ContactRecord& record);
/// Nothing of it is left but its key, if it has had one.
Result<void> forget(Rows& rows, ContactRecord record);
/// The forgotten ones too.
Result<std::vector<ContactRecord>> all(const ReadRows& rows);

/// Those with this tag in the epoch of their place.
Result<std::vector<RowId>> with_tag(const ReadRows& rows, std::uint64_t tag);
/// Of an account that a contact is of; the first number when several are.
Result<std::optional<ContactRecord>> with_account(const ReadRows& rows, const AccountId& account);

Result<void> want(Rows& rows, const RowId& contact, ContactWork work);
Result<void> done(Rows& rows, const RowId& contact, ContactWork work);
/// The first `count` that wait for it.
Result<std::vector<RowId>> waiting(const ReadRows& rows, ContactWork work, std::size_t count);
Result<bool> waits(const ReadRows& rows, const RowId& contact);

}  // namespace contact_rows

/// The account of a key; zero of a zero key.
AccountId account_of_key(const crypto::VerifyKey& key);
/// What the app sees.
Contact shown(const ReadRows& rows, const ContactRecord& record);

}  // namespace tern::client
