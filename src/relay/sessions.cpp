#include "relay/sessions.hpp"

namespace tern::relay {

Session& Sessions::add(ConnectionId connection, const crypto::DhPublicKey& transport_key,
                       std::string_view origin) {
  auto& session = sessions_[connection];
  session.connection = connection;
  session.transport_key = transport_key;
  session.origin = origin.empty() ? payer_for(transport_key) : payer_for(origin);
  return session;
}

void Sessions::erase(ConnectionId connection) {
  const auto found = sessions_.find(connection);
  if (found == sessions_.end()) return;
  if (found->second.identity) {
    const auto online = online_.find(found->second.identity->device);
    // A newer connection of the same device may have taken the place already.
    if (online != online_.end() && online->second == connection) online_.erase(online);
  }
  sessions_.erase(found);
}

const Session* Sessions::find(ConnectionId connection) const {
  const auto found = sessions_.find(connection);
  return found != sessions_.end() ? &found->second : nullptr;
}

Session* Sessions::find(ConnectionId connection) {
  return const_cast<Session*>(std::as_const(*this).find(connection));
}

void Sessions::tell_again(ConnectionId connection, const LogId& log) {
  auto* const session = find(connection);
  if (!session) return;
  const auto lag = session->lags.find(log);
  if (lag != session->lags.end()) lag->second.noticed = false;
}

const Session* Sessions::online(const DeviceId& device) const {
  const auto found = online_.find(device);
  return found != online_.end() ? find(found->second) : nullptr;
}

Session* Sessions::online(const DeviceId& device) {
  return const_cast<Session*>(std::as_const(*this).online(device));
}

void Sessions::bind(Session& session, const Identity& identity) {
  session.identity = identity;
  online_[identity.device] = session.connection;
}

}  // namespace tern::relay
