// Finding a chat's voice messages.
#pragma once

#include <tern/client.hpp>

namespace voice {

/// The `number`th newest voice message of somebody else; 1: the newest. nullopt: not so many.
std::optional<tern::Message> received_voice(const tern::Chat& chat, std::size_t number);

}  // namespace voice
