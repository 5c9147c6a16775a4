// When a device made its leaf in a group. Each leaf says it, and is later than the device's one
// before it, as all members see in the tree: so a KeyPackage that somebody kept never takes the
// place of a leaf that is newer.
#pragma once

#include "client/account.hpp"
#include "mls/group.hpp"

namespace tern::client {

/// Unix time in ms by the device's own clock, but always after its last one; 0: it does not say.
using LeafTime = std::uint64_t;

/// The latest that counts, a day in the year 9999: whoever held a device's keys for a moment must
/// not leave it behind a time that it could never pass.
inline constexpr LeafTime leaf_time_max = 253'400'000'000'000;

/// 78 years. However often a device has asked in vain, it and the KeyPackages that it publishes
/// stay within this of its clock: beyond it, once it had lost the time, it could not come back.
inline constexpr LeafTime leaf_time_leap_max = 4'096ULL * 7 * 86'400'000;

/// 0 also for what does not parse, and above leaf_time_max.
LeafTime leaf_time(const mls::Extensions& leaf_extensions);
LeafTime leaf_time_after(Now now, LeafTime before);
/// A leap ahead of the clock, each eight times as far as the one before, five up to the farthest:
/// for a device that does not know how late its own leaf in the tree is, for its folder was put
/// back, and its clock too.
LeafTime leaf_time_far_after(Now now, LeafTime before);
/// The device as it makes a leaf of that time.
mls::Identity identity_at(const Account& account, LeafTime time);
/// Errors: those of looking at the tree.
Result<LeafTime> leaf_time_at(const mls::Group& group, mls::LeafIndex leaf);

}  // namespace tern::client
