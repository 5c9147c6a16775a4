// What a device keeps of a number in the address book: a sealed row, found by a keyed hash.
#pragma once

#include <string>

#include "crypto/directory.hpp"
#include "tern/contact.hpp"

namespace tern::client {

struct ContactRecord {
  std::string number;  ///< E.164
  std::string name;
  std::string written;
  ContactState state = ContactState::waiting;
  /// The epoch of the directory that `place` is of; 0: it was never asked for.
  std::uint32_t epoch = 0;
  crypto::DirectoryPlace place;
  /// Of the account that the number is, or was, of; zero: never of any.
  crypto::VerifyKey account_key;
  /// Another key that the directory has now; zero: none waits to be accepted.
  crypto::VerifyKey new_key;
};

crypto::SecretBytes encode(const ContactRecord& record);
/// Errors: storage_damaged.
Result<ContactRecord> decode_contact_record(ByteSpan bytes);

}  // namespace tern::client
