// run: stays online and prints what happens, a line each.
#include <csignal>
#include <iostream>

#include "chat/commands.hpp"
#include "chat/message_line.hpp"
#include "chat/person.hpp"
#include "chat/visible.hpp"

using namespace std::chrono_literals;

namespace chat {
namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stopped = 0;

void stop(int) { stopped = 1; }

/// Prints events; a run of messages that reach the same state is one line.
class Printer {
 public:
  Printer(tern::Client& client, const Names& names) : client_(client), names_(names) {}

  void operator()(const tern::MessageArrived& event) {
    flush();
    std::cout << message_line(event.message, names_) << std::endl;
    if (auto chat = client_.chat(event.message.chat); chat && !event.message.mine)
      (void)chat->mark_read();
  }
  void operator()(const tern::MessageChanged& event) {
    if (changed_ && event.state != state_) flush();
    state_ = event.state;
    ++changed_;
  }
  void operator()(const tern::ChatChanged&) {}
  void operator()(const tern::MediaChanged& event) {
    using State = tern::Media::State;
    if (event.media.state != State::here && event.media.state != State::failed) return;
    const auto chat = client_.chat(event.chat);
    if (!chat) return;
    const auto message = chat->message(event.id);
    if (!message) return;
    const bool here = event.media.state == State::here;
    line((!here           ? "failed  "
          : message->mine ? "uploaded  "
                          : "all here  ") +
         message_line(*message, names_));
  }
  void operator()(const tern::LiveStarted& event) {
    line(visible(names_.name_of(event.sender)) + " speaks: tern-voice live hears them");
  }
  void operator()(const tern::LiveEnded&) {}
  void operator()(const tern::ContactsProgress&) {}
  void operator()(const tern::ContactJoined& event) {
    line(visible(event.contact.name) + " can be written to now");
  }
  void operator()(const tern::ContactLeft& event) {
    line(visible(event.contact.name) + " is not here any more");
  }
  void operator()(const tern::ContactKeyChanged& event) {
    line("warning: the number of " + visible(event.contact.name) +
         " has another key; compare this with them, then accept it: " + event.safety_number);
  }
  void operator()(const tern::ConnectionChanged& event) {
    line(event.online ? "online" : "offline");
  }
  void operator()(const tern::LogForked&) {
    line("warning: the relay shows people different histories");
  }
  void operator()(const tern::LogRolledBack&) {
    line("the relay has lost messages, and they are sent again");
  }
  void operator()(const tern::ChatRestarted&) { line("a chat was begun anew"); }
  void operator()(const tern::DeviceRestored&) {
    line("this folder is an old copy: asking to be added to every chat again");
  }
  void operator()(const tern::Problem& event) { line("problem: " + visible(event.message)); }
  void operator()(const tern::Reset&) { line("more happened than can be shown; see the log"); }

  void flush() {
    if (!changed_) return;
    std::cout << mark(state_) << ' ' << changed_ << ' ' << state_name(state_) << std::endl;
    changed_ = 0;
  }

 private:
  void line(const std::string& text) {
    flush();
    std::cout << text << std::endl;
  }

  tern::Client& client_;
  const Names& names_;
  tern::MessageState state_{};
  std::size_t changed_ = 0;
};

}  // namespace

void run(const std::filesystem::path& folder, const RunOptions& options) {
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  auto person = open_person(folder, Network::on);
  Printer print(person.client, person.names);
  auto last = Clock::now();
  while (!stopped) {
    // A short wait, for a signal does not end it; what is alike and comes at once is one line.
    if (auto event = person.client.wait_event(100ms)) {
      std::visit(print, *event);
      last = Clock::now();
      continue;
    }
    print.flush();
    if (person.client.connection() != tern::Connection::online) last = Clock::now();
    if (options.idle.count() > 0 && Clock::now() - last >= options.idle) return;
  }
}

}  // namespace chat
