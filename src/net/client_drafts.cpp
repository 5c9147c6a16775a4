// Client's calls for recordings that were not sent.
#include "base/try.hpp"
#include "net/draft_sink.hpp"
#include "net/engine_access.hpp"

namespace tern {
namespace {

using net::read_clock;

template <class Impl>
Result<VoiceDraft> draft_called(Impl& impl, const MessageId& id) {
  TERN_ASSIGN(const auto drafts,
              impl.read([](net::ClientSession& session) { return session.engine().drafts(); }));
  for (const auto& draft : drafts)
    if (draft.id == id) return draft;
  return Error(Errc::not_found, "there is no draft " + id.hex());
}

template <class Impl>
Result<crypto::SecretBytes> draft_content(Impl& impl, const MessageId& id) {
  return impl.read([&](net::ClientSession& session) { return session.engine().draft_content(id); });
}

template <class Impl>
Result<crypto::SecretBytes> unfinished_content(Impl& impl, const MessageId& id) {
  return impl.read([&](net::ClientSession& session) -> Result<crypto::SecretBytes> {
    TERN_ASSIGN(const bool finished, session.engine().draft_is_finished(id));
    if (finished) return Error(Errc::too_late, "the recording is finished");
    return session.engine().draft_content(id);
  });
}

/// A file of what was said before a recording was cut off, and what is known of it.
Result<VoiceClip> end_copy(ByteSpan content, Bytes& file) {
  file = to_bytes(content);
  std::uint64_t whole = 0;
  TERN_ASSIGN(auto recorder, VoiceRecorder::resume({}, make_voice_buffer(file), content, &whole));
  file.resize(whole);
  return recorder.finish();
}

}  // namespace

Result<std::vector<VoiceDraft>> Client::drafts() const {
  return impl_->read([](net::ClientSession& session) { return session.engine().drafts(); });
}

Result<VoiceRecording> Client::resume_draft(const MessageId& id, const VoiceSettings& settings,
                                            OnFinish on_finish) {
  TERN_TRY(
      impl_->read([&](net::ClientSession& session) { return session.engine().claim_draft(id); }));
  const auto content = unfinished_content(*impl_, id);
  if (!content) {
    impl_->release_draft(id);
    return content.error();
  }
  const net::EngineCall call =
      [client = std::weak_ptr(impl_)](const std::function<Result<void>(client::Engine&)>& work) {
        return net::call_engine(client, work);
      };
  const auto hash = std::make_shared<net::PacketHash>();
  auto sink = std::make_unique<net::DraftSink>(
      call, net::DraftPlace{id, on_finish, net::releasing(std::weak_ptr(impl_), id)}, hash);
  auto& draft = *sink;  // the recorder's, as long as it is there
  std::uint64_t whole = 0;
  TERN_ASSIGN(auto recorder, VoiceRecorder::resume(net::hashing(settings, hash), std::move(sink),
                                                   *content, &whole));
  TERN_TRY(draft.go_on_behind(whole));
  return VoiceRecording{id, std::move(recorder)};
}

Result<void> Client::send_draft(const MessageId& id) {
  TERN_ASSIGN(const auto draft, draft_called(*impl_, id));
  if (!draft.clip) {
    TERN_ASSIGN(auto recording, resume_draft(id, {}, OnFinish::send));
    TERN_TRY(recording.recorder.finish());
    return {};
  }
  return impl_->call(
      [&](net::ClientSession& session) { return session.engine().send_draft(read_clock(), id); });
}

Result<void> Client::discard_draft(const MessageId& id) {
  return impl_->call([&](net::ClientSession& session) -> Result<void> {
    // Under the hands of whoever records it, it would end with errors that they cannot understand.
    TERN_TRY(session.engine().claim_draft(id));
    return session.engine().discard_draft(read_clock(), id);
  });
}

Result<VoicePlayer> Client::play_draft(const MessageId& id, const PlayerSettings& settings) const {
  TERN_ASSIGN(const auto draft, draft_called(*impl_, id));
  TERN_ASSIGN(const auto content, draft_content(*impl_, id));
  auto with_clip = settings;
  with_clip.clip = draft.clip;
  auto file = to_bytes(content);
  if (!draft.clip) {
    TERN_ASSIGN(with_clip.clip, end_copy(content, file));
  }
  return VoicePlayer::open(make_voice_source(std::move(file)), with_clip);
}

}  // namespace tern
