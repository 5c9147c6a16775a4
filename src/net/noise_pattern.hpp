// Handshake patterns as tables: Noise revision 34 §7.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tern::net {

/// What one message does next. The letters are the initiator's key, then the responder's.
enum class NoiseToken : std::uint8_t { end, e, s, ee, es, se, ss };

/// The tokens of one message; `end` fills up.
using NoiseMessagePattern = std::array<NoiseToken, 5>;

/// Messages alternate, the initiator's first.
struct NoisePattern {
  std::string_view name;
  /// The pre-message: the initiator knows the responder's static key beforehand ("<- s").
  bool responder_known = false;
  std::array<NoiseMessagePattern, 3> messages{};
  std::size_t message_count = 0;
};

/// §7.5. The device knows the relay's key from its address; the relay learns the device's key,
/// encrypted, in the first message.
inline constexpr NoisePattern noise_ik{
    .name = "IK",
    .responder_known = true,
    .messages = {{{NoiseToken::e, NoiseToken::es, NoiseToken::s, NoiseToken::ss},
                  {NoiseToken::e, NoiseToken::ee, NoiseToken::se}}},
    .message_count = 2};

}  // namespace tern::net
