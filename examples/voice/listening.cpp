// live --listen: hears whoever speaks, and says when their voice message has taken its place.
#include <array>
#include <iostream>

#include "chat/message_line.hpp"
#include "chat/person.hpp"
#include "chat/require.hpp"
#include "chat/visible.hpp"
#include "chat/waveform_text.hpp"
#include "examples/voice/commands.hpp"
#include "examples/voice/keyboard.hpp"
#include "examples/voice/sound.hpp"
#include "examples/voice/stop_signal.hpp"

using namespace std::chrono_literals;

namespace voice {
namespace {

using chat::require;

std::optional<tern::LiveStarted> wait_for_speaker(chat::Person& person) {
  while (!stopped()) {
    const auto event = person.client.wait_event(100ms);
    if (!event) continue;
    if (auto* started = std::get_if<tern::LiveStarted>(&*event)) return *started;
    if (auto* arrived = std::get_if<tern::MessageArrived>(&*event))
      std::cout << chat::message_line(arrived->message, person.names) << std::endl;
    if (auto* changed = std::get_if<tern::ConnectionChanged>(&*event))
      std::cout << (changed->online ? "online" : "offline") << std::endl;
  }
  return std::nullopt;
}

/// Plays until the speaker lets go. What could not be heard live is heard from the voice message.
void hear(const tern::Chat& chat, const tern::LiveStarted& live, const ListeningOptions& options) {
  auto listener = require(chat.listen(live.id, output_rate));
  auto output = open_output(options.to);
  std::array<float, output_rate / 50> pcm{};
  bool caught_up = false;
  for (auto state = tern::StreamState::playing; state != tern::StreamState::ended && !stopped();) {
    const auto read = require(listener.read(pcm));
    state = read.state;
    output->write(std::span<const float>(pcm).first(read.frames));
    redraw_line("▶ live " + chat::length_text(listener.position() / 48));
    // At the very end, too, it is from the message; nothing of it is left to hear then.
    if (listener.from_message() && read.frames > 0 && !caught_up) {
      end_line();
      std::cout << "missed some of it: the rest comes with the voice message" << std::endl;
      caught_up = true;
    }
    if (state != tern::StreamState::playing) Keyboard().pressed(5ms);
  }
  end_line();
  output->finish();
}

/// Until the durable message is here, whole.
void wait_for_message(chat::Person& person, const tern::Chat& chat, const tern::MessageId& id) {
  while (!stopped()) {
    if (const auto message = chat.message(id)) {
      const auto* voice = std::get_if<tern::Voice>(&message->body);
      if (voice && voice->media.state == tern::Media::State::failed)
        throw chat::Failure(tern::describe(voice->media.failure));
      if (!voice || voice->media.state == tern::Media::State::here) {
        std::cout << "the message is here: " << chat::message_line(*message, person.names)
                  << std::endl;
        return;
      }
    }
    person.client.wait_event(100ms);
  }
}

}  // namespace

void listen_live(const Folder& folder, const ListeningOptions& options) {
  catch_stop_signals();
  auto person = chat::open_person(folder, chat::Network::on);
  while (const auto live = wait_for_speaker(person)) {
    std::cout << chat::visible(person.names.name_of(live->sender)) << " speaks" << std::endl;
    auto chat = require(person.client.chat(live->chat));
    hear(chat, *live, options);
    wait_for_message(person, chat, live->id);
    require(chat.mark_read());
    if (options.once || !options.to.empty()) return;  // one file holds one of them
  }
}

}  // namespace voice
