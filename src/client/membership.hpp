// What a new epoch changes in a chat beside its keys: members, title, what the app is told, and
// what was still wanted.
#pragma once

#include "client/policy.hpp"
#include "client/step.hpp"

namespace tern::client {

struct MembershipChange {
  std::uint64_t seq = 0;
  std::vector<Seat> added;
  std::vector<Seat> removed;
  std::vector<DeviceId> leaving;  ///< of the removed, those who asked to
  /// What those who come back have asked by.
  std::vector<wire::RejoinProof> returning;
};

namespace membership {

/// The chat is in this epoch from now on: number, authenticator, size, title.
Result<void> enter_epoch(Step& step, Chat& chat, const mls::Group& group);
/// A commit's effect on roster, notices, receipts and what was wanted.
Result<void> apply(Step& step, Chat& chat, const MembershipChange& change);
/// The same for a chat that this device has just come into, or come back to: `how`, rejoined or
/// restarted.
Result<void> joined(Step& step, Chat& chat, const std::vector<Seat>& seats, std::uint64_t seq,
                    const Notice& how);
/// Puts a notice at its place in the history; `index` tells the notices of one entry apart.
Result<void> notice(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t index,
                    const Notice& notice);
/// This device is out, at the commit `seq`: nothing is sent any more, keys are gone, the history
/// stays.
Result<void> left(Step& step, Chat& chat, std::uint64_t seq);

}  // namespace membership
}  // namespace tern::client
