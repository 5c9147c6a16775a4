// Whose terminal this is: a folder, the client in it, and the names given to others.
#pragma once

#include <filesystem>
#include <tern/client.hpp>

#include "chat/names.hpp"

namespace chat {

enum class Network { off, on };

struct Person {
  tern::Client client;
  Names names;
};

/// Opens the folder of an earlier `init`. With the network on it connects, and registers should
/// that not have happened yet.
Person open_person(const std::filesystem::path& folder, Network network);

// WHO is a name given with `tern-chat name`, a number or a name of the address book
// (tern-contacts), an account's id, or a group's id.

/// The chat with WHO; one with a person is made when there is none.
tern::Chat chat_to(Person& person, const std::string& who);
/// The chat with WHO that is there already.
tern::Chat known_chat(Person& person, const std::string& who);
/// WHO, when only a person will do.
tern::AccountId find_account(const Person& person, const std::string& who);

}  // namespace chat
