// The people of one's address book, and which of them can be written to: what tern::Contacts
// (tern/client.hpp) takes and gives. Plain values, copies of what is stored.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tern/bytes.hpp"
#include "tern/errc.hpp"

namespace tern {

enum class ContactState : std::uint8_t {
  waiting,     ///< not known yet: no line, or more numbers than may be asked for now
  member,      ///< can be written to: `account`
  non_member,  ///< not registered; ContactJoined tells when it is, ContactKeyChanged when it is by
               ///< another account than once before
};

/// One number of the address book.
struct Contact {
  std::string number;   ///< E.164
  std::string name;     ///< as the address book has it
  std::string written;  ///< the number as the person wrote it
  ContactState state = ContactState::waiting;
  /// Whose the number is, or was last. It stays what it was while `new_account` waits.
  std::optional<AccountId> account;
  /// Somebody else, or the same person with a new key, has registered the number: what is written
  /// to it waits for accept_key_change().
  std::optional<AccountId> new_account;
  bool blocked = false;
};

/// An entry that no number could be made of.
struct UnusableNumber {
  std::size_t entry = 0;  ///< its place in the address book
  std::string name;
  std::string number;  ///< as the person wrote it
  Errc why{};          ///< number_…
};

struct SyncOptions {
  /// Where numbers without a country code are at home: two letters (ISO 3166-1), e.g. "BE".
  std::string default_region;
  /// Contacts that are not in this address book are forgotten.
  bool replace = false;
};

struct SyncResult {
  std::vector<Contact> members;
  std::vector<Contact> non_members;
  /// More numbers than this account may ask for at once: they are asked for as it may.
  std::vector<Contact> waiting;
  std::optional<std::chrono::milliseconds> next_in;  ///< when the first of those will be
  std::vector<UnusableNumber> unusable;
};

}  // namespace tern
