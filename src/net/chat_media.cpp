// Chat's calls for voice messages and files.
#include <fstream>

#include "base/try.hpp"
#include "net/draft_sink.hpp"
#include "net/engine_access.hpp"
#include "net/live_listener.hpp"
#include "net/live_sink.hpp"
#include "net/media_source.hpp"
#include "net/packet_hash.hpp"
#include "net/part_file.hpp"

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
Result<MessageId> begin_draft(const std::weak_ptr<Impl>& client, const ChatId& chat,
                              client::DraftKind kind) {
  return call_engine(
      client, [&](client::Engine& engine) { return engine.begin_draft(read_clock(), chat, kind); });
}

template <class Impl>
std::unique_ptr<VoiceSink> sink_for(const std::weak_ptr<Impl>& client, const MessageId& id,
                                    OnFinish on_finish, std::shared_ptr<net::PacketHash> hash) {
  return std::make_unique<net::DraftSink>(
      call_through(client), net::DraftPlace{id, on_finish, net::releasing(client, id)},
      std::move(hash));
}

/// What was begun and comes to nothing: an error of the disk leaves it for drafts() to list.
template <class Impl>
void discard_draft(const std::weak_ptr<Impl>& client, const MessageId& id) {
  (void)call_engine(client,
                    [&](client::Engine& engine) { return engine.discard_draft(read_clock(), id); });
  net::releasing(client, id)();
}

/// A message's sound or file, bound to the device that sent it: an id alone can be said by anybody.
struct Opened {
  std::shared_ptr<net::MediaSource> source;
  std::optional<VoiceClip> clip;
  VoiceHash packets_hash;
};
template <class Impl>
Result<Opened> open_media(const std::weak_ptr<Impl>& client, const ChatId& chat,
                          const MessageId& id, const DeviceId& device) {
  TERN_ASSIGN(auto access, read_engine(client, [&](client::Engine& engine) {
                return engine.open_media(chat, id, device);
              }));
  Opened out{nullptr, access.clip, access.packets_hash};
  out.source = std::make_shared<net::MediaSource>(
      std::move(access), [client, blob = access.blob](std::uint32_t number) {
        return read_engine(
            client, [&](client::Engine& engine) { return engine.media_chunk(blob, number); });
      });
  return out;
}

Result<VoicePlayer> player_of(Opened opened, PlayerSettings settings) {
  if (!opened.clip) return Error(Errc::not_found, "the message is a file, not a voice message");
  settings.clip = opened.clip;
  TERN_ASSIGN(const bool whole, opened.source->complete());
  if (whole) {
    TERN_ASSIGN(const auto hash, net::hash_of(*opened.source));
    if (hash != opened.packets_hash)
      return Error(Errc::blob_damaged, "the sound is not what its sender has hashed");
  }
  return VoicePlayer::open(std::move(opened.source), settings);
}

constexpr std::size_t block_bytes = 16 * crypto::blob_content_bytes;

/// Hands a file to `take` block by block. Errors: file_io, take's.
template <class Take>
Result<void> read_file(const std::filesystem::path& path, Take take) {
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

/// Before anything is written: what would be refused at the end.
Result<void> check_file(const FileToSend& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file.path, failed))
    return Error(Errc::file_io, "there is no file " + file.path.string());
  const auto bytes = std::filesystem::file_size(file.path, failed);
  if (failed) return Error(Errc::file_io, "the file " + file.path.string() + " cannot be read");
  if (crypto::blob_cipher_bytes(bytes) > limits::blob_bytes_max)
    return Error(Errc::blob_too_large, "a file of " + std::to_string(bytes) +
                                           " bytes; encrypted, " +
                                           std::to_string(limits::blob_bytes_max) + " are allowed");
  return {};
}

}  // namespace

Result<VoiceRecording> Chat::record_voice(const VoiceSettings& settings, OnFinish on_finish) {
  TERN_ASSIGN(const auto id, begin_draft(client_, id_, client::DraftKind::voice));
  const auto hash = std::make_shared<net::PacketHash>();
  auto recorder =
      VoiceRecorder::start(net::hashing(settings, hash), sink_for(client_, id, on_finish, hash));
  if (recorder) return VoiceRecording{id, std::move(recorder).value()};
  discard_draft(client_, id);
  return std::move(recorder).error();
}

Result<VoiceRecording> Chat::start_live_voice(const LiveSettings& settings) {
  const auto frames = settings.packet_frames;
  TERN_ASSIGN(const auto id, begin_draft(client_, id_, client::DraftKind::voice));
  const auto live = call_engine(client_, [&](client::Engine& engine) {
    return engine.start_live(read_clock(), id, id_, frames);
  });
  if (!live) {
    discard_draft(client_, id);
    return live.error();
  }
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
  auto sink = net::make_live_sink(sink_for(client_, id, OnFinish::send, hash), speech);
  auto recorder = VoiceRecorder::start(voice, std::move(sink));
  if (recorder) return VoiceRecording{id, std::move(recorder).value()};
  discard_draft(client_, id);
  return std::move(recorder).error();
}

Result<LiveListener> Chat::listen(const MessageId& live, std::uint32_t sample_rate) const {
  auto take = [client = client_, chat = id_, live] {
    return read_engine(client,
                       [&](client::Engine& engine) { return engine.take_live(chat, live); });
  };
  auto play = [client = client_, chat = id_, live, sample_rate](
                  const DeviceId& speaker, std::uint64_t sample) -> Result<VoicePlayer> {
    TERN_ASSIGN(auto opened, open_media(client, chat, live, speaker));
    TERN_ASSIGN(auto player,
                player_of(std::move(opened), {.sample_rate = sample_rate, .normalise = false}));
    TERN_TRY(player.seek(sample));
    return player;
  };
  TERN_ASSIGN(auto impl, LiveListener::Impl::make(sample_rate, std::move(take), std::move(play)));
  return LiveListener(std::move(impl));
}

Result<MessageId> Chat::send_voice(ByteSpan file, const VoiceSettings& settings) {
  // Cut off it is no recording that somebody could go on with: the file is where it was.
  TERN_ASSIGN(const auto id, begin_draft(client_, id_, client::DraftKind::file));
  const auto hash = std::make_shared<net::PacketHash>();
  const auto clip =
      import_voice(file, net::hashing(settings, hash), sink_for(client_, id, OnFinish::send, hash));
  if (clip) return id;
  discard_draft(client_, id);
  return clip.error();
}

Result<MessageId> Chat::send_file(const FileToSend& file) {
  auto details = file;
  if (details.name.empty()) details.name = details.path.filename().string();
  TERN_TRY(check_file(details));
  TERN_ASSIGN(const auto id, begin_draft(client_, id_, client::DraftKind::file));
  std::uint64_t written = 0;
  auto done = read_file(file.path, [&](ByteSpan block) {
    const auto at = std::exchange(written, written + block.size());
    return call_engine(client_, [&](client::Engine& engine) {
      return engine.write_draft(read_clock(), id, at, block, UINT64_MAX);
    });
  });
  if (done)
    done = call_engine(client_, [&](client::Engine& engine) {
      return engine.finish_file(read_clock(), id, details);
    });
  if (done) return id;
  discard_draft(client_, id);
  return done.error();
}

Result<void> Chat::fetch(const Message& message) {
  return call_engine(client_, [&](client::Engine& engine) {
    return engine.fetch(read_clock(), id_, message.id, message.device);
  });
}

Result<VoicePlayer> Chat::play(const Message& message, PlayerSettings settings) const {
  TERN_ASSIGN(auto opened, open_media(client_, id_, message.id, message.device));
  return player_of(std::move(opened), settings);
}

Result<void> Chat::save(const Message& message, const std::filesystem::path& path) const {
  TERN_ASSIGN(const auto opened, open_media(client_, id_, message.id, message.device));
  TERN_ASSIGN(const bool whole, opened.source->complete());
  if (!whole) return Errc::media_not_here;
  TERN_ASSIGN(auto file, net::PartFile::beside(path));
  Bytes block(block_bytes);
  for (std::uint64_t at = 0; at < opened.source->bytes();) {
    TERN_ASSIGN(const auto count, opened.source->read(at, block));
    if (count == 0) return Errc::media_not_here;
    TERN_TRY(file.write(ByteSpan(block).first(count)));
    at += count;
  }
  return file.move_to_its_place();
}

}  // namespace tern
