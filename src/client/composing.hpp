// What a person does in a chat: write, take back, mark as read.
#pragma once

#include "client/step.hpp"
#include "wire/content.hpp"

namespace tern::client::composing {

/// Whether anything can be said in it any more. Errors: chat_left.
Result<void> check_open(const Chat& chat);
/// Encoded contents, one message each, queued in this order behind what waits already.
/// Errors: chat_left.
Result<std::vector<MessageId>> queue(Step& step, Chat& chat, const std::vector<Bytes>& contents);
/// The same of one, under an id that was chosen before.
Result<void> queue_as(Step& step, Chat& chat, const MessageId& id, ByteSpan content);
/// Whether ciphertext of the row, of the present epoch or of the one that the pending commit
/// begins, may have left.
Result<bool> may_be_out(Step& step, Chat& chat, const OutboxRow& row);
/// Takes a message out of the outbox. Errors: not_found, too_late when it is, or may be, out.
Result<void> cancel(Step& step, Chat& chat, const MessageId& id);
Result<void> mark_read(Step& step, Chat& chat);

/// Encoded without a copy that nobody wipes: the key of a blob may be in it.
SecretBytes encode(const wire::Content& content);
/// Errors: text_too_long, text_not_utf8.
Result<Bytes> text_content(Now now, std::string_view text);
/// Errors: too_long (the type, or the bytes), text_not_utf8 (the type).
Result<Bytes> custom_content(Now now, std::string_view type, ByteSpan bytes);

}  // namespace tern::client::composing
