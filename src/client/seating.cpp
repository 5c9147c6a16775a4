#include "client/seating.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::client {

Result<std::vector<SeatedLeaf>> seated_leaves(const mls::Group& group) {
  std::vector<SeatedLeaf> out;
  TERN_ASSIGN(const auto members, group.members());
  for (const auto& member : members) {
    TERN_ASSIGN(const auto seat, seat_of(member.credential));
    out.push_back({member.leaf, seat});
  }
  return out;
}

Result<Seat> seat_at(const mls::Group& group, mls::LeafIndex leaf) {
  TERN_ASSIGN(const auto member, group.member(leaf));
  if (!member) return Errc::mls_sender_not_member;
  return seat_of(member->credential);
}

Result<std::vector<Seat>> seats_of(const std::vector<mls::LeafChange>& changes) {
  std::vector<Seat> out;
  for (const auto& change : changes) {
    TERN_ASSIGN(const auto seat, seat_of(change.credential));
    out.push_back(seat);
  }
  return out;
}

Result<std::vector<DeviceId>> leaving_in(const mls::Group& group) {
  std::vector<DeviceId> out;
  for (const auto leaf : group.pending_removals()) {
    TERN_ASSIGN(const auto seat, seat_at(group, leaf));
    out.push_back(seat.device);
  }
  return out;
}

bool holds(const std::vector<Seat>& seats, const DeviceId& device) {
  return std::any_of(seats.begin(), seats.end(),
                     [&](const Seat& seat) { return seat.device == device; });
}

std::vector<Seat> seats_on(const std::vector<SeatedLeaf>& leaves) {
  std::vector<Seat> out;
  out.reserve(leaves.size());
  for (const auto& [leaf, seat] : leaves) out.push_back(seat);
  return out;
}

std::vector<DeviceId> devices_of(const std::vector<Seat>& seats) {
  std::vector<DeviceId> out;
  out.reserve(seats.size());
  for (const auto& seat : seats) out.push_back(seat.device);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace tern::client
