// Chat's calls for voice messages and files.
#include <cstdio>
#include <fstream>

#include "base/try.hpp"
#include "net/draft_sink.hpp"
#include "net/engine_access.hpp"
#include "net/live_listener.hpp"
#include "net/live_sink.hpp"
#include "net/media_source.hpp"

namespace tern {
namespace {

using net::call_engine;
using net::read_clock;
using net::read_engine;

template <class Impl>
net::EngineCall call_through(std::weak_ptr<Impl> client) {
  return [client = std::move(client)](const std::function<Result<void>(client::Engine&)>& work) {
    return call_engine(client, work);
  };
}

template <class Impl>
Result<std::shared_ptr<net::MediaSource>> open_source(const std::weak_ptr<Impl>& client,
                                                      const ChatId& chat, const MessageId& id,
                                                      std::optional<VoiceClip>& clip) {
  TERN_ASSIGN(auto access, read_engine(client, [&](client::Engine& engine) {
                return engine.open_media(chat, id);
              }));
  clip = access.clip;
  const auto address = access.address;
  return std::make_shared<net::MediaSource>(
      std::move(access), [client, address](std::uint32_t number) {
        return read_engine(
            client, [&](client::Engine& engine) { return engine.media_chunk(address, number); });
      });
}

constexpr std::size_t block_bytes = 16 * crypto::blob_content_bytes;

/// Hands a file to `take` block by block. Errors: file_io, take's.
template <class Take>
Result<void> read_file(const std::filesystem::path& path, Take take) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none))
    return Error(Errc::file_io, "there is no file " + path.string());
  std::ifstream in(path, std::ios::binary);
  Bytes block(block_bytes);
  while (in) {
    in.read(reinterpret_cast<char*>(block.data()), static_cast<std::streamsize>(block.size()));
    const auto count = static_cast<std::size_t>(in.gcount());
    if (count > 0) TERN_TRY(take(ByteSpan(block).first(count)));
  }
  if (!in.eof()) return Error(Errc::file_io, "the file " + path.string() + " cannot be read");
  return {};
}

/// Removes the half-written file again, unless it was moved to its place.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& path)
      : path_(path), part_(path.string() + ".part"), out_(part_, std::ios::binary) {}
  ~PartFile() {
    std::error_code none;
    if (!moved_) std::filesystem::remove(part_, none);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  void write(ByteSpan bytes) {
    out_.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  Result<void> move_to_its_place() {
    out_.close();
    std::error_code failed;
    if (out_) std::filesystem::rename(part_, path_, failed);
    if (!out_ || failed)
      return Error(Errc::file_io, "the file " + path_.string() + " cannot be written");
    moved_ = true;
    return {};
  }

 private:
  std::filesystem::path path_;
  std::filesystem::path part_;
  std::ofstream out_;
  bool moved_ = false;
};

}  // namespace

Result<VoiceRecording> Chat::record_voice(const VoiceSettings& settings, OnFinish on_finish) {
  MessageId id;
  TERN_TRY(call_engine(client_, [&](client::Engine& engine) -> Result<void> {
    TERN_ASSIGN(id, engine.begin_draft(read_clock(), id_, client::DraftKind::voice));
    return {};
  }));
  const auto hash = std::make_shared<net::PacketHash>();
  auto recorder =
      VoiceRecorder::start(net::hashing(settings, hash),
                           net::make_draft_sink(call_through(client_), id, on_finish, hash));
  if (recorder) return VoiceRecording{id, std::move(recorder).value()};
  (void)call_engine(client_,
                    [&](client::Engine& engine) { return engine.discard_draft(read_clock(), id); });
  return std::move(recorder).error();
}

Result<VoiceRecording> Chat::start_live_voice(const LiveSettings& settings) {
  MessageId id;
  const auto frames = settings.packet_frames;
  TERN_TRY(call_engine(client_, [&](client::Engine& engine) -> Result<void> {
    TERN_ASSIGN(id, engine.begin_draft(read_clock(), id_, client::DraftKind::voice));
    return engine.start_live(read_clock(), id, id_, frames);
  }));
  const auto hash = std::make_shared<net::PacketHash>();
  const auto speech = std::make_shared<net::LiveSpeech>(call_through(client_), id, frames);
  auto voice = net::hashing(settings.voice, hash);
  voice.constant_bitrate = true;
  // What was spoken cannot be taken back, and its recording is what was heard.
  voice.trim_silence = false;
  voice.on_packet = [speech, then = std::move(voice.on_packet)](ByteSpan packet) {
    then(packet);
    speech->add(packet);
  };
  auto sink = net::make_live_sink(
      net::make_draft_sink(call_through(client_), id, OnFinish::send, hash), speech);
  auto recorder = VoiceRecorder::start(voice, std::move(sink));
  if (recorder) return VoiceRecording{id, std::move(recorder).value()};
  (void)call_engine(client_,
                    [&](client::Engine& engine) { return engine.discard_draft(read_clock(), id); });
  return std::move(recorder).error();
}

Result<LiveListener> Chat::listen(const MessageId& live, std::uint32_t sample_rate) const {
  auto take = [client = client_, live] {
    return read_engine(client, [&](client::Engine& engine) { return engine.take_live(live); });
  };
  auto play = [chat = *this, live, sample_rate](std::uint64_t sample) -> Result<VoicePlayer> {
    TERN_ASSIGN(auto player, chat.play(live, {.sample_rate = sample_rate, .normalise = false}));
    TERN_TRY(player.seek(sample));
    return player;
  };
  TERN_ASSIGN(auto impl, LiveListener::Impl::make(sample_rate, std::move(take), std::move(play)));
  return LiveListener(std::move(impl));
}

Result<MessageId> Chat::send_voice(ByteSpan file, const VoiceSettings& settings) {
  MessageId id;
  TERN_TRY(call_engine(client_, [&](client::Engine& engine) -> Result<void> {
    TERN_ASSIGN(id, engine.begin_draft(read_clock(), id_, client::DraftKind::voice));
    return {};
  }));
  const auto hash = std::make_shared<net::PacketHash>();
  const auto clip =
      import_voice(file, net::hashing(settings, hash),
                   net::make_draft_sink(call_through(client_), id, OnFinish::send, hash));
  if (clip) return id;
  (void)call_engine(client_,
                    [&](client::Engine& engine) { return engine.discard_draft(read_clock(), id); });
  return clip.error();
}

Result<MessageId> Chat::send_file(const FileToSend& file) {
  auto details = file;
  if (details.name.empty()) details.name = details.path.filename().string();
  MessageId id;
  TERN_TRY(call_engine(client_, [&](client::Engine& engine) -> Result<void> {
    TERN_ASSIGN(id, engine.begin_draft(read_clock(), id_, client::DraftKind::file));
    return {};
  }));
  auto done = read_file(file.path, [&](ByteSpan block) {
    return call_engine(client_, [&](client::Engine& engine) {
      return engine.write_draft(read_clock(), id, block, UINT64_MAX);
    });
  });
  if (done)
    done = call_engine(client_, [&](client::Engine& engine) {
      return engine.finish_file(read_clock(), id, details);
    });
  if (done) return id;
  (void)call_engine(client_,
                    [&](client::Engine& engine) { return engine.discard_draft(read_clock(), id); });
  return done.error();
}

Result<void> Chat::fetch(const MessageId& id) {
  return call_engine(client_,
                     [&](client::Engine& engine) { return engine.fetch(read_clock(), id_, id); });
}

Result<VoicePlayer> Chat::play(const MessageId& id, PlayerSettings settings) const {
  std::optional<VoiceClip> clip;
  TERN_ASSIGN(auto source, open_source(client_, id_, id, clip));
  if (!clip) return Error(Errc::not_found, "the message is a file, not a voice message");
  settings.clip = clip;
  return VoicePlayer::open(std::move(source), settings);
}

Result<void> Chat::save(const MessageId& id, const std::filesystem::path& path) const {
  std::optional<VoiceClip> clip;
  TERN_ASSIGN(const auto source, open_source(client_, id_, id, clip));
  PartFile file(path);
  Bytes block(block_bytes);
  for (std::uint64_t at = 0; at < source->bytes();) {
    TERN_ASSIGN(const auto count, source->read(at, block));
    if (count == 0) return Errc::media_not_here;
    file.write(ByteSpan(block).first(count));
    at += count;
  }
  return file.move_to_its_place();
}

}  // namespace tern
