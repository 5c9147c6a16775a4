// A number with another account key than before: nothing is sent to anybody until a person has said
// that it is right (the design's section 4, "Own devices").
#pragma once

#include "client/contacts.hpp"

namespace tern::client::key_changes {

/// Whose chats wait: read again from the rows.
Result<void> load(Device& device, const ReadRows& rows);
/// Who is held has changed in this step.
Result<void> note(Step& step);
/// Whether what is written in the chat waits for accept().
bool holds(const Device& device, const Chat& chat);
/// The contact is the new account from now on; what had not left the chat with the old one is
/// queued in the chat with the new one. Errors: not_found, invalid_argument.
Result<ChatId> accept(Step& step, std::string_view number);

/// With this device's own account.
std::string safety_number(const Device& device, const crypto::VerifyKey& key);
/// Of an account whose key is known here: by its device list, a contact, or a chat of two. Errors:
/// not_found.
Result<crypto::VerifyKey> key_of(const Device& device, const ReadRows& rows,
                                 const AccountId& account);

}  // namespace tern::client::key_changes
