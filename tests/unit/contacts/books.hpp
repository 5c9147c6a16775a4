// Address books as text, and what is read from them.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tern/address_book.hpp"

namespace tern::contacts::test {

using Lines = std::vector<std::string>;

inline std::string file_of(const Lines& lines, const std::string& end = "\r\n") {
  std::string out;
  for (const auto& line : lines) out += line + end;
  return out;
}

/// A card of this version with these lines in it.
inline std::string card(const std::string& version, const Lines& lines) {
  Lines all = {"BEGIN:VCARD", "VERSION:" + version};
  all.insert(all.end(), lines.begin(), lines.end());
  all.push_back("END:VCARD");
  return file_of(all);
}

/// "name|number" of each entry; the error's message when there is one.
inline Lines listed(const Result<std::vector<AddressBookEntry>>& book) {
  if (!book) return {book.error().message()};
  Lines out;
  for (const auto& entry : *book) out.push_back(entry.name + "|" + entry.number);
  return out;
}
inline Lines vcards(const std::string& file) { return listed(read_vcards(as_bytes(file))); }
inline Lines csv(const std::string& file) { return listed(read_csv(as_bytes(file))); }

/// The error of a file that is refused, or `internal`.
inline Errc error_of(const Result<std::vector<AddressBookEntry>>& book) {
  return book ? Errc::internal : book.error().errc();
}

}  // namespace tern::contacts::test
