// resume: whose connection this is, and where each of its logs stands.
#include <algorithm>
#include <unordered_set>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/log_heads.hpp"
#include "relay/requests.hpp"
#include "relay/upkeep.hpp"

namespace tern::relay {
namespace {

// The upper byte changes when old and new cannot talk at all.
constexpr unsigned major_version(std::uint16_t version) { return version >> 8; }

struct Resuming {
  Context& context;
  DeviceId device;
  wire::Resumed& answer;
  std::vector<std::pair<LogId, Lag>> lags;
  std::unordered_set<LogId> seen;
};

Result<void> add_log(Resuming& resuming, const wire::LogPosition& position, bool named = true) {
  if (!resuming.seen.insert(position.log).second) return {};
  auto& store = resuming.context.store;
  TERN_ASSIGN(const auto membership, store.member(position.log, resuming.device));
  TERN_ASSIGN(const auto state, store.log(position.log));
  if (!membership || !state) {
    // As if it did not exist, whether or not it does (see membership_in()).
    wire::LogHead nothing;
    nothing.log = position.log;
    nothing.member = false;
    nothing.hash_matches = position.seq == 0;
    resuming.answer.logs.push_back(nothing);
    return {};
  }
  auto head = log_head(position.log, *state, *membership);
  // Who has gone from it sees by that whether it was invited since.
  if (!named) head.joined = joined_at(*state, *membership);
  TERN_ASSIGN(head.hash_matches,
              hash_matches(store, position.log, *state, position.seq, position.hash));
  // Of what is told here it reads on; where nothing is ahead of it, only of what comes next.
  if (position.seq != head.head || !head.hash_matches)
    resuming.lags.push_back(
        {position.log, {std::min(position.seq, head.head), position.seq < head.head}});
  resuming.answer.logs.push_back(head);
  return {};
}

// Logs that the device is in and did not name: it was added while away, or has lost its state.
Result<std::vector<LogId>> unnamed_logs(const Resuming& resuming) {
  std::vector<LogId> out;
  const auto room =
      limits::resume_logs_max - std::min(limits::resume_logs_max, resuming.seen.size());
  TERN_TRY(resuming.context.store.logs_of(resuming.device, [&](const LogId& log) {
    if (out.size() >= room) return Scan::stop;
    if (!resuming.seen.count(log)) out.push_back(log);
    return Scan::next;
  }));
  return out;
}

Result<wire::LogPosition> position_of(const wire::Resume& request, const LogId& log) {
  for (const auto& position : request.logs) {
    if (position.log == log) return position;
  }
  wire::LogPosition start;
  start.log = log;
  return start;
}

}  // namespace

const Session* Context::reachable(const DeviceId& device) const {
  const auto* const session = sessions.online(device);
  if (!session || batch.closing.count(session->connection) ||
      batch.resumed.count(session->connection))
    return nullptr;
  return session;
}

Result<AccessLists::List> Context::access_list(const LogId& log) const {
  if (batch.changed_access.count(log)) return AccessLists::load(store, log);
  return access_lists.get(store, log);
}

void bind(Context& context, const Session& session, const Identity& identity) {
  auto& batch = context.batch;
  const auto* const online = context.sessions.online(identity.device);
  if (online && online->connection != session.connection)
    batch.closing.emplace(online->connection, Errc::closed);
  for (const auto& [connection, other] : batch.bound) {
    if (connection != session.connection && other.device == identity.device)
      batch.closing.emplace(connection, Errc::closed);
  }
  batch.bound[session.connection] = identity;
  batch.resumed[session.connection];
}

Result<void> begin_resume(Context& context, const Session& session, const wire::Resume& request) {
  if (major_version(request.version) != major_version(wire::protocol_version))
    return Errc::unsupported_version;
  TERN_ASSIGN(const auto device, context.store.device_with(session.transport_key));
  if (!device) {
    context.batch.greeted.insert(session.connection);
    return {};
  }
  TERN_ASSIGN(const auto row, context.store.device(*device));
  if (!row || row->revoked) return Errc::device_revoked;
  bind(context, session, {row->account, *device});
  context.batch.log_lines.push_back("resumed device=" + context.events.tag(*device));
  return context.store.raise_store_counter(*device, request.store_counter);
}

Result<wire::Answer> finish_resume(Context& context, const Session& session,
                                   const Identity* identity, const wire::Resume& request) {
  wire::Resumed answer;
  if (!identity) return wire::Answer(answer);
  answer.registered = true;
  TERN_ASSIGN(answer.key_packages_left, context.store.key_packages_left(identity->device));
  TERN_ASSIGN(const auto stored_counter, context.store.store_counter(identity->device));
  answer.store_counter = std::max(stored_counter, context.upkeep.counter_heard(identity->device));
  Resuming resuming{context, identity->device, answer, {}, {}};
  const auto inbox = crypto::inbox_log_id(identity->device);
  TERN_ASSIGN(const auto inbox_position, position_of(request, inbox));
  TERN_TRY(add_log(resuming, inbox_position));
  for (const auto& position : request.logs) TERN_TRY(add_log(resuming, position));
  TERN_ASSIGN(const auto unnamed, unnamed_logs(resuming));
  for (const auto& log : unnamed) {
    wire::LogPosition start;
    start.log = log;
    TERN_TRY(add_log(resuming, start, false));
  }
  context.batch.resumed[session.connection] = std::move(resuming.lags);
  return wire::Answer(std::move(answer));
}

}  // namespace tern::relay
