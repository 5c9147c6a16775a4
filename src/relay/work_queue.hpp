// Long computing, one after the other, in turn between the connections that want it.
#pragma once

#include <deque>
#include <unordered_map>

#include "relay/sessions.hpp"

namespace tern::relay {

/// The relay's own work has a turn like everybody's.
inline constexpr ConnectionId own_work = 0;
/// Of one connection, the one that runs too.
inline constexpr std::size_t works_per_connection_max = 4;

struct Work {
  ConnectionId connection = own_work;
  std::function<void()> run;
  /// The frame that answers it, when it has been run; null: none.
  std::function<Bytes()> answer;
};

class WorkQueue {
 public:
  void add(Work work);
  /// Drops what waits of a connection that has gone, and the outcome of what runs.
  void forget(ConnectionId connection);
  std::size_t waiting(ConnectionId connection) const;
  /// What is to be run now, once, unless something is.
  std::optional<RunWork> next();
  /// What has been run; nullopt when it was not handed out, or nobody waits for it.
  std::optional<Work> done(std::uint64_t id);

 private:
  std::unordered_map<ConnectionId, std::deque<Work>> lines_;  // none is empty
  std::deque<ConnectionId> turns_;  // of lines_, and of some that have gone
  std::optional<Work> running_;
  std::uint64_t last_id_ = 0;
  bool is_wanted_ = false;  // what runs
};

}  // namespace tern::relay
