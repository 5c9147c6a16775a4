// A chat's members as rows that need no MLS state to be read; rewritten when membership changes,
// never for a message.
#pragma once

#include <algorithm>

#include "client/tables.hpp"

namespace tern::client {

struct Seat {
  DeviceId device;
  AccountId account;
  /// Where in the log it came in, as far as this device knows; a rejoin keeps it.
  std::uint64_t joined_seq = 0;
};

/// A device that was taken out, and from where to where in the log it was in.
struct Stay {
  DeviceId device;
  std::uint64_t joined_seq = 0;
  std::uint64_t left_seq = 0;
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
  /// The last stay of one of the last devices that were taken out: that may be lost with what the
  /// relay has lost.
  const Stay* stay_of(const DeviceId& device) const;
  /// Where the newest of all came in, as far as this device knows; 0: nobody.
  std::uint64_t newest_member() const;
  /// Somebody has come in there, of whom this device does not know who: it could not follow the
  /// log.
  void somebody_joined(std::uint64_t seq) { somebody_joined_ = std::max(somebody_joined_, seq); }
  /// A device that is there already keeps its seat. One that is not comes in new: its stay before
  /// is forgotten.
  void add(const Seat& seat);
  void remove(const DeviceId& device, std::uint64_t seq);
  /// This device comes in again at `seq`, and these are in: who was in keeps its place, others come
  /// in there too, and of them it stays known when they were taken out.
  Roster with_seats(const std::vector<Seat>& seats, std::uint64_t seq) const;
  /// The history goes on at `seq`: who came in or went further on, in one that is lost, did so
  /// there. Returns whether that changes anything.
  bool clip(std::uint64_t seq);
  /// All of them as if they had come in there, and nobody had gone before.
  void all_joined(std::uint64_t seq);

 private:
  std::vector<Seat> seats_;  // by device
  std::vector<Stay> stays_;  // the latest last
  std::uint64_t somebody_joined_ = 0;
};

}  // namespace tern::client
