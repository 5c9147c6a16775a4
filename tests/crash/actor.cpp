// One of the three people of the crash lab, as a process that may be killed at any moment.
//
//   crash-actor play FOLDER RELAY NAME STAGE   plays its part (script.hpp) until it is killed
//   crash-actor dump FOLDER                    what is in the folder, a line a message and a chat
//   crash-actor fill FOLDER RELAY              queues 30 MB of texts, a line for each ten, from
//                                              where an earlier life has got to
//
// On standard output beside the script's promises: `state …` when its part, its queue or a chat's
// epoch moves on; `wrong …` what must never be heard from an honest relay. Ends with status 3 after
// `failed …` when the storage gives up: whoever runs it starts it again.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <sstream>

#include "base/try.hpp"
#include "crash/script.hpp"
#include "store/port.hpp"

using namespace tern;
using namespace tern::crash;
using namespace std::chrono_literals;

namespace {

constexpr int storage_gave_up = 3;
constexpr std::array<std::uint8_t, 32> storage_key{1, 2, 3};

int fail(const Error& error) {
  const bool storage = store::is_storage(error.errc());
  std::cout << (storage ? "failed " : "wrong ") << name(error.errc()) << ": " << error.message()
            << std::endl;
  return storage_gave_up;
}

std::string chat_line(const ChatInfo& info) {
  std::ostringstream out;
  out << (info.one_to_one ? "pair" : info.title) << " epoch=" << info.epoch
      << " applied=" << info.applied_seq << " members=" << info.members.size()
      << " state=" << static_cast<int>(info.state) << " authenticator="
      << to_hex(ByteSpan(info.epoch_authenticator)
                    .first(std::min<std::size_t>(info.epoch_authenticator.size(), 8)));
  return out.str();
}

Result<std::string> state_line(const Client& client, const Script& script) {
  TERN_ASSIGN(const auto pending, client.pending());
  TERN_ASSIGN(auto chats, client.chats());
  std::vector<std::string> lines;
  for (const auto& info : chats) lines.push_back(chat_line(info));
  std::ranges::sort(lines);
  std::string out = "act " + std::to_string(script.act());
  out += script.done() && pending.empty() ? " done" : " playing";
  for (const auto& line : lines) out += "; " + line;
  return out;
}

// What passes: no room at the moment, no line, an answer that has to be asked for again.
bool passes(const Error& error) {
  return store::is_storage(error.errc()) ? error == Errc::storage_full : error.retryable();
}

// What an honest relay and a disk that keeps what it has synced never bring about.
std::optional<Error> wrong_in(const Event& event) {
  if (std::holds_alternative<LogForked>(event)) return Error(Errc::internal, "the log has forked");
  if (std::holds_alternative<DeviceRestored>(event))
    return Error(Errc::internal, "the device takes itself for an old copy");
  if (const auto* const problem = std::get_if<Problem>(&event))
    std::cout << "problem " << name(problem->code) << ": " << problem->message << std::endl;
  return std::nullopt;
}

int play(Client& client, Script script) {
  std::string said;
  for (;;) {
    if (const auto gone_on = script.go_on(); !gone_on) {
      if (!passes(gone_on.error())) return fail(gone_on.error());
      std::cout << "waits for " << name(gone_on.error().errc()) << std::endl;
    }
    auto line = state_line(client, script);
    if (!line && !passes(line.error())) return fail(line.error());
    if (line && *line != said) std::cout << "state " << (said = *line) << std::endl;
    auto event = client.wait_event(400ms);
    for (; event; event = client.poll_event()) {
      script.heard(*event);
      if (const auto wrong = wrong_in(*event)) return fail(*wrong);
    }
  }
}

std::string content_of(const Message& message) {
  if (const auto* const text = std::get_if<Text>(&message.body)) return text->text;
  if (const auto* const file = std::get_if<File>(&message.body)) return "film " + file->name;
  if (const auto* const voice = std::get_if<Voice>(&message.body))
    return "voice " + std::to_string(voice->clip.samples) + " " + to_hex(voice->packets_hash);
  return "something else";
}

Result<void> dump_chat(const Client& client, const ChatInfo& info) {
  std::cout << "chat " << chat_line(info) << "\n";
  TERN_ASSIGN(const auto chat, const_cast<Client&>(client).chat(info.id));
  TERN_ASSIGN(const auto history, chat.history(1'000));
  for (const auto& message : history) {
    if (std::holds_alternative<Notice>(message.body)) continue;
    std::cout << "message " << (info.one_to_one ? "pair" : info.title) << " " << message.id.hex()
              << " " << message.seq << " " << content_of(message) << "\n";
  }
  return {};
}

Result<void> dump(const Client& client) {
  std::cout << "account " << client.account_id().hex() << "\n";
  std::cout << "number " << client.number() << "\n";
  for (const auto& [person, number] : people) {
    const auto contact = client.contacts().find(number);
    if (contact && contact->account)
      std::cout << "contact " << number << " " << contact->account->hex() << "\n";
    else if (!contact && store::is_storage(contact.error().errc()))
      return contact.error();
  }
  TERN_ASSIGN(const auto chats, client.chats());
  for (const auto& info : chats) TERN_TRY(dump_chat(client, info));
  TERN_ASSIGN(const auto pending, client.pending());
  std::cout << "pending " << pending.size() << std::endl;
  return {};
}

constexpr std::size_t texts_to_fill = 500, texts_at_once = 10, text_bytes = 60'000;

int fill(Client& client) {
  auto chat = client.chat_with(AccountId{});
  if (!chat) return fail(chat.error());
  const auto history = chat->history(texts_to_fill * 2);
  if (!history) return fail(history.error());
  auto there = history->size();
  std::cout << "there " << there << std::endl;
  while (there < texts_to_fill) {
    const std::string text(text_bytes, 'x');
    const std::vector<std::string_view> texts(texts_at_once, text);
    if (const auto sent = chat->send_texts(texts); !sent) return fail(sent.error());
    std::cout << "there " << (there += texts_at_once) << std::endl;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool plays = words.size() == 5 && words[0] == "play";
  const bool fills = words.size() == 3 && words[0] == "fill";
  if (!plays && !fills && !(words.size() == 2 && words[0] == "dump")) return 2;
  auto client = Client::open({.folder = words[1],
                              .storage_key = storage_key,
                              .relay = words.size() > 2 ? words[2] : std::string(),
                              .start_offline = !plays});
  if (!client) return fail(client.error());
  if (plays) return play(*client, Script(*client, words[3], words[4]));
  if (fills) return fill(*client);
  const auto dumped = dump(*client);
  return dumped ? 0 : fail(dumped.error());
}
