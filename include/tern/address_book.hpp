// An address book's entries.
#pragma once

#include <string>

namespace tern {

/// One number of one person, as the person who keeps the book wrote it.
struct AddressBookEntry {
  std::string name;
  std::string number;
};

}  // namespace tern
