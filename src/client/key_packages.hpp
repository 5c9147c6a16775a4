// The private halves of this device's published KeyPackages: what lets others add it to a chat
// while it is offline. Kept until used or expired.
#pragma once

#include "base/clock.hpp"
#include "client/account.hpp"
#include "client/tables.hpp"

namespace tern::client {

/// RFC 9420 §7.2: valid from a day ago, for clocks differ, for limits::key_package_lifetime_days.
mls::Lifetime key_package_lifetime(Now now);

namespace key_packages {

struct Private {
  SecretBytes record;        ///< mls: init key, leaf key, KeyPackage
  bool last_resort = false;  ///< may be used again
};

struct Made {
  std::vector<Bytes> single_use;
  Bytes last_resort;  ///< empty when none was asked for
};

/// Makes KeyPackages and keeps their private halves.
Result<Made> make(Rows& rows, Now now, const Account& account, std::size_t single_use,
                  bool last_resort, Entropy& entropy);
/// One for a rejoin request.
Result<Bytes> make_one(Rows& rows, Now now, const Account& account, Entropy& entropy);
/// nullopt: not ours, used or expired.
Result<std::optional<Private>> find(const ReadRows& rows, const mls::KeyPackageRef& ref);
/// Erases a single-use one; RFC 9420 §16.8: an init key is deleted once its Welcome was used.
Result<void> used(Rows& rows, const mls::KeyPackageRef& ref);
Result<void> erase_expired(Rows& rows, Now now);

}  // namespace key_packages
}  // namespace tern::client
