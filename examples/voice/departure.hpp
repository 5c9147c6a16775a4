// A voice message on its way out.
#pragma once

#include <tern/client.hpp>

#include "chat/person.hpp"

namespace voice {

/// Prints how the own message gets on until the relay has it and its sound, `wait_s` have passed,
/// or Ctrl-C: what is not out then goes out when a later command is online. Throws Failure when it
/// failed for good.
void see_off(chat::Person& person, const tern::Chat& chat, const tern::MessageId& id,
             double wait_s);

}  // namespace voice
