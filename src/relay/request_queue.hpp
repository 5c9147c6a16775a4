// Requests that wait for a batch: decoded, held against their sender's rates, bounded.
#pragma once

#include <deque>

#include "base/clock.hpp"
#include "relay/rates.hpp"
#include "relay/sessions.hpp"
#include "tern/relay.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

struct QueuedRequest {
  ConnectionId connection = 0;
  std::uint32_t id = 0;
  Bytes frame;  ///< what `request` points into
  std::optional<wire::Request> request;
  std::optional<wire::Refused> refused;  ///< decided already
  bool heavy = false;
  std::size_t blob_bytes = 0;  ///< of the batch's part for blobs
};

/// Each connection has a line of its own and they take turns, so that nobody waits behind what
/// another has piled up.
class RequestQueue {
 public:
  explicit RequestQueue(const RelayLimits& limits) : rates_(limits) {}
  /// A request over a limit is answered like any other that is refused. Errors, with which the
  /// connection is to be closed: frame_too_large, frame_malformed, rate_limited (it goes on sending
  /// though it is refused).
  Result<void> add(Now now, const Session& session, Bytes frame);
  /// Drops what waits of a connection that has gone.
  void forget(ConnectionId connection);
  bool empty() const { return lines_.empty(); }
  /// What waits, frames and their rows.
  std::uint64_t bytes() const { return bytes_; }
  /// The next batch: a request of each connection in turn, each connection's in order of arrival.
  std::vector<QueuedRequest> take();

 private:
  struct Line {
    std::deque<QueuedRequest> requests;
    std::size_t frame_bytes = 0;
    std::uint32_t heavy = 0;
    std::uint32_t blobs = 0;
  };
  /// Over a rate of its sender, or too many that wait already.
  std::optional<wire::Refused> held_back(Now now, const Session& session,
                                         const wire::Request& request);
  QueuedRequest take_first(Line& line);

  Rates rates_;
  std::unordered_map<ConnectionId, Line> lines_;  // none is empty
  std::deque<ConnectionId> turns_;                // of lines_, and of some that have gone
  std::uint64_t bytes_ = 0;
};

}  // namespace tern::relay
