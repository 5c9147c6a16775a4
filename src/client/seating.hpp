// Who sits on which leaf of a group, by device and account.
#pragma once

#include "client/authentication.hpp"
#include "mls/group.hpp"

namespace tern::client {

struct SeatedLeaf {
  mls::LeafIndex leaf;
  Seat seat;
};

/// Everybody. Costs the size of the group: for handshakes, not for messages.
Result<std::vector<SeatedLeaf>> seated_leaves(const mls::Group& group);
/// Errors: mls_sender_not_member.
Result<Seat> seat_at(const mls::Group& group, mls::LeafIndex leaf);
Result<std::vector<Seat>> seats_of(const std::vector<mls::LeafChange>& changes);
/// Those who have asked to leave, by proposals that were let in.
Result<std::vector<DeviceId>> leaving_in(const mls::Group& group);
bool holds(const std::vector<Seat>& seats, const DeviceId& device);
std::vector<Seat> seats_on(const std::vector<SeatedLeaf>& leaves);
/// In ascending order.
std::vector<DeviceId> devices_of(const std::vector<Seat>& seats);

}  // namespace tern::client
