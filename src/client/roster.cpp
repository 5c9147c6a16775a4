#include "client/roster.hpp"

#include <algorithm>

#include "client/record_codec.hpp"

namespace tern::client {
namespace {

template <class Seats>
auto place(Seats& seats, const DeviceId& device) {
  return std::lower_bound(seats.begin(), seats.end(), device,
                          [](const Seat& seat, const DeviceId& id) { return seat.device < id; });
}

}  // namespace

Result<Roster> Roster::load(const ReadRows& rows, const RowId& chat) {
  Roster out;
  TERN_ASSIGN(const auto row, rows.get(tables::rosters, chat));
  if (!row) return out;
  RecordReader reader(*row);
  while (reader.more()) {
    Seat seat;
    seat.device = reader.fixed<DeviceId>();
    seat.account = reader.fixed<AccountId>();
    seat.joined_seq = reader.number<std::uint64_t>();
    out.seats_.push_back(seat);
  }
  TERN_TRY(reader.finish("roster"));
  return out;
}

Result<void> Roster::store(Rows& rows, const RowId& chat) const {
  RecordWriter writer;
  for (const auto& seat : seats_) writer.raw(seat.device).raw(seat.account).number(seat.joined_seq);
  return rows.put(tables::rosters, chat, writer.span());
}

const Seat* Roster::find(const DeviceId& device) const {
  const auto found = place(seats_, device);
  return found != seats_.end() && found->device == device ? &*found : nullptr;
}

bool Roster::has(const AccountId& account) const {
  return std::any_of(seats_.begin(), seats_.end(),
                     [&](const Seat& seat) { return seat.account == account; });
}

std::vector<AccountId> Roster::accounts() const {
  std::vector<AccountId> out;
  for (const auto& seat : seats_) out.push_back(seat.account);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Roster::add(const Seat& seat) {
  const auto found = place(seats_, seat.device);
  if (found != seats_.end() && found->device == seat.device) return;
  seats_.insert(found, seat);
}

void Roster::all_joined(std::uint64_t seq) {
  for (auto& seat : seats_) seat.joined_seq = seq;
}

void Roster::remove(const DeviceId& device) {
  const auto found = place(seats_, device);
  if (found != seats_.end() && found->device == device) seats_.erase(found);
}

}  // namespace tern::client
