// What any thread may read of a client: its events, its connection and its counters.
#pragma once

#include <atomic>
#include <mutex>

#include "net/event_mailbox.hpp"
#include "tern/client.hpp"

namespace tern::net {

struct ClientStatus {
  EventMailbox events;
  std::atomic<Connection> connection{Connection::offline};

  /// The counters of sessions that are over; see ClientSession::statistics().
  ClientStatistics past() const {
    std::lock_guard lock(mutex);
    return past_sessions;
  }
  void set_past(const ClientStatistics& statistics) {
    std::lock_guard lock(mutex);
    past_sessions = statistics;
  }

 private:
  mutable std::mutex mutex;
  ClientStatistics past_sessions;
};

}  // namespace tern::net
