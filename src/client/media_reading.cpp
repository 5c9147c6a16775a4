#include "client/media_reading.hpp"

#include "client/blob_rows.hpp"
#include "client/chat.hpp"
#include "client/history.hpp"

namespace tern::client::media {
namespace {

Error nothing_to_open() { return {Errc::not_found, "the message has neither sound nor file"}; }

MediaAccess access_to(const wire::BlobRef& ref) {
  MediaAccess out;
  out.blob = id_of(ref);
  out.bytes = ref.bytes;
  out.key = std::move(*crypto::Secret<32>::from(ref.key));
  out.header = *crypto::BlobHeader::from(ref.header);
  return out;
}

}  // namespace

Result<MediaAccess> open(const ReadRows& rows, const Chat& chat, const MessageId& id,
                         const std::optional<DeviceId>& device) {
  TERN_ASSIGN(const auto order, device ? history::find(rows, chat.row, id, *device)
                                       : history::find(rows, chat.row, id));
  if (!order) return Error(Errc::not_found, "there is no message " + id.hex());
  TERN_ASSIGN(const auto row, history::get(rows, chat.row, *order));
  if (!row || row->notice) return nothing_to_open();
  TERN_ASSIGN(const auto content, wire::decode_content(row->content));
  if (const auto* file = std::get_if<wire::FileContent>(&content.body))
    return access_to(file->blob);
  const auto* voice = std::get_if<wire::VoiceContent>(&content.body);
  if (!voice) return nothing_to_open();
  auto out = voice->blob ? access_to(*voice->blob) : MediaAccess{};
  out.clip = voice->clip;
  out.packets_hash = voice->packets_hash;
  out.audio = SecretBytes(voice->audio);
  return out;
}

Result<MediaChunk> chunk(const ReadRows& rows, const BlobId& blob, std::uint32_t number) {
  TERN_ASSIGN(const auto record, blobs::get(rows, blob));
  if (!record) return Error(Errc::not_found, "nothing is known of this blob");
  if (number >= record->have) return MediaChunk{{}, record->under_way(), record->failure};
  TERN_ASSIGN(auto ciphertext, blobs::chunk(rows, record->store, number));
  return MediaChunk{std::move(ciphertext), true, {}};
}

}  // namespace tern::client::media
