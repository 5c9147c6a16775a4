// send-file, fetch, save: files and images, end-to-end encrypted like the texts.
#include <iostream>

#include "chat/commands.hpp"
#include "chat/message_line.hpp"
#include "chat/person.hpp"
#include "chat/require.hpp"

using namespace std::chrono_literals;

namespace chat {
namespace {

constexpr std::size_t files_page = 100;

/// nullptr: a message without bytes elsewhere.
const tern::Media* media_of(const tern::Message& message) {
  if (auto* file = std::get_if<tern::File>(&message.body)) return &file->media;
  if (auto* voice = std::get_if<tern::Voice>(&message.body)) return &voice->media;
  return nullptr;
}

tern::Message find_media(const tern::Chat& chat, std::size_t number) {
  std::optional<tern::HistoryPosition> before;
  for (auto part = require(chat.history(files_page)); !part.empty();
       part = require(chat.history(files_page, before))) {
    for (auto message = part.rbegin(); message != part.rend(); ++message)
      if (media_of(*message) && --number == 0) return *message;
    before = part.front().position;
  }
  throw Failure("there are not so many files and voice messages in this chat");
}

/// Waits until the bytes are here (one's own: and at the relay) and, if one's own, the message is
/// sent. False when `wait` passes before.
bool wait_for_media(Person& person, const tern::Chat& chat, const tern::MessageId& id,
                    std::chrono::seconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const auto message = require(chat.message(id));
    const auto& media = *media_of(message);
    if (message.state == tern::MessageState::failed)
      throw Failure("not sent: " + tern::describe(message.failure));
    if (media.state == tern::Media::State::failed) throw Failure(tern::describe(media.failure));
    if (media.state == tern::Media::State::here && message.state >= tern::MessageState::sent)
      return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    person.client.wait_event(100ms);
  }
}

void print_one(const Person& person, const tern::Chat& chat, const tern::MessageId& id) {
  std::cout << message_line(require(chat.message(id)), person.names) << std::endl;
}

}  // namespace

void send_file(const std::filesystem::path& folder, const std::string& who, const std::string& file,
               const std::string& type, std::chrono::seconds wait) {
  auto person = open_person(folder, wait.count() > 0 ? Network::on : Network::off);
  auto chat = chat_to(person, who);
  const auto id = require(chat.send_file({.path = file, .type = type}));
  print_one(person, chat, id);
  if (wait.count() > 0 && wait_for_media(person, chat, id, wait))
    std::cout << "sent 1 of 1\n";
  else
    std::cout << "kept 1: it goes out when there is a line\n";
}

void fetch(const std::filesystem::path& folder, const std::string& who, std::size_t number,
           std::chrono::seconds wait) {
  auto person = open_person(folder, Network::on);
  auto chat = known_chat(person, who);
  const auto message = find_media(chat, number);
  if (media_of(message)->state != tern::Media::State::here) require(chat.fetch(message));
  if (!wait_for_media(person, chat, message.id, wait))
    throw Failure("it has not arrived yet; it goes on when a later command is online");
  print_one(person, chat, message.id);
}

void save(const std::filesystem::path& folder, const std::string& who, std::size_t number,
          const std::string& file) {
  auto person = open_person(folder, Network::off);
  const auto chat = known_chat(person, who);
  require(chat.save(find_media(chat, number), file));
}

}  // namespace chat
