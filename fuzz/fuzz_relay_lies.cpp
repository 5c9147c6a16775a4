// A device whose relay changes, drops and repeats what it says, from the first frame on: the
// address book's directory, chats, files. What the device then shows is still nobody's invention.
#include "hostile_line.hpp"
#include "target.hpp"

using namespace tern;

namespace {

void check_chats(const fuzzing::Town& town) {
  const auto chats = town.anna->engine().chats();
  if (!chats) return;
  for (const auto& chat : *chats)
    for (const auto& text : town.anna->texts(chat.id))
      expect(town.said.contains(text), "a text that is shown was written by somebody");
}

void check_contacts(const fuzzing::Town& town) {
  const auto contacts = town.anna->engine().contacts();
  if (!contacts) return;
  for (const auto& contact : *contacts) {
    if (contact.state != ContactState::member) continue;
    const auto whose = contact.number == fuzzing::bos_number    ? town.bo->account()
                       : contact.number == fuzzing::cems_number ? town.cem->account()
                                                                : town.anna->account();
    expect(contact.account == whose, "a number is its owner's");
  }
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  fuzzing::Town town(fuzzing::Town::Hostile::relay, input);
  town.live();
  check_chats(town);
  check_contacts(town);
}
