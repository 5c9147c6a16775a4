// One of two people in the crash tests, as a process that may be killed at any moment and started
// again: it sends its numbered texts, going on where its own history ends, and says on standard
// output how far it is.
//
//   crash-peer FOLDER RELAY id                      prints the account id
//   crash-peer FOLDER RELAY talk PEER WORD COUNT    sends WORD 0 … WORD COUNT-1; a line for each
//                                                   step; stays until told to end
//   crash-peer FOLDER RELAY dump PEER               the history, a line a message
//   crash-peer FOLDER RELAY put PEER FILE           sends the file, unless an earlier life has; a
//   line
//                                                   for each step of its upload; stays
//   crash-peer FOLDER RELAY get PEER FILE           fetches the file that comes, a line for each
//                                                   step, and saves it; stays
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>

#include "tern/client.hpp"

using namespace tern;
using namespace std::chrono_literals;

namespace {

int fail(const Error& error) {
  std::cerr << error.message() << "\n";
  return 1;
}

std::size_t texts_of(const Chat& chat, bool mine) {
  std::size_t count = 0;
  const auto history = chat.history(1'000'000).value();
  for (const auto& message : history)
    count += message.mine == mine && std::holds_alternative<Text>(message.body) ? 1 : 0;
  return count;
}

/// How many texts may be out by now: the test lets the talk go on a little each round.
std::size_t allowed(const std::string& file) {
  std::size_t out = 0;
  std::ifstream(file) >> out;
  return out;
}

/// Sends one text each time something happens, so that sending and receiving interleave.
int talk(Client& client, Chat chat, const std::string& word, std::size_t count,
         const std::string& allowance) {
  auto sent = texts_of(chat, true);
  auto received = texts_of(chat, false);
  bool told_done = false;
  for (;;) {
    const bool may_send = sent < allowed(allowance);
    if (may_send) {
      const auto id = chat.send_text(word + " " + std::to_string(sent));
      if (!id) return fail(id.error());
      std::cout << "sent " << ++sent << std::endl;
    }
    while (auto event = client.wait_event(may_send ? 1ms : 20ms)) {
      const auto* arrived = std::get_if<MessageArrived>(&*event);
      if (arrived && !arrived->message.mine && std::holds_alternative<Text>(arrived->message.body))
        std::cout << "received " << ++received << std::endl;
      if (may_send) break;
    }
    const bool done =
        sent == count && texts_of(chat, false) == count && client.pending().value().empty();
    if (done && !told_done) std::cout << "done" << std::endl;
    told_done = done;
  }
}

int dump(const Chat& chat) {
  const auto history = chat.history(1'000'000).value();
  for (const auto& message : history)
    if (const auto* text = std::get_if<Text>(&message.body))
      std::cout << message.seq << " " << message.id.hex() << " " << text->text << "\n";
  return 0;
}

std::optional<Message> file_in(const Chat& chat) {
  const auto history = chat.history(100).value();
  for (const auto& message : history)
    if (std::holds_alternative<File>(message.body)) return message;
  return std::nullopt;
}

/// Waits for what happens next, and says how far the file is.
Media follow(Client& client, const Chat& chat) {
  (void)client.wait_event(20ms);
  while (client.poll_event()) continue;
  const auto message = file_in(chat);
  return message ? std::get<File>(message->body).media : Media{.state = Media::State::elsewhere};
}

/// A line for each step of the file's way; `done` once it is over, and then for ever.
template <class There>
int stay(Client& client, const Chat& chat, There there) {
  std::uint64_t said = 0;
  for (bool done = false;;) {
    const auto media = follow(client, chat);
    if (media.done != said) std::cout << "at " << (said = media.done) << std::endl;
    if (done || media.state != Media::State::here) continue;
    if (const auto saved = there(); !saved) return fail(saved.error());
    std::cout << "done" << std::endl;
    done = true;
  }
}

int put(Client& client, Chat chat, const std::string& file) {
  if (!file_in(chat)) {
    const auto id = chat.send_file({.path = file, .name = {}, .type = {}, .picture = {}});
    if (!id) return fail(id.error());
  }
  return stay(client, chat, [] { return Result<void>(); });
}

int get(Client& client, Chat chat, const std::string& file) {
  while (!file_in(chat)) (void)follow(client, chat);
  if (const auto asked = chat.fetch(*file_in(chat)); !asked) return fail(asked.error());
  return stay(client, chat, [&] { return chat.save(*file_in(chat), file); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 3) return 2;
  // The same key in each life: what an app would get from the system's key store.
  const std::array<std::uint8_t, 32> key{1, 2, 3};
  auto client = Client::open({.folder = words[0],
                              .storage_key = key,
                              .relay = words[1],
                              .start_offline = words[2] == "id" || words[2] == "dump"});
  if (!client) return fail(client.error());
  if (words[2] == "id") {
    std::cout << to_base32(client->account_id()) << std::endl;
    return 0;
  }
  const auto peer = AccountId::from(*from_base32(words[3]));
  auto chat = client->chat_with(*peer);
  if (!chat) return fail(chat.error());
  if (words[2] == "dump") return dump(*chat);
  (void)client->register_device();
  if (words[2] == "put") return put(*client, *chat, words[4]);
  if (words[2] == "get") return get(*client, *chat, words[4]);
  return talk(*client, *chat, words[4], std::stoul(words[5]), words[6]);
}
