// The private halves of this device's published KeyPackages: what lets others add it to a chat
// while it is offline. Kept until used, replaced or expired.
#pragma once

#include "base/clock.hpp"
#include "client/leaf_time.hpp"
#include "client/tables.hpp"

namespace tern::client {

/// RFC 9420 §7.2: valid from a day ago, for clocks differ, for limits::key_package_lifetime_days.
mls::Lifetime key_package_lifetime(Now now);

namespace key_packages {

struct Private {
  SecretBytes record;        ///< mls: init key, leaf key, KeyPackage
  bool last_resort = false;  ///< may be used again, for another epoch
  bool of_request = false;   ///< went out with a request to be added again, and nowhere else
};

struct Made {
  std::vector<Bytes> single_use;
  Bytes last_resort;  ///< empty when none was asked for
  mls::KeyPackageRef last_resort_ref;
};

/// Makes KeyPackages and keeps their private halves.
Result<Made> make(Rows& rows, Now now, const mls::Identity& identity, std::size_t single_use,
                  bool last_resort, Entropy& entropy);
/// One for a rejoin request.
Result<Bytes> make_one(Rows& rows, Now now, const mls::Identity& identity, Entropy& entropy);
/// nullopt: not ours, used or expired.
Result<std::optional<Private>> find(const ReadRows& rows, const mls::KeyPackageRef& ref);
/// The group that a Welcome leads into, in the epoch that it leads into. Not the Welcome's bytes:
/// whoever was in that epoch can write it another one.
using EpochTag = crypto::Blake2bDigest;
EpochTag epoch_tag(const mls::Group& joined);
/// Uses it for a Welcome into that epoch. Erases a single-use one (RFC 9420 §16.8: an init key is
/// deleted once its Welcome was used); a last-resort one enters no epoch twice, or an old Welcome,
/// sent again, would begin its ratchets anew and use their keys and nonces a second time.
/// Errors: mls_welcome_invalid for such a one.
Result<void> use(Rows& rows, const mls::KeyPackageRef& ref, const EpochTag& epoch);
/// The relay gives out `newest` from now on: earlier last-resort ones are kept for a day, for the
/// Welcomes that are under way.
Result<void> replaced(Rows& rows, Now now, const mls::KeyPackageRef& newest);
Result<void> erase_expired(Rows& rows, Now now);

}  // namespace key_packages
}  // namespace tern::client
