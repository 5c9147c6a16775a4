#include "client/roster.hpp"

#include <algorithm>

#include "client/record_codec.hpp"

namespace tern::client {
namespace {

constexpr std::size_t stays_max = 64;

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
    if (seat.device.is_zero()) break;
    seat.account = reader.fixed<AccountId>();
    seat.joined_seq = reader.number<std::uint64_t>();
    out.seats_.push_back(seat);
  }
  if (reader.more()) out.somebody_joined_ = reader.number<std::uint64_t>();
  while (reader.more()) {
    Stay stay;
    stay.device = reader.fixed<DeviceId>();
    stay.joined_seq = reader.number<std::uint64_t>();
    stay.left_seq = reader.number<std::uint64_t>();
    out.stays_.push_back(stay);
  }
  TERN_TRY(reader.finish("roster"));
  return out;
}

Result<void> Roster::store(Rows& rows, const RowId& chat) const {
  RecordWriter writer;
  for (const auto& seat : seats_) writer.raw(seat.device).raw(seat.account).number(seat.joined_seq);
  // Nobody's: behind it are not seats.
  if (!stays_.empty() || somebody_joined_ != 0) writer.raw(DeviceId{}).number(somebody_joined_);
  for (const auto& stay : stays_)
    writer.raw(stay.device).number(stay.joined_seq).number(stay.left_seq);
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

const Stay* Roster::stay_of(const DeviceId& device) const {
  const auto found = std::find_if(stays_.begin(), stays_.end(),
                                  [&](const Stay& stay) { return stay.device == device; });
  return found != stays_.end() ? &*found : nullptr;
}

std::uint64_t Roster::newest_member() const {
  auto out = somebody_joined_;
  for (const auto& seat : seats_) out = std::max(out, seat.joined_seq);
  return out;
}

void Roster::add(const Seat& seat) {
  const auto found = place(seats_, seat.device);
  if (found != seats_.end() && found->device == seat.device) return;
  seats_.insert(found, seat);
  std::erase_if(stays_, [&](const Stay& stay) { return stay.device == seat.device; });
}

void Roster::remove(const DeviceId& device, std::uint64_t seq) {
  const auto found = place(seats_, device);
  if (found == seats_.end() || found->device != device) return;
  std::erase_if(stays_, [&](const Stay& stay) { return stay.device == device; });
  if (stays_.size() == stays_max) stays_.erase(stays_.begin());
  stays_.push_back({device, found->joined_seq, seq});
  seats_.erase(found);
}

Roster Roster::with_seats(const std::vector<Seat>& seats, std::uint64_t seq) const {
  Roster out;
  for (const auto& seat : seats) {
    const auto* const known = find(seat.device);
    out.add({seat.device, seat.account, known ? known->joined_seq : seq});
  }
  out.stays_ = stays_;
  // Of a history that is lost it may be a number that this one has not come to.
  out.somebody_joined_ = std::min(somebody_joined_, seq);
  return out;
}

bool Roster::clip(std::uint64_t seq) {
  bool changed = false;
  const auto clip_one = [&](std::uint64_t& number) {
    changed = changed || number > seq;
    number = std::min(number, seq);
  };
  for (auto& seat : seats_) clip_one(seat.joined_seq);
  for (auto& stay : stays_) {
    clip_one(stay.joined_seq);
    clip_one(stay.left_seq);
  }
  clip_one(somebody_joined_);
  return changed;
}

void Roster::all_joined(std::uint64_t seq) {
  for (auto& seat : seats_) seat.joined_seq = seq;
  stays_.clear();
  somebody_joined_ = 0;
}

}  // namespace tern::client
