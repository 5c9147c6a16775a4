// live: heard while it is spoken, and a voice message afterwards.
#include <iostream>

#include "chat/person.hpp"
#include "chat/require.hpp"
#include "examples/voice/commands.hpp"
#include "examples/voice/departure.hpp"
#include "examples/voice/recording.hpp"
#include "examples/voice/stop_signal.hpp"

using namespace std::chrono_literals;

namespace voice {
namespace {

using Clock = std::chrono::steady_clock;

/// Whoever speaks into a chat without a line is heard by nobody, only recorded.
bool wait_for_line(chat::Person& person, const tern::Chat& chat, double wait_s) {
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(wait_s));
  for (;;) {
    const bool active = chat::require(chat.info()).state == tern::ChatState::active;
    if (active && person.client.connection() == tern::Connection::online) return true;
    if (Clock::now() >= deadline || stopped()) return false;
    person.client.wait_event(100ms);
  }
}

}  // namespace

void speak_live(const Folder& folder, const SpeakingOptions& options) {
  catch_stop_signals();
  auto person = chat::open_person(folder, chat::Network::on);
  auto chat = chat::chat_to(person, options.who);
  if (!wait_for_line(person, chat, options.wait_s))
    std::cout << "there is no line: nobody hears you now, the voice message goes out later\n";
  auto input = open_input(options.recording.from, Pace::real_time);
  constexpr unsigned frame_ms = 20;
  auto live =
      chat::require(chat.start_live_voice({.voice = voice_settings(options.recording, *input),
                                           .packet_frames = options.packet_ms / frame_ms}));
  record_until_end(live.recorder, *input, options.recording.seconds);
  see_off(person, chat, live.id, options.wait_s);
}

}  // namespace voice
