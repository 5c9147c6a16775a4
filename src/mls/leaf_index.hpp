// A member's place among the leaves of the ratchet tree (RFC 9420 §4.1.1).
#pragma once

#include <compare>
#include <cstdint>

namespace tern::mls {

struct LeafIndex {
  std::uint32_t value = 0;
  friend auto operator<=>(const LeafIndex&, const LeafIndex&) = default;
};

}  // namespace tern::mls
