#include "client/drafts.hpp"

#include <algorithm>

#include "client/blob_rows.hpp"
#include "client/composing.hpp"
#include "client/transfers.hpp"

namespace tern::client::drafts {
namespace {

RowId draft_key(const ReadRows& rows, const MessageId& id) {
  return rows.sealer().row_id(tables::drafts, id);
}
RowId bytes_key(const ReadRows& rows, const MessageId& id) {
  return rows.sealer().row_id(tables::draft_bytes, id);
}

Result<void> put(Rows& rows, const DraftRecord& draft) {
  return rows.put(tables::drafts, draft_key(rows, draft.id), encode(draft));
}

/// The content from `sealed` on that lies in rows, and room behind it.
Result<SecretBytes> unsealed(const ReadRows& rows, const DraftRecord& draft, std::size_t room) {
  SecretBytes out;
  out.reserve(static_cast<std::size_t>(draft.written - draft.sealed) + room);
  TERN_TRY(rows.scan(tables::draft_bytes, bytes_key(rows, draft.id), {},
                     [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
                       const auto at = number_in(key);
                       const auto next = draft.sealed + out.size();
                       if (at > next || at + value.size() < next)
                         return Error(Errc::storage_damaged, "a draft's content has a hole");
                       const auto fresh = value.subspan(static_cast<std::size_t>(next - at));
                       out.insert(out.end(), fresh.begin(), fresh.end());
                       return Scan::next;
                     }));
  if (draft.sealed + out.size() != draft.written)
    return Error(Errc::storage_damaged, "a draft's content has a hole");
  return out;
}

Result<void> seal_chunk(Step& step, DraftRecord& draft, ByteSpan content,
                        crypto::BlobChunkKind kind) {
  auto stream = draft.next_stream();
  TERN_ASSIGN(const auto chunk, stream.seal(content, kind));
  TERN_TRY(blobs::put_chunk(step.rows, draft.store, draft.chunks, chunk));
  draft.stream = SecretBytes(stream.state());
  draft.sealed += content.size();
  ++draft.chunks;
  return {};
}

/// Chunks out of `rest`, the content behind what is sealed, as long as more than one chunk's worth
/// of it is settled: the last chunk has a tag of its own. Returns how much was taken.
Result<std::size_t> seal_full_chunks(Step& step, DraftRecord& draft, ByteSpan rest,
                                     std::uint64_t settled) {
  std::size_t taken = 0;
  while (settled > draft.sealed + crypto::blob_content_bytes) {
    TERN_TRY(seal_chunk(step, draft, rest.subspan(taken, crypto::blob_content_bytes),
                        crypto::BlobChunkKind::more));
    taken += crypto::blob_content_bytes;
  }
  return taken;
}

Result<void> replace_unsealed(Rows& rows, const DraftRecord& draft, ByteSpan rest) {
  const auto key = bytes_key(rows, draft.id);
  TERN_TRY(rows.erase_all(tables::draft_bytes, key));
  if (rest.empty()) return {};
  return rows.put(tables::draft_bytes, row_key(key, draft.sealed), rest);
}

/// How much of `content`, which begins at `at`, the draft ends with already. What of it was sealed
/// is not compared: behind a seal there is always more, and only its writer knows that.
Result<std::size_t> kept_already(const ReadRows& rows, const DraftRecord& draft, std::uint64_t at,
                                 ByteSpan content) {
  const auto from = std::max(at, draft.sealed);
  if (from >= draft.written || draft.written - at > content.size()) return std::size_t{0};
  TERN_ASSIGN(const auto rest, unsealed(rows, draft, 0));
  const auto end = rest.span().subspan(static_cast<std::size_t>(from - draft.sealed));
  const auto said = content.subspan(static_cast<std::size_t>(from - at), end.size());
  if (!std::equal(end.begin(), end.end(), said.begin())) return std::size_t{0};
  return static_cast<std::size_t>(draft.written - at);
}

Result<void> check_size(const DraftRecord& draft, std::size_t more) {
  const auto bytes = crypto::blob_cipher_bytes(draft.written + more);
  if (bytes <= limits::blob_bytes_max) return {};
  return Error(Errc::blob_too_large, "content of over " + std::to_string(draft.written) +
                                         " bytes; as a blob at most " +
                                         std::to_string(limits::blob_bytes_max) + " are allowed");
}

Result<void> erase(Rows& rows, const DraftRecord& draft) {
  TERN_TRY(rows.erase_all(tables::draft_bytes, bytes_key(rows, draft.id)));
  return rows.erase(tables::drafts, draft_key(rows, draft.id));
}

BlobRecord upload_of(const Device& device, DraftRecord& draft, Now now) {
  BlobRecord out;
  out.way = BlobRecord::Way::up;
  out.owner = device.account.id;
  out.bytes = crypto::blob_cipher_bytes(draft.written);
  out.key = std::move(draft.key);
  out.header = draft.header;
  out.store = draft.store;
  out.chat = draft.chat;
  out.message = draft.id;
  out.device = device.account.device;
  out.since_ms = now.wall_ms;
  out.have = draft.chunks;
  return out;
}

/// The rest of the content into chunks, and the whole into a blob to be uploaded.
Result<BlobRecord> into_blob(Step& step, DraftRecord& draft, ByteSpan rest) {
  TERN_ASSIGN(const auto taken, seal_full_chunks(step, draft, rest, draft.written));
  TERN_TRY(seal_chunk(step, draft, rest.subspan(taken), crypto::BlobChunkKind::last));
  auto blob = upload_of(step.device, draft, step.now);
  TERN_ASSIGN(blob.address, blobs::address_of(step.rows, blob.store, blob.bytes));
  TERN_TRY(blobs::put(step.rows, blob));
  transfers::add(step, blob);
  return blob;
}

wire::BlobRef ref_to(const BlobRecord& blob) {
  return {blob.owner, blob.address, blob.bytes, blob.key.span(), blob.header};
}

/// Where it is to be sent. Asked before anything is made of it: who keeps it as a draft must find
/// it as it was.
Result<Chat*> open_chat_of(Step& step, const DraftRecord& draft) {
  Chat* const chat = step.device.chats.find(draft.chat);
  if (!chat) return Error(Errc::not_found, "the draft's chat is gone");
  TERN_TRY(composing::check_open(*chat));
  return chat;
}

}  // namespace

Result<MessageId> begin(Step& step, const Chat& chat, DraftKind kind) {
  TERN_TRY(composing::check_open(chat));
  auto& entropy = step.device.entropy;
  DraftRecord draft;
  draft.kind = kind;
  draft.id = entropy.make<MessageId>();
  draft.chat = chat.id();
  draft.started_ms = step.now.wall_ms;
  entropy.fill(draft.key.mutable_span());
  draft.header = entropy.make<crypto::BlobHeader>();
  draft.store = entropy.make<ChunkStoreId>();
  TERN_TRY(put(step.rows, draft));
  return draft.id;
}

Result<void> write(Step& step, const MessageId& id, std::uint64_t at, ByteSpan content,
                   std::uint64_t settled) {
  TERN_ASSIGN(auto draft, get(step.rows, id));
  // The disk kept what a failed call was about: its repetition finds it there.
  // And behind it, perhaps, more that was recorded meanwhile.
  TERN_ASSIGN(const auto kept, kept_already(step.rows, draft, at, content));
  content = content.subspan(kept);
  at += kept;
  if (kept > 0 && content.empty()) return {};
  if (draft.written != at)
    return Error(Errc::invalid_argument, "the draft has " + std::to_string(draft.written) +
                                             " bytes; somebody else writes it too");
  TERN_TRY(check_size(draft, content.size()));
  if (draft.clip) return Error(Errc::invalid_argument, "the recording is finished");
  if (draft.kind == DraftKind::voice) step.sync();
  const auto all = at + content.size();
  settled = std::min(settled, all);
  if (settled <= draft.sealed + crypto::blob_content_bytes) {
    draft.written = all;
    TERN_TRY(step.rows.put(tables::draft_bytes, row_key(bytes_key(step.rows, id), at), content));
    return put(step.rows, draft);
  }
  TERN_ASSIGN(auto rest, unsealed(step.rows, draft, content.size()));
  rest.insert(rest.end(), content.begin(), content.end());
  draft.written = all;
  TERN_ASSIGN(const auto taken, seal_full_chunks(step, draft, rest, settled));
  TERN_TRY(replace_unsealed(step.rows, draft, rest.span().subspan(taken)));
  return put(step.rows, draft);
}

Result<void> cut(Step& step, const MessageId& id, std::uint64_t keep) {
  TERN_ASSIGN(auto draft, get(step.rows, id));
  if (keep == draft.written) return {};
  if (keep < draft.sealed || keep > draft.written)
    return Error(Errc::invalid_argument, "a recording is cut to what it has");
  TERN_ASSIGN(const auto rest, unsealed(step.rows, draft, 0));
  draft.written = keep;
  TERN_TRY(replace_unsealed(step.rows, draft,
                            rest.span().first(static_cast<std::size_t>(keep - draft.sealed))));
  step.sync();
  return put(step.rows, draft);
}

Result<void> finish(Step& step, const MessageId& id, const VoiceEnding& ending) {
  TERN_TRY(cut(step, id, ending.keep));
  TERN_TRY(write(step, id, ending.keep, ending.tail, 0));
  TERN_ASSIGN(auto draft, get(step.rows, id));
  // The last chunk is sealed with what is left, so that something must be.
  if (draft.written == draft.sealed) return Errc::voice_empty;
  draft.clip = ending.clip;
  draft.packets_hash = ending.packets_hash;
  return put(step.rows, draft);
}

Result<void> send_voice(Step& step, const MessageId& id) {
  TERN_ASSIGN(auto draft, get(step.rows, id));
  if (!draft.clip) return Error(Errc::too_late, "the recording is not finished");
  TERN_ASSIGN(Chat* const chat, open_chat_of(step, draft));
  TERN_ASSIGN(const auto rest, unsealed(step.rows, draft, 0));
  wire::Content content;
  content.sent_ms = step.now.wall_ms;
  wire::VoiceContent voice{*draft.clip, draft.packets_hash, {}, {}};
  BlobRecord blob;  // whose key `voice` looks at
  if (draft.chunks == 0 && rest.size() <= limits::voice_inline_bytes_max) {
    voice.audio = rest;
  } else {
    TERN_ASSIGN(blob, into_blob(step, draft, rest));
    voice.blob = ref_to(blob);
  }
  content.body = voice;
  TERN_TRY(composing::queue_as(step, *chat, id, composing::encode(content)));
  return erase(step.rows, draft);
}

Result<void> send_file(Step& step, const MessageId& id, const FileToSend& details) {
  TERN_ASSIGN(auto draft, get(step.rows, id));
  TERN_ASSIGN(Chat* const chat, open_chat_of(step, draft));
  if (draft.written == 0) return Error(Errc::invalid_argument, "a file without a byte in it");
  TERN_ASSIGN(const auto rest, unsealed(step.rows, draft, 0));
  const auto bytes = draft.written;
  TERN_ASSIGN(const auto blob, into_blob(step, draft, rest));
  wire::FileContent file{details.name, details.type, bytes, ref_to(blob), {}};
  if (details.picture)
    file.picture = {details.picture->width, details.picture->height, details.picture->thumbnail};
  wire::Content content;
  content.sent_ms = step.now.wall_ms;
  content.body = file;
  const auto encoded = composing::encode(content);
  // What the others would refuse is refused here: names, types and thumbnails have limits.
  TERN_TRY(wire::decode_content(encoded));
  TERN_TRY(composing::queue_as(step, *chat, id, encoded));
  return erase(step.rows, draft);
}

Result<void> discard(Step& step, const MessageId& id) {
  TERN_ASSIGN(const auto draft, get(step.rows, id));
  TERN_TRY(blobs::erase_chunks(step.rows, draft.store));
  step.sync();
  return erase(step.rows, draft);
}

Result<DraftRecord> get(const ReadRows& rows, const MessageId& id) {
  TERN_ASSIGN(const auto row, rows.get(tables::drafts, draft_key(rows, id)));
  if (!row) return Error(Errc::not_found, "there is no draft " + id.hex());
  return decode_draft_record(*row);
}

Result<SecretBytes> content(const ReadRows& rows, const DraftRecord& draft) {
  SecretBytes out;
  out.reserve(static_cast<std::size_t>(draft.written));
  crypto::BlobStream stream(draft.key, draft.header);
  for (std::uint32_t i = 0; i < draft.chunks; ++i) {
    TERN_ASSIGN(const auto chunk, blobs::chunk(rows, draft.store, i));
    TERN_ASSIGN(const auto part, stream.open(chunk, crypto::BlobChunkKind::more));
    out.insert(out.end(), part.begin(), part.end());
  }
  TERN_ASSIGN(const auto rest, unsealed(rows, draft, 0));
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

Result<std::vector<VoiceDraft>> list(const ReadRows& rows) {
  std::vector<VoiceDraft> out;
  TERN_TRY(rows.scan(tables::drafts, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    TERN_ASSIGN(const auto draft, decode_draft_record(value));
    if (draft.kind == DraftKind::voice)
      out.push_back({draft.id, draft.chat, draft.started_ms, draft.written, draft.clip});
    return Scan::next;
  }));
  std::sort(out.begin(), out.end(), [](const VoiceDraft& a, const VoiceDraft& b) {
    return std::pair(a.started_ms, a.id) < std::pair(b.started_ms, b.id);
  });
  return out;
}

Result<std::vector<MessageId>> orphans(const ReadRows& rows) {
  std::vector<MessageId> out;
  TERN_TRY(rows.scan(tables::drafts, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    TERN_ASSIGN(const auto draft, decode_draft_record(value));
    if (draft.kind == DraftKind::file) out.push_back(draft.id);
    return Scan::next;
  }));
  return out;
}

}  // namespace tern::client::drafts
