// send, group: accepted means kept. What cannot leave now leaves when a later command is online.
#include <iostream>

#include "chat/commands.hpp"
#include "chat/delivery.hpp"
#include "chat/message_line.hpp"
#include "chat/person.hpp"
#include "chat/require.hpp"

namespace chat {
namespace {

constexpr std::size_t lines_at_once = 1000;

tern::MessageState state_of(const std::string& name) {
  for (auto state :
       {tern::MessageState::sent, tern::MessageState::delivered, tern::MessageState::read})
    if (name == state_name(state)) return state;
  throw Failure("--until takes sent, delivered or read, not '" + name + "'");
}

/// Every line a message, an empty one too. Queues what has been read as soon as it would have to
/// wait for more, so that a pipe that stays open is sent as it goes.
void send_lines(std::istream& in, tern::Chat& chat, Delivery& delivery) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(std::move(line));
    if (lines.size() < lines_at_once && in.rdbuf()->in_avail() > 0) continue;
    const std::vector<std::string_view> texts(lines.begin(), lines.end());
    delivery.follow(require(chat.send_texts(texts)));
    lines.clear();
  }
  if (lines.empty()) return;
  const std::vector<std::string_view> texts(lines.begin(), lines.end());
  delivery.follow(require(chat.send_texts(texts)));
}

}  // namespace

void send(const std::filesystem::path& folder, const SendOptions& options) {
  const auto until = state_of(options.until);
  const bool online = options.wait.count() > 0;
  auto person = open_person(folder, online ? Network::on : Network::off);
  auto chat = chat_to(person, options.who);
  Delivery delivery(chat, until);
  if (options.text == "-")
    send_lines(std::cin, chat, delivery);
  else
    delivery.follow({require(chat.send_text(options.text))});

  if (online && delivery.wait(person.client, options.wait)) {
    std::cout << state_name(until) << ' ' << delivery.followed() << " of " << delivery.followed()
              << '\n';
    return;
  }
  std::cout << "kept " << delivery.followed() << ": ";
  if (online) std::cout << delivery.arrived() << ' ' << state_name(until) << ", ";
  std::cout << "the rest goes out when there is a line\n";
}

void make_group(const std::filesystem::path& folder, const std::string& title,
                const std::vector<std::string>& members) {
  auto person = open_person(folder, Network::off);
  std::vector<tern::AccountId> accounts;
  for (const auto& member : members) accounts.push_back(find_account(person, member));
  const auto chat = require(person.client.create_group(title, accounts));
  std::cout << tern::to_base32(chat.id()) << '\n';
}

}  // namespace chat
