// init, id, name: who this is, and who the others are.
#include <iostream>

#include "chat/commands.hpp"
#include "chat/person.hpp"
#include "chat/require.hpp"
#include "chat/storage_key.hpp"

using namespace std::chrono_literals;

namespace chat {

void init(const std::filesystem::path& folder, const std::string& relay) {
  const auto key = make_storage_key(folder);
  auto opened = tern::Client::open({.folder = folder, .storage_key = key, .relay = relay});
  if (!opened) remove_storage_key(folder);  // nothing was made with it
  auto client = require(std::move(opened));
  std::cout << tern::to_base32(client.account_id()) << std::endl;
  // Without a relay this is no failure: the next command that goes online does it.
  if (auto done = client.register_device().wait(5s); !done)
    std::cerr << "not known to the relay yet (" << done.error().message()
              << "); will try again when online\n";
}

void print_id(const std::filesystem::path& folder) {
  const auto person = open_person(folder, Network::off);
  std::cout << tern::to_base32(person.client.account_id()) << '\n';
}

void set_name(const std::filesystem::path& folder, const std::string& who,
              const std::string& name) {
  auto person = open_person(folder, Network::off);
  const auto id = person.names.id_of(who).value_or(who);
  const auto bytes = tern::from_base32(id);
  if (!bytes || !tern::AccountId::from(*bytes)) throw Failure("'" + who + "' is not an id");
  person.names.set(name, tern::to_base32(*bytes));
}

}  // namespace chat
