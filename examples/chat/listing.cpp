// chats, pending, log: what lies in the folder. None of them needs the network.
#include <algorithm>
#include <iostream>

#include "chat/commands.hpp"
#include "chat/message_line.hpp"
#include "chat/person.hpp"
#include "chat/require.hpp"
#include "chat/visible.hpp"

namespace chat {
namespace {

constexpr std::size_t page = 500;

std::string state_text(tern::ChatState state) {
  switch (state) {
    case tern::ChatState::setting_up:
      return ", not at the relay yet";
    case tern::ChatState::joining:
      return ", joining";
    case tern::ChatState::active:
      return "";
    case tern::ChatState::split:
      return ", waiting to be added again";
    case tern::ChatState::left:
      return ", left";
  }
  return "";
}

/// All of a chat's messages, oldest first.
std::vector<tern::Message> whole_history(const tern::Chat& chat) {
  std::vector<std::vector<tern::Message>> pages;
  std::optional<tern::HistoryPosition> before;
  for (auto part = require(chat.history(page)); !part.empty();
       part = require(chat.history(page, before))) {
    before = part.front().position;
    pages.push_back(std::move(part));
  }
  std::vector<tern::Message> out;
  for (auto it = pages.rbegin(); it != pages.rend(); ++it)
    std::move(it->begin(), it->end(), std::back_inserter(out));
  return out;
}

void print(const tern::Message& message, LogFormat format, const Names& names) {
  if (format == LogFormat::json) std::cout << message_json(message) << '\n';
  if (format == LogFormat::lines) std::cout << message_line(message, names) << '\n';
  if (auto* text = std::get_if<tern::Text>(&message.body); text && format == LogFormat::texts)
    std::cout << text->text << '\n';
}

}  // namespace

void list_chats(const std::filesystem::path& folder) {
  auto person = open_person(folder, Network::off);
  for (const auto& chat : require(person.client.chats())) {
    const auto title = chat.one_to_one ? person.names.name_of(chat.peer) : chat.title;
    std::cout << tern::to_base32(chat.id) << "  " << visible(title) << "  (" << chat.unread
              << " unread, " << chat.queued << " waiting" << state_text(chat.state) << ")\n";
  }
}

void list_pending(const std::filesystem::path& folder) {
  auto person = open_person(folder, Network::off);
  for (const auto& message : require(person.client.pending()))
    std::cout << message_line(message, person.names) << '\n';
}

void print_log(const std::filesystem::path& folder, const std::string& who, LogFormat format,
               const std::string& from) {
  auto person = open_person(folder, Network::off);
  std::optional<tern::AccountId> sender;
  if (!from.empty()) sender = find_account(person, from);
  for (const auto& message : whole_history(known_chat(person, who)))
    if (!sender || message.sender == *sender) print(message, format, person.names);
}

}  // namespace chat
