// The heartbeat's question, and its answer, as frames. The engine's requests count from 1.
#pragma once

#include "wire/frames.hpp"

namespace tern::net {

inline constexpr std::uint32_t ping_id = 0;

inline Bytes ping_frame() {
  return wire::encode(wire::RequestFrame{.id = ping_id, .request = wire::Ping{}});
}

/// Whether this is what a relay says to ping_frame().
inline bool is_pong(ByteSpan frame) {
  constexpr std::size_t answer_bytes_max =
      256;  // longer ones are for the engine: not decoded twice
  if (frame.size() > answer_bytes_max) return false;
  const auto decoded = wire::decode_server_frame(frame);
  if (!decoded || !*decoded) return false;
  const auto* answer = std::get_if<wire::AnswerFrame>(&**decoded);
  return answer && answer->id == ping_id;
}

}  // namespace tern::net
