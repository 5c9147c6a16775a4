// live --listen: hears whoever speaks, and says when their voice message has taken its place.
#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <iostream>
#include <thread>
#include <vector>

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
using Clock = std::chrono::steady_clock;

constexpr auto message_wait = 60s;

/// Plays until the speaker lets go. What could not be heard live is heard from the voice message.
void play_live(tern::LiveListener listener, const ListeningOptions& options) {
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
    if (state != tern::StreamState::playing) std::this_thread::sleep_for(5ms);
  }
  end_line();
  output->finish();
}

/// A voice message that takes the place of what was heard.
struct Expected {
  tern::ChatId chat;
  tern::MessageId id;
  Clock::time_point until;  ///< what was discarded never comes
};

class Listening {
 public:
  Listening(chat::Person& person, const ListeningOptions& options)
      : person_(person), options_(options) {}

  void run() {
    while (!stopped()) {
      look_for_messages();
      if (heard_one_ && ends_after_one() && expected_.empty()) return;
      if (!speakers_.empty() && !(heard_one_ && ends_after_one()))
        hear_next();
      else if (const auto event = person_.client.wait_event(100ms))
        take(*event);
    }
  }

 private:
  bool ends_after_one() const { return options_.once || !options_.to.empty(); }

  void take(const tern::Event& event) {
    if (const auto* started = std::get_if<tern::LiveStarted>(&event)) speakers_.push_back(*started);
    if (const auto* arrived = std::get_if<tern::MessageArrived>(&event);
        arrived && !is_expected(arrived->message.id))
      std::cout << chat::message_line(arrived->message, person_.names) << std::endl;
    if (const auto* changed = std::get_if<tern::ConnectionChanged>(&event))
      std::cout << (changed->online ? "online" : "offline") << std::endl;
  }

  void hear_next() {
    const auto live = speakers_.front();
    speakers_.pop_front();
    auto listener = require(person_.client.chat(live.chat)).listen(live.id, output_rate);
    // Over for so long that its message is what there is to hear.
    if (!listener && listener.error() == tern::Errc::not_found) return;
    std::cout << chat::visible(person_.names.name_of(live.sender)) << " speaks" << std::endl;
    play_live(require(std::move(listener)), options_);
    heard_one_ = true;
    expected_.push_back({live.chat, live.id, Clock::now() + message_wait});
  }

  bool is_expected(const tern::MessageId& id) const {
    return std::any_of(expected_.begin(), expected_.end(),
                       [&](const Expected& expected) { return expected.id == id; });
  }
  void look_for_messages() {
    std::erase_if(expected_, [&](const Expected& expected) { return is_settled(expected); });
  }
  /// Here, whole; or not to be waited for any longer.
  bool is_settled(const Expected& expected) {
    auto chat = require(person_.client.chat(expected.chat));
    const auto message = chat.message(expected.id);
    if (!message) {
      if (Clock::now() < expected.until) return false;
      std::cout << "there is no message of it: it was discarded, or waits for a line" << std::endl;
      return true;
    }
    const auto* voice = std::get_if<tern::Voice>(&message->body);
    const auto state = voice ? voice->media.state : tern::Media::State::here;
    if (state == tern::Media::State::failed)
      throw chat::Failure(tern::describe(voice->media.failure));
    if (state == tern::Media::State::elsewhere) require(chat.fetch(*message));
    if (state != tern::Media::State::here) return false;
    std::cout << "the message is here: " << chat::message_line(*message, person_.names)
              << std::endl;
    require(chat.mark_read());
    return true;
  }

  chat::Person& person_;
  const ListeningOptions& options_;
  std::deque<tern::LiveStarted> speakers_;  // who waits to be heard
  std::vector<Expected> expected_;
  bool heard_one_ = false;  // one file holds one of them
};

}  // namespace

void listen_live(const Folder& folder, const ListeningOptions& options) {
  catch_stop_signals();
  auto person = chat::open_person(folder, chat::Network::on);
  Listening(person, options).run();
}

}  // namespace voice
