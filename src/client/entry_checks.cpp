#include "client/entry_checks.hpp"

#include "client/history.hpp"
#include "client/membership.hpp"

namespace tern::client::entry_checks {
namespace {

// RFC 9420 §6: content_type.
std::uint8_t content_type_of(wire::EntryKind kind) {
  switch (kind) {
    case wire::EntryKind::application:
      return 1;
    case wire::EntryKind::proposal:
      return 2;
    default:
      return 3;
  }
}

Error mismatch(const char* what) { return {Errc::header_mismatch, what}; }

}  // namespace

Result<wire::EntryHeader> header_of(const wire::Entry& entry) {
  const auto envelope = wire::peek_private_message(entry.payload);
  if (!envelope) return mismatch("its payload is no PrivateMessage");
  if (envelope->content_type != content_type_of(entry.kind))
    return mismatch("its kind is not that of its message");
  auto header = wire::decode_entry_header(envelope->authenticated_data);
  if (!header) return mismatch("its header does not parse");
  if (header->entry_id != entry.id) return mismatch("its message was made for another entry");
  if (header->seen_seq >= entry.seq) return mismatch("its sender had seen what comes after it");
  const bool handshake =
      entry.kind == wire::EntryKind::commit || entry.kind == wire::EntryKind::restart;
  if (!handshake && header->access.mode != wire::AccessChange::Mode::none)
    return mismatch("a membership change outside a commit");
  return header;
}

Result<void> compare_seen(Step& step, Chat& chat, const wire::EntryHeader& header) {
  TERN_ASSIGN(const auto seen, chat.hashes.at(step.rows, chat.row, header.seen_seq));
  if (!seen || *seen == header.seen_hash) return {};
  return forked(step, chat, header.seen_seq);
}

Result<void> forked(Step& step, Chat& chat, std::uint64_t seq) {
  if (chat.record.forked) return {};
  step.edit(chat).forked = true;
  step.emit(LogForked{chat.id(), seq});
  return membership::notice(step, chat, chat.record.cursor, notice_of_fork,
                            {Notice::What::forked, {}});
}

}  // namespace tern::client::entry_checks
