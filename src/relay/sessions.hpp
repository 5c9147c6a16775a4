// Who is connected. A session is small, for most of them are idle: what a device was told of its
// logs is kept only where it is behind.
#pragma once

#include <optional>
#include <unordered_map>

#include "crypto/dh.hpp"
#include "relay/core.hpp"
#include "relay/token_buckets.hpp"

namespace tern::relay {

/// Whom a connection speaks for, once it has said so.
struct Identity {
  AccountId account;
  DeviceId device;
};

/// A log of which the connection has not been told everything.
struct Lag {
  std::uint64_t told = 0;  ///< the last entry that it was given
  bool noticed = false;    ///< it knows that there is more, and will read
};

struct Session {
  ConnectionId connection = 0;
  crypto::DhPublicKey transport_key;
  Payer origin;  ///< of its registrations
  std::optional<Identity> identity;
  bool greeted = false;  ///< a Resume of an unknown device came: it may register
  bool writable = true;
  std::int64_t seen_day = -1;  ///< the last day on which its account was noted to be there
  Errc last_refusal = Errc{};  ///< so that each is logged once in a row
  /// Logs that are not here: the connection has everything up to the head.
  std::unordered_map<LogId, Lag> lags;
};

class Sessions {
 public:
  Session& add(ConnectionId connection, const crypto::DhPublicKey& transport_key,
               std::string_view origin);
  void erase(ConnectionId connection);
  Session* find(ConnectionId connection);
  /// Its next entries in `log` are told of, though it has not read yet.
  void tell_again(ConnectionId connection, const LogId& log);
  const Session* find(ConnectionId connection) const;
  /// The device's connection; null when it is offline.
  Session* online(const DeviceId& device);
  const Session* online(const DeviceId& device) const;
  void bind(Session& session, const Identity& identity);
  std::size_t size() const { return sessions_.size(); }

 private:
  std::unordered_map<ConnectionId, Session> sessions_;
  std::unordered_map<DeviceId, ConnectionId> online_;
};

}  // namespace tern::relay
