// Address books as phones and mail programs export them: names, and numbers as they were written.
//
//   for (const tern::AddressBookEntry& entry : tern::read_vcards(file).value())
//     if (auto number = tern::to_e164(entry.number, "BE")) add(entry.name, *number);
//
// Nothing is kept and nothing leaves the device here. What is read is a stranger's: time and memory
// are linear in the file, which has at most limits::address_book_bytes_max.
//
// Threads: any, at once.
#pragma once

#include <string>
#include <vector>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern {

/// One number of somebody's. Who has two has two entries of one name.
struct AddressBookEntry {
  /// UTF-8 without control characters, at most limits::contact_name_bytes_max (cut between two
  /// characters); may be empty.
  std::string name;
  /// UTF-8 as it was written, never empty: for to_e164(), which may say that it is no number.
  std::string number;
};

/// vCard files with any number of cards: 4.0 (RFC 6350), 3.0 (RFC 2426), and 2.1 as phones wrote it
/// (quoted-printable, ISO-8859-1, nested AGENT cards). A name is FN, or else the parts of N in the
/// order in which one says them. Numbers are the TEL properties but those for fax and pagers alone;
/// of a `tel:` URI (RFC 3966) the number, after its phone-context, and with its extension. Photos
/// and all else are passed over, however long. An empty file has nobody in it.
///
/// Errors, the whole file refused: vcard_malformed, unsupported_version and
/// address_book_line_too_long, with the line's number; address_book_too_large; contacts_too_many
/// (over limits::contacts_max numbers).
Result<std::vector<AddressBookEntry>> read_vcards(ByteSpan file);

/// Comma-separated values (RFC 4180), or separated by semicolons or tabs: exports of Google
/// Contacts and Outlook, recognised by their English header row; tables of one's own whose header
/// names a `name` and a `phone`, `mobile` or `number`; without a header row, names in the first
/// column and numbers in the second. Numbers for fax and pagers, of assistants and of whole
/// companies, are left out. UTF-8, with or without a byte order mark; a cell that is not is read as
/// ISO-8859-1.
///
/// Errors, the whole file refused: csv_malformed and address_book_line_too_long, with the line's
/// number; address_book_too_large; contacts_too_many (over limits::contacts_max numbers).
Result<std::vector<AddressBookEntry>> read_csv(ByteSpan file);

}  // namespace tern
