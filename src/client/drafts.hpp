// Recordings and files on their way into a message (design §4, Voice): what was handed over is on
// the disk, sealed, and a chunk of the blob that it may become is encrypted as soon as it is full,
// so that sending takes the same time however long it is.
#pragma once

#include "client/draft_record.hpp"
#include "client/step.hpp"
#include "tern/media.hpp"

namespace tern::client::drafts {

Result<MessageId> begin(Step& step, const Chat& chat, DraftKind kind);
/// More content, from `at` on, where what is there ends; said again it changes nothing. The first
/// `settled` bytes of all will not be cut any more. Errors: not_found, blob_too_large,
/// invalid_argument (another end, a finished one).
Result<void> write(Step& step, const MessageId& id, std::uint64_t at, ByteSpan content,
                   std::uint64_t settled);
/// Errors: not_found; invalid_argument (keeps less than was settled, or more than was written);
/// voice_empty.
Result<void> finish(Step& step, const MessageId& id, const VoiceEnding& ending);
/// Cuts an unfinished recording to its whole pages. Errors: as finish().
Result<void> cut(Step& step, const MessageId& id, std::uint64_t keep);
/// Queues a finished recording in its chat. Errors: not_found, too_late (not finished), chat_left.
Result<void> send_voice(Step& step, const MessageId& id);
/// Queues a file whose content was written. Errors: not_found, chat_left.
Result<void> send_file(Step& step, const MessageId& id, const FileToSend& details);
Result<void> discard(Step& step, const MessageId& id);

/// Errors: not_found.
Result<DraftRecord> get(const ReadRows& rows, const MessageId& id);
/// All content. Errors: storage_damaged.
Result<SecretBytes> content(const ReadRows& rows, const DraftRecord& draft);
Result<std::vector<VoiceDraft>> list(const ReadRows& rows);
/// Files that a program was writing when it ended.
Result<std::vector<MessageId>> orphans(const ReadRows& rows);

}  // namespace tern::client::drafts
