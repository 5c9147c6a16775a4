// The app's calls for recordings, voice messages and files.
#include "client/drafts.hpp"
#include "client/engine_impl.hpp"
#include "client/history.hpp"
#include "client/media_reading.hpp"

namespace tern::client {

Result<MessageId> EngineImpl::begin_draft(Now now, const ChatId& chat, DraftKind kind) {
  MessageId out;
  TERN_TRY(call(now, chat, [&](Step& step, Chat& to) -> Result<void> {
    TERN_ASSIGN(out, drafts::begin(step, to, kind));
    return {};
  }));
  return out;
}

Result<void> EngineImpl::write_draft(Now now, const MessageId& id, ByteSpan content,
                                     std::uint64_t settled) {
  return call(now, [&](Step& step) { return drafts::write(step, id, content, settled); });
}

Result<void> EngineImpl::cut_draft(Now now, const MessageId& id, std::uint64_t keep) {
  return call(now, [&](Step& step) { return drafts::cut(step, id, keep); });
}

Result<void> EngineImpl::finish_voice(Now now, const MessageId& id, const VoiceEnding& ending,
                                      OnFinish then) {
  return call(now, [&](Step& step) -> Result<void> {
    TERN_TRY(drafts::finish(step, id, ending));
    return then == OnFinish::send ? drafts::send_voice(step, id) : Result<void>();
  });
}

Result<void> EngineImpl::send_draft(Now now, const MessageId& id) {
  return call(now, [&](Step& step) { return drafts::send_voice(step, id); });
}

Result<void> EngineImpl::finish_file(Now now, const MessageId& id, const FileToSend& details) {
  return call(now, [&](Step& step) { return drafts::send_file(step, id, details); });
}

Result<void> EngineImpl::discard_draft(Now now, const MessageId& id) {
  return call(now, [&](Step& step) { return drafts::discard(step, id); });
}

Result<std::vector<VoiceDraft>> EngineImpl::drafts() const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  return drafts::list(ReadRows(*transaction, device_->sealer));
}

Result<SecretBytes> EngineImpl::draft_content(const MessageId& id) const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  const ReadRows rows(*transaction, device_->sealer);
  TERN_ASSIGN(const auto draft, drafts::get(rows, id));
  if (!draft) return Error(Errc::not_found, "there is no draft " + id.hex());
  return drafts::content(rows, *draft);
}

Result<void> EngineImpl::start_live(Now now, const MessageId& draft, const ChatId& chat,
                                    std::uint32_t packet_frames) {
  return call(now, [&](Step& step) { return live::start(step, chat, draft, packet_frames); });
}

Result<void> EngineImpl::say_live(Now now, const MessageId& draft,
                                  const std::vector<Bytes>& opus_packets) {
  const auto said = call(now, [&](Step& step) { return live::say(step, draft, opus_packets); });
  if (opus_packets.empty()) live::stop(*device_, draft);
  return said;
}

Result<Heard> EngineImpl::take_live(const MessageId& stream) {
  return live::take(*device_, stream);
}

Result<void> EngineImpl::fetch(Now now, const ChatId& chat, const MessageId& id) {
  TERN_ASSIGN(const auto access, open_media(chat, id));
  if (access.address.is_zero()) return {};
  return call(now, [&](Step& step) { return transfers::fetch(step, access.address); });
}

Result<MediaAccess> EngineImpl::open_media(const ChatId& chat, const MessageId& id) const {
  TERN_ASSIGN(const auto* const found, find(chat));
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  return media::open(ReadRows(*transaction, device_->sealer), *found, id);
}

Result<MediaChunk> EngineImpl::media_chunk(const BlobAddress& address, std::uint32_t number) const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  return media::chunk(ReadRows(*transaction, device_->sealer), address, number);
}

Result<void> EngineImpl::drop_orphans(Now now, const std::vector<MessageId>& orphans) {
  for (const auto& id : orphans) TERN_TRY(discard_draft(now, id));
  return {};
}

}  // namespace tern::client
