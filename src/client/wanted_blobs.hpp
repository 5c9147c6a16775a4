// Which blobs are to be moved: what messages bring, what an app asks for, what is said again.
#pragma once

#include "client/blob_record.hpp"

namespace tern::client {

class Step;
class Chat;

namespace wanted_blobs {

/// A message that points at a blob has arrived.
Result<void> announced(Step& step, const Chat& chat, const MessageId& message,
                       const DeviceId& device, ByteSpan content);
/// The app wants the message's bytes: from where they stopped, or again after a failure.
/// Errors: not_found.
Result<void> fetch(Step& step, const BlobId& id);
/// The message is sent again: whether its blob is still there is asked again.
Result<void> offer_again(Step& step, const BlobId& id);
/// Its message goes out: whether the blob is still there is asked again, unless it was uploaded on
/// this link and within a day. The relay may have forgotten it, or been put back to an old copy,
/// and then nothing that this device has read shows it.
Result<void> offer_unless_there(Step& step, const BlobId& id);
/// On a new link: the same of those that were uploaded on an earlier one, whose messages may have
/// gone out before, unless a log has moved since. The relay would show that it has lost that too.
Result<void> offer_unproven(Step& step);
/// A log has moved on this link, and this device with it.
Result<void> prove(Step& step);
/// The relay has lost what it had: whether the blobs that somebody may yet fetch are still there is
/// asked again, however well their messages were delivered.
Result<void> offer_all_again(Step& step);
/// Its message will not be sent: nothing of it is uploaded, and what is here can be played.
Result<void> abandon(Step& step, const BlobId& id);
/// Its message is gone.
Result<void> drop(Step& step, const BlobId& id);

}  // namespace wanted_blobs
}  // namespace tern::client
