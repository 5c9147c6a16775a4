// What the sockets alone cost a relay: the floor of pairs that wait for each other.
#pragma once

#include <chrono>
#include <cstddef>

namespace tern::bench {

struct BarePairs {
  double delivered_per_s = 0;
  double relay_us = 0;  ///< of the relaying process's processor, a message
};
/// `count` senders over loopback TCP, each of which waits for its answer, through a process on the
/// relay's core that reads a message, answers it and passes it on: of the same sizes as a relay's,
/// but stored nowhere and in clear.
BarePairs bare_pairs(std::size_t count, std::chrono::milliseconds time);

}  // namespace tern::bench
