// A message as one line of text, and as JSON.
#pragma once

#include <string>
#include <tern/message.hpp>

#include "chat/names.hpp"

namespace chat {

/// ⧖ waits here, ✓ the relay has it, ✓✓ the others have it (bold where they have read it).
std::string mark(tern::MessageState state);
/// "sent", "delivered" …
std::string state_name(tern::MessageState state);
/// What the message says, safe to print.
std::string body_text(const tern::Message& message, const Names& names);
/// "12:03  anna  Tot straks!", own messages with their mark at the end.
std::string message_line(const tern::Message& message, const Names& names);
/// One JSON object, without a line end; the text as it was sent.
std::string message_json(const tern::Message& message);

}  // namespace chat
