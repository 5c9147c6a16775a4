// A chat's members as rows that need no MLS state to be read; rewritten when membership changes,
// never for a message.
#pragma once

#include "client/tables.hpp"

namespace tern::client {

struct Seat {
  DeviceId device;
  AccountId account;
  /// Where in the log it came in, as far as this device knows; a rejoin keeps it.
  std::uint64_t joined_seq = 0;
};

class Roster {
 public:
  static Result<Roster> load(const ReadRows& rows, const RowId& chat);
  Result<void> store(Rows& rows, const RowId& chat) const;

  const std::vector<Seat>& seats() const { return seats_; }
  const Seat* find(const DeviceId& device) const;
  bool has(const AccountId& account) const;
  /// Each account once.
  std::vector<AccountId> accounts() const;
  /// A device that is there already keeps its seat.
  void add(const Seat& seat);
  void remove(const DeviceId& device);
  /// All of them as if they had come in there.
  void all_joined(std::uint64_t seq);
  void clear() { seats_.clear(); }

 private:
  std::vector<Seat> seats_;  // by device
};

}  // namespace tern::client
