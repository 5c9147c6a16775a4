// What a relay has to bear from those who mean it no good, each from a process of its own.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>

#include "bench/raw_device.hpp"

namespace tern::load {

/// What the attackers have done, and what they were told.
struct Tally {
  std::atomic<std::uint64_t> sent = 0;  ///< requests, connections or bytes
  std::atomic<std::uint64_t> taken = 0;
  std::atomic<std::uint64_t> rate_limited = 0;
  std::atomic<std::uint64_t> inbox_full = 0;
  std::atomic<std::uint64_t> refused_otherwise = 0;
  std::atomic<std::uint64_t> closed = 0;  ///< connections that the relay ended
};

struct Target {
  net::RelayAddress relay;
  DeviceId victim;  ///< whose inbox is flooded
};

/// One device sends appends without waiting for an answer, and comes back when it is cut off.
void flood_from_one_device(const Target& target, Tally& tally);
/// A thousand connections that each send a byte now and then: of a handshake, or of a frame.
void slow_loris(const Target& target, Tally& tally);
/// A thousand times a second somebody connects, shakes hands and goes.
void connect_and_go(const Target& target, Tally& tally);
/// Three devices make group after group with the victim in it, each with a Welcome of 64 KiB.
void flood_inbox(const Target& target, Tally& tally);
/// A frame of 1 MiB, a byte in each packet; and again.
void drip_a_frame(const Target& target, Tally& tally);

using Attack = void (*)(const Target&, Tally&);

/// Runs an attack, which never ends by itself, until it is destroyed. With the lowest priority that
/// there is: it is the relay that is attacked, not the processor of who measures.
class AttackProcess {
 public:
  /// The calling process has one thread.
  AttackProcess(Attack attack, const Target& target);
  ~AttackProcess();
  AttackProcess(const AttackProcess&) = delete;
  AttackProcess& operator=(const AttackProcess&) = delete;

  const Tally& tally() const { return *tally_; }
  /// It should not have.
  bool has_ended() const;

 private:
  Tally* tally_;  // in memory that both processes see
  mutable pid_t process_ = -1;
};

}  // namespace tern::load
