#include "examples/voice/departure.hpp"

#include <chrono>
#include <iostream>

#include "chat/message_line.hpp"
#include "chat/require.hpp"
#include "examples/voice/keyboard.hpp"
#include "examples/voice/stop_signal.hpp"

using namespace std::chrono_literals;

namespace voice {
namespace {

using chat::Failure;
using Clock = std::chrono::steady_clock;
using State = tern::Media::State;

/// True when everything of it is out.
bool is_out(const tern::Message& message, const tern::Media& media) {
  if (message.state == tern::MessageState::failed)
    throw Failure("not sent: " + tern::describe(message.failure));
  if (media.state == State::failed) throw Failure("not sent: " + tern::describe(media.failure));
  return message.state >= tern::MessageState::sent && media.state == State::here;
}

}  // namespace

void see_off(chat::Person& person, const tern::Chat& chat, const tern::MessageId& id,
             double wait_s) {
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(wait_s));
  auto message = chat::require(chat.message(id));
  std::cout << chat::message_line(message, person.names) << std::endl;
  for (;;) {
    const auto& media = std::get<tern::Voice>(message.body).media;
    if (is_out(message, media)) break;
    if (Clock::now() >= deadline || stopped()) {
      end_line();
      std::cout << "kept 1: it goes out when there is a line\n";
      return;
    }
    if (media.bytes > 0 && media.state == State::sending)
      redraw_line("uploading " + std::to_string(media.done * 100 / media.bytes) + " %");
    // A short wait, for a signal does not end it.
    person.client.wait_event(100ms);
    message = chat::require(chat.message(id));
  }
  end_line();
  std::cout << chat::state_name(message.state) << " 1 of 1\n";
}

}  // namespace voice
