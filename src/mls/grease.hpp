// GREASE (RFC 9420 §13.5): values that mean nothing, sent so that others keep ignoring what they
// do not know.
#pragma once

#include "base/entropy.hpp"
#include "mls/leaf_node.hpp"

namespace tern::mls {

/// One of the values that every registry reserves: 0x0A0A, 0x1A1A … 0xEAEA.
inline std::uint16_t grease_value(Entropy& entropy) {
  return static_cast<std::uint16_t>(0x0A0A + 0x1010 * entropy.below(15));
}

constexpr bool is_grease(std::uint16_t type) {
  return (type & 0x0F0F) == 0x0A0A && type >> 8 == (type & 0xFF) && type != 0xFAFA;
}

/// Adds one to each list of `capabilities` for which §13.5 names it.
inline void add_grease(Capabilities& capabilities, Entropy& entropy) {
  for (auto* list : {&capabilities.cipher_suites, &capabilities.extensions, &capabilities.proposals,
                     &capabilities.credentials})
    list->push_back(grease_value(entropy));
}

}  // namespace tern::mls
