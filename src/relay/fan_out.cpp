#include "relay/fan_out.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "relay/entry_frames.hpp"
#include "relay/log_heads.hpp"

namespace tern::relay {
namespace {

// An author's own entries come without payload, so that each author's frames are its own: with many
// authors in one batch all of it would be encoded as often.
constexpr std::size_t copies_max = 4;
constexpr std::size_t copies_bytes_min = 1024 * 1024;

// Newest first: what counts is the last move.
const AccessMove* last_move(const std::vector<AccessMove>& moves, const DeviceId& device) {
  const auto found = std::find_if(moves.rbegin(), moves.rend(), [&device](const AccessMove& move) {
    return move.device == device;
  });
  return found != moves.rend() ? &*found : nullptr;
}

void add_receiver(Context& context, LogNews& news, const DeviceId& device, std::uint64_t to) {
  const auto* const session = context.reachable(device);
  if (!session) return;
  auto from = news.entries.front().entry.seq;
  // One that joins begins after the commit that added it, for its Welcome holds what that made;
  // with that commit, when there is no Welcome.
  if (const auto* const joined = last_move(news.joined, device)) from = joined->seq + 1;
  if (from <= to) news.receivers.push_back({session->connection, device, from, to});
}

std::vector<DeviceId> authors_of(const LogNews& news) {
  std::vector<DeviceId> out;
  for (const auto& entry : news.entries) {
    if (out.empty() || out.back() != entry.author) out.push_back(entry.author);
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool is_own(const NewEntry& entry, const LogNews& news, const Receiver& receiver, bool author) {
  return author && entry.author == receiver.device && !news.inbox_of;
}

// Its author has the answer to it. Whom that has brought to the head reads nothing for a notice,
// and would be told of nothing more until it had.
bool is_answered(const LogNews& news, const Receiver& receiver) {
  return std::all_of(news.entries.begin(), news.entries.end(), [&](const NewEntry& entry) {
    const bool meant = receiver.from <= entry.entry.seq && entry.entry.seq <= receiver.to;
    return !meant || is_own(entry, news, receiver, true);
  });
}

std::vector<std::shared_ptr<const Bytes>> encode_entries(const LogNews& news,
                                                         const Receiver& receiver, bool author) {
  std::vector<std::shared_ptr<const Bytes>> frames;
  wire::Entries entries;
  entries.log = news.log;
  entries.head = receiver.to;
  FrameRoom room;
  const auto flush = [&] {
    frames.push_back(std::make_shared<const Bytes>(wire::encode(wire::Push(entries))));
    entries.entries.clear();
    room = FrameRoom();
  };
  for (const auto& entry : news.entries) {
    if (entry.entry.seq < receiver.from || entry.entry.seq > receiver.to) continue;
    auto out = entry.entry;
    out.own = is_own(entry, news, receiver, author);
    if (out.own) out.payload = {};
    if (!room.take(out)) {
      flush();
      room.take(out);
    }
    entries.entries.push_back(out);
  }
  if (receiver.to == news.state.head) entries.seal = news.seal;
  if (!entries.entries.empty()) flush();
  return frames;
}

wire::Push advanced(const LogNews& news, const Receiver& receiver) {
  Membership membership;
  if (receiver.to < news.state.head) membership.struck_seq = receiver.to;
  wire::Notice notice;
  notice.what = wire::Notice::What::log_advanced;
  notice.log = log_head(news.log, news.state, membership);
  return notice;
}

}  // namespace

Result<void> find_receivers(Context& context) {
  for (auto& news : context.batch.news()) {
    if (news.inbox_of) {
      add_receiver(context, news, *news.inbox_of, news.state.head);
      continue;
    }
    TERN_ASSIGN(const auto list, context.access_list(news.log));
    for (const auto& device : *list) add_receiver(context, news, device, news.state.head);
    for (const auto& struck : news.struck) {
      const bool back = std::find(list->begin(), list->end(), struck.device) != list->end();
      if (!back) add_receiver(context, news, struck.device, struck.seq);
    }
  }
  return {};
}

std::set<ConnectionId> receivers_of(Batch& batch) {
  std::set<ConnectionId> out;
  for (const auto& news : batch.news())
    for (const auto& receiver : news.receivers) out.insert(receiver.connection);
  return out;
}

FanOut::FanOut(Sessions& sessions, Batch& batch, std::vector<Output>& outputs)
    : sessions_(sessions), batch_(batch), outputs_(outputs) {
  for (const auto& news : batch.news()) {
    for (const auto& entry : news.entries)
      bytes_left_ += copies_max * (entry.entry.payload.size() + wire::entry_overhead_bytes);
  }
  bytes_left_ = std::max(bytes_left_, copies_bytes_min);
}

bool FanOut::affords(const LogNews& news, const Receiver& receiver, bool author) {
  std::size_t bytes = wire::frame_overhead_bytes;
  for (const auto& entry : news.entries) {
    if (entry.entry.seq < receiver.from || entry.entry.seq > receiver.to) continue;
    bytes += wire::entry_overhead_bytes;
    if (!is_own(entry, news, receiver, author)) bytes += entry.entry.payload.size();
  }
  if (bytes > bytes_left_) return false;
  bytes_left_ -= bytes;
  return true;
}

bool FanOut::was_told(ConnectionId connection, const LogId& log) const {
  return std::any_of(batch_.reads.begin(), batch_.reads.end(), [&](const ReadTold& read) {
    return read.connection == connection && read.log == log;
  });
}

bool FanOut::follows(Session& session, const LogNews& news, const Receiver& receiver) {
  auto lag = session.lags.find(news.log);
  if (lag == session.lags.end() && session.writable && !news.to_be_read) return true;
  if (is_answered(news, receiver)) return false;
  if (lag == session.lags.end())
    lag = session.lags.emplace(news.log, Lag{receiver.from - 1, false}).first;
  if (!lag->second.noticed) notify(session, news, receiver);
  return false;
}

void FanOut::notify(Session& session, const LogNews& news, const Receiver& receiver) {
  if (is_answered(news, receiver)) return;
  session.lags.try_emplace(news.log, Lag{receiver.from - 1, true}).first->second.noticed = true;
  send(session.connection, advanced(news, receiver));
}

void FanOut::push(const LogNews& news) {
  // Who joins knows all up to there, whatever it had missed as a member before.
  for (const auto& joined : news.joined) {
    if (auto* const session = sessions_.online(joined.device)) session->lags.erase(news.log);
  }
  const auto authors = authors_of(news);
  // Who was struck by a false change has missed what came until it was taken back. Who took it back
  // itself sees by the seq of its own entry.
  for (const auto& restored : news.restored) {
    auto* const session = sessions_.online(restored.device);
    if (session && !std::binary_search(authors.begin(), authors.end(), restored.device))
      session->lags[news.log] = {restored.seq - 1, false};
  }
  std::vector<Group> groups;
  for (const auto& receiver : news.receivers) {
    auto* const session = sessions_.find(receiver.connection);
    if (!session || was_told(receiver.connection, news.log)) continue;
    if (!follows(*session, news, receiver)) continue;
    if (std::binary_search(authors.begin(), authors.end(), receiver.device)) {
      if (affords(news, receiver, true))
        send(receiver.connection, encode_entries(news, receiver, true));
      else
        notify(*session, news, receiver);
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&receiver](const Group& other) {
      return other.from == receiver.from && other.to == receiver.to;
    });
    if (group == groups.end() && !affords(news, receiver, false)) {
      notify(*session, news, receiver);
      continue;
    }
    if (group == groups.end())
      group =
          groups.insert(group, {receiver.from, receiver.to, encode_entries(news, receiver, false)});
    send(receiver.connection, group->frames);
  }
}

void FanOut::push(const SignalNews& signal) {
  if (signal.receivers.empty()) return;
  const wire::SignalPush push{signal.log, signal.from, signal.payload};
  const Frames frames{std::make_shared<const Bytes>(wire::encode(wire::Push(push)))};
  for (const auto connection : signal.receivers) {
    if (sessions_.find(connection)) send(connection, frames);
  }
}

void FanOut::push_key_packages_low(const DeviceId& device, std::uint32_t left) {
  const auto* const session = sessions_.online(device);
  if (!session) return;
  wire::Notice notice;
  notice.what = wire::Notice::What::key_packages_low;
  notice.key_packages_left = left;
  send(session->connection, wire::Push(notice));
}

void FanOut::push_revoked(ConnectionId connection) {
  wire::Notice notice;
  notice.what = wire::Notice::What::device_revoked;
  send(connection, wire::Push(notice));
}

void FanOut::send(ConnectionId to, const Frames& frames) {
  for (const auto& frame : frames) outputs_.push_back(SendFrame{to, frame});
}

void FanOut::send(ConnectionId to, const wire::Push& push) {
  send(to, Frames{std::make_shared<const Bytes>(wire::encode(push))});
}

}  // namespace tern::relay
