// Text of an address book: cleaned, converted, compared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tern/address_book.hpp"

namespace tern::contacts {

/// Without spaces, tabs and line ends at its beginning and end.
std::string_view trimmed(std::string_view text) noexcept;
/// ASCII letters compared without their case, as both vCard and CSV headers are.
bool same_word(std::string_view a, std::string_view b) noexcept;
/// ASCII letters in lower case, the rest as it is.
std::string in_lower_case(std::string_view text);

/// ISO-8859-1 as UTF-8.
std::string from_latin1(std::string_view text);

/// UTF-8 with control characters as spaces, single spaces, and none at either end.
std::string without_controls(std::string_view text);
/// The same, and at most limits::contact_name_bytes_max of it.
std::string clean_name(std::string_view text);
/// The parts that are not empty, with a space between them.
std::string joined(const std::vector<std::string>& parts);

/// "line 12: what"
Error at_line(Errc code, std::size_t line, std::string_view what);

/// contacts_too_many, with its limit.
Error too_many_contacts();

/// The entries of a file, as they are found.
class Entries {
 public:
  /// `name` is clean; a number of nothing but spaces and controls is none.
  /// Errors: contacts_too_many.
  Result<void> add(const std::string& name, std::string_view number);
  std::vector<AddressBookEntry> take() && { return std::move(entries_); }

 private:
  std::vector<AddressBookEntry> entries_;
};

/// The file as text without its byte order mark. Errors: address_book_too_large; `malformed` for
/// UTF-16.
Result<std::string_view> text_of(ByteSpan file, Errc malformed);

}  // namespace tern::contacts
