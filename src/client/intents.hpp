// What a person wants of a group's membership and what it still takes: kept until the group has
// it, however many commits and restarts lie between.
#pragma once

#include "client/tables.hpp"

namespace tern::client {

struct Intents {
  std::vector<AccountId> add;
  std::vector<AccountId> remove;
  /// Members whose Welcome found no room in their inbox: to be added again.
  std::vector<DeviceId> add_again;
  /// Whom the new group is to be made with that takes this one's place.
  std::vector<AccountId> restart;

  static Result<Intents> load(const ReadRows& rows, const RowId& chat);
  Result<void> store(Rows& rows, const RowId& chat) const;
  bool adds(const AccountId& account) const;
  bool removes(const AccountId& account) const;
  bool adds_again(const DeviceId& device) const;
  bool empty() const {
    return add.empty() && remove.empty() && add_again.empty() && restart.empty();
  }
};

}  // namespace tern::client
