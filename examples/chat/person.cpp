#include "chat/person.hpp"

#include "chat/require.hpp"
#include "chat/storage_key.hpp"

namespace chat {
namespace {

/// The account of the one contact with this number or this name.
std::optional<tern::AccountId> contact_account(const Person& person, const std::string& who) {
  std::optional<tern::AccountId> out;
  for (const auto& contact : require(person.client.contacts().list())) {
    if (!contact.account || (contact.number != who && contact.name != who)) continue;
    if (out && *out != *contact.account)
      throw Failure("several contacts have the name '" + who + "'; give a number");
    out = contact.account;
  }
  return out;
}

/// WHO as an id, whichever way it was said.
std::string id_of(const Person& person, const std::string& who) {
  if (const auto id = person.names.id_of(who)) return *id;
  const auto account = contact_account(person, who);
  return account ? tern::to_base32(*account) : who;
}

/// The chat that has this id, or is with the account that has it.
std::optional<tern::Chat> existing(Person& person, const std::string& who) {
  auto id = id_of(person, who);
  if (const auto bytes = tern::from_base32(id)) id = tern::to_base32(*bytes);  // either case
  for (const auto& chat : require(person.client.chats()))
    if (tern::to_base32(chat.id) == id || (chat.one_to_one && tern::to_base32(chat.peer) == id))
      return require(person.client.chat(chat.id));
  return std::nullopt;
}

}  // namespace

Person open_person(const std::filesystem::path& folder, Network network) {
  const auto key = read_storage_key(folder);
  auto client = require(tern::Client::open(
      {.folder = folder, .storage_key = key, .start_offline = network == Network::off}));
  if (network == Network::on) client.register_device();
  auto names = Names::read(folder);
  for (const auto& contact : require(client.contacts().list()))
    if (contact.account) names.know(*contact.account, contact.name);
  return {std::move(client), std::move(names)};
}

tern::AccountId find_account(const Person& person, const std::string& who) {
  const auto bytes = tern::from_base32(id_of(person, who));
  if (auto account = bytes ? tern::AccountId::from(*bytes) : std::nullopt) return *account;
  throw Failure("'" + who +
                "' is neither an id (26 letters and digits), nor a name given here, nor "
                "a contact who is here");
}

tern::Chat chat_to(Person& person, const std::string& who) {
  if (auto chat = existing(person, who)) return *chat;
  return require(person.client.chat_with(find_account(person, who)));
}

tern::Chat known_chat(Person& person, const std::string& who) {
  if (auto chat = existing(person, who)) return *chat;
  throw Failure("no chat with '" + who + "' yet");
}

}  // namespace chat
