// Frames that have begun and do not end: each is bounded, and so are all of them together.
#pragma once

#include <vector>

#include "relay/core.hpp"

namespace tern::net {

/// A peer that owes the rest of a frame.
struct Owing {
  relay::ConnectionId connection = 0;
  bool identified = false;  ///< the core knows its device
  std::int64_t since_ms = 0;
  std::size_t bytes = 0;  ///< that wait for the rest
};

/// Who has to go so that what all of them hold is at most `bytes_max`: strangers first, and of
/// those whoever has owed for longest.
std::vector<relay::ConnectionId> over_budget(std::vector<Owing> owing, std::size_t bytes_max);

}  // namespace tern::net
