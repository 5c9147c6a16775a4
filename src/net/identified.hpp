// Whom a connection speaks for is known to the core; its answers say so.
#pragma once

#include "wire/frames.hpp"

namespace tern::net {

/// Whether `frame`, of the core's, tells a device that it is known.
inline bool says_identified(ByteSpan frame) {
  const auto decoded = wire::decode_server_frame(frame);
  if (!decoded || !*decoded) return false;
  const auto* const answer = std::get_if<wire::AnswerFrame>(&**decoded);
  if (!answer) return false;
  const auto* const resumed = std::get_if<wire::Resumed>(&answer->answer);
  return (resumed && resumed->registered) ||
         std::holds_alternative<wire::Registered>(answer->answer);
}

}  // namespace tern::net
