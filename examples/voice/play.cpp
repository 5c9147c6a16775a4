// play: a file, or a voice message that somebody sent.
#include <chrono>
#include <iostream>

#include "chat/message_line.hpp"
#include "chat/person.hpp"
#include "chat/require.hpp"
#include "examples/voice/playing.hpp"
#include "examples/voice/recording.hpp"
#include "examples/voice/stop_signal.hpp"
#include "examples/voice/voice_file.hpp"

using namespace std::chrono_literals;

namespace voice {
namespace {

using chat::Failure;
using chat::require;
using Clock = std::chrono::steady_clock;

constexpr std::size_t page = 100;

/// The `number`th newest voice message of somebody else; 1: the newest. nullopt: not so many.
std::optional<tern::Message> received_voice(const tern::Chat& chat, std::size_t number) {
  std::optional<tern::HistoryPosition> before;
  for (auto part = require(chat.history(page)); !part.empty();
       part = require(chat.history(page, before))) {
    for (auto message = part.rbegin(); message != part.rend(); ++message)
      if (!message->mine && std::holds_alternative<tern::Voice>(message->body) && --number == 0)
        return *message;
    before = part.front().position;
  }
  return std::nullopt;
}

/// The message to play, waiting for it until `deadline`.
tern::Message find_message(chat::Person& person, const tern::Chat& chat, const MessageToPlay& which,
                           Clock::time_point deadline) {
  for (;;) {
    if (auto found = received_voice(chat, which.number)) return *found;
    if (Clock::now() >= deadline || stopped())
      throw Failure("there is no voice message number " + std::to_string(which.number) + " of " +
                    which.who + " here");
    person.client.wait_event(100ms);
  }
}

}  // namespace

void play_file(const std::string& file, const PlayingOptions& options) {
  auto voice = read_voice(file);
  // Not before: Ctrl-C is to end the reading of what is typed, or never comes.
  catch_stop_signals();
  std::cout << file << ": ";
  print_clip(voice.clip);
  auto settings = player_settings(options);
  settings.clip = voice.clip;
  play_to_end(
      require(tern::VoicePlayer::open(tern::make_voice_source(std::move(voice.bytes)), settings)),
      voice.clip.waveform, options);
}

void play_message(const Folder& folder, const MessageToPlay& which, const PlayingOptions& options) {
  catch_stop_signals();
  auto person = chat::open_person(folder, chat::Network::on);
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(which.wait_s));
  auto chat = chat::chat_to(person, which.who);
  const auto message = find_message(person, chat, which, deadline);
  std::cout << chat::message_line(message, person.names) << std::endl;
  // Only what is on its way is waited for.
  const auto found = std::get<tern::Voice>(message.body).media.state;
  if (found == tern::Media::State::elsewhere || found == tern::Media::State::failed)
    require(chat.fetch(message));
  const auto while_arriving = [&] {
    const auto media = std::get<tern::Voice>(require(chat.message(message.id)).body).media;
    if (media.state == tern::Media::State::failed) throw Failure(tern::describe(media.failure));
    if (media.state != tern::Media::State::here && Clock::now() >= deadline)
      throw Failure("the sound has not arrived; say how many seconds to --wait for it");
    person.client.wait_event(50ms);
  };
  play_to_end(require(chat.play(message, player_settings(options))),
              std::get<tern::Voice>(message.body).clip.waveform, options, while_arriving);
  require(chat.mark_read());
}

}  // namespace voice
