// The app's calls for recordings, voice messages and files.
#include "client/drafts.hpp"
#include "client/engine_impl.hpp"
#include "client/history.hpp"
#include "client/media_reading.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client {

Result<MessageId> EngineImpl::begin_draft(Now now, const ChatId& chat, DraftKind kind) {
  MessageId out;
  TERN_TRY(call(now, chat, [&](Step& step, Chat& to) -> Result<void> {
    TERN_ASSIGN(out, drafts::begin(step, to, kind));
    return {};
  }));
  device_->recording->insert(out);
  return out;
}

Result<void> EngineImpl::claim_draft(const MessageId& id) {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  TERN_TRY(drafts::get(ReadRows(*transaction, device_->sealer), id));
  if (!device_->recording->insert(id).second)
    return Error(Errc::invalid_argument, "the draft is being recorded");
  return {};
}

Result<void> EngineImpl::write_draft(Now now, const MessageId& id, std::uint64_t at,
                                     ByteSpan content, std::uint64_t settled) {
  return call(now, [&](Step& step) { return drafts::write(step, id, at, content, settled); });
}

Result<void> EngineImpl::cut_draft(Now now, const MessageId& id, std::uint64_t keep) {
  return call(now, [&](Step& step) { return drafts::cut(step, id, keep); });
}

Result<void> EngineImpl::finish_voice(Now now, const MessageId& id, const VoiceEnding& ending,
                                      OnFinish then) {
  Result<void> sent;
  auto kept = call(now, [&](Step& step) -> Result<void> {
    TERN_TRY(drafts::finish(step, id, ending));
    sent = then == OnFinish::send ? drafts::send_voice(step, id) : Result<void>();
    // Whoever was removed while they spoke keeps what they said.
    return sent || sent.error() == Errc::chat_left ? Result<void>() : sent;
  });
  if (!kept) return kept;
  release_draft(id);
  return sent;
}

Result<void> EngineImpl::send_draft(Now now, const MessageId& id) {
  return call(now, [&](Step& step) { return drafts::send_voice(step, id); });
}

Result<void> EngineImpl::finish_file(Now now, const MessageId& id, const FileToSend& details) {
  TERN_TRY(call(now, [&](Step& step) { return drafts::send_file(step, id, details); }));
  release_draft(id);
  return {};
}

Result<void> EngineImpl::discard_draft(Now now, const MessageId& id) {
  release_draft(id);
  return call(now, [&](Step& step) { return drafts::discard(step, id); });
}

Result<std::vector<VoiceDraft>> EngineImpl::drafts() const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  TERN_ASSIGN(auto out, drafts::list(ReadRows(*transaction, device_->sealer)));
  std::erase_if(out, [&](const VoiceDraft& draft) {
    return !draft.clip && device_->recording->count(draft.id) > 0;
  });
  return out;
}

Result<bool> EngineImpl::draft_is_finished(const MessageId& id) const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  TERN_ASSIGN(const auto draft, drafts::get(ReadRows(*transaction, device_->sealer), id));
  return draft.clip.has_value();
}

Result<SecretBytes> EngineImpl::draft_content(const MessageId& id) const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  const ReadRows rows(*transaction, device_->sealer);
  TERN_ASSIGN(const auto draft, drafts::get(rows, id));
  return drafts::content(rows, draft);
}

Result<void> EngineImpl::start_live(Now now, const MessageId& draft, const ChatId& chat,
                                    std::uint32_t packet_frames) {
  return call(now, [&](Step& step) { return live::start(step, chat, draft, packet_frames); });
}

Result<void> EngineImpl::say_live(Now now, const MessageId& draft,
                                  const std::vector<Bytes>& opus_packets) {
  auto said = call(now, [&](Step& step) { return live::say(step, draft, opus_packets); });
  if (opus_packets.empty()) live::stop(*device_, draft);
  return said;
}

Result<Heard> EngineImpl::take_live(const ChatId& chat, const MessageId& stream) {
  return live::take(*device_, chat, stream);
}

Result<void> EngineImpl::fetch(Now now, const ChatId& chat, const MessageId& id,
                               const std::optional<DeviceId>& device) {
  TERN_ASSIGN(const auto access, open_media(chat, id, device));
  if (access.blob.is_zero()) return {};
  return call(now, [&](Step& step) { return wanted_blobs::fetch(step, access.blob); });
}

Result<MediaAccess> EngineImpl::open_media(const ChatId& chat, const MessageId& id,
                                           const std::optional<DeviceId>& device) const {
  TERN_ASSIGN(const auto* const found, find(chat));
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  return media::open(ReadRows(*transaction, device_->sealer), *found, id, device);
}

Result<MediaChunk> EngineImpl::media_chunk(const BlobId& blob, std::uint32_t number) const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  return media::chunk(ReadRows(*transaction, device_->sealer), blob, number);
}

Result<void> EngineImpl::drop_orphans(Now now, const std::vector<MessageId>& orphans) {
  // A full disk is no reason not to open the folder: what cannot be dropped now is dropped later.
  for (const auto& id : orphans) (void)discard_draft(now, id);
  return {};
}

}  // namespace tern::client
