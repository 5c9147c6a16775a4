// register, confirm, pin, delete-account: this person's own number.
#include <iostream>
#include <tern/phone_number.hpp>

#include "chat/person.hpp"
#include "chat/require.hpp"
#include "examples/contacts/commands.hpp"

using namespace std::chrono_literals;
using chat::require;

namespace contacts {
namespace {

constexpr auto answer_within = 40s;  // the relay gives whoever sends the code half a minute

chat::Person online(const Folder& folder) { return chat::open_person(folder, chat::Network::on); }

}  // namespace

void register_number(const Folder& folder, const std::string& number, const std::string& region) {
  const auto e164 = require(tern::to_e164(number, region));
  auto person = online(folder);
  require(person.client.register_number(e164).wait(answer_within));
  std::cout << "a code is on its way to " << e164 << "; give it to: tern-contacts confirm CODE\n";
}

void confirm(const Folder& folder, const std::string& code, const std::string& pin) {
  auto person = online(folder);
  require(person.client.confirm(code, pin).wait(answer_within));
  std::cout << person.client.number() << " is this person's\n";
}

void set_pin(const Folder& folder, const std::string& pin) {
  auto person = online(folder);
  require(person.client.set_registration_pin(pin).wait(answer_within));
  std::cout << (pin.empty() ? "no PIN protects the number now\n"
                            : "the number cannot be registered again without the PIN\n");
}

void delete_account(const Folder& folder) {
  auto person = online(folder);
  require(person.client.delete_account().wait(answer_within));
  std::cout << "the relay has forgotten this account; the folder is still here\n";
}

}  // namespace contacts
