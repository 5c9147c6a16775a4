// Requests that wait for a batch: decoded, held against their device's rates, bounded.
#pragma once

#include <deque>

#include "base/clock.hpp"
#include "relay/sessions.hpp"
#include "relay/token_buckets.hpp"
#include "tern/relay.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

struct QueuedRequest {
  ConnectionId connection = 0;
  std::uint32_t id = 0;
  Bytes frame;  ///< what `request` points into
  std::optional<wire::Request> request;
  std::optional<wire::Refused> refused;  ///< decided already
};

class RequestQueue {
 public:
  explicit RequestQueue(const RelayLimits& limits);
  /// A request over a limit is answered like any other that is refused. Errors: frame_too_large,
  /// frame_malformed (the connection is to be closed).
  Result<void> add(Now now, Session& session, Bytes frame);
  bool empty() const { return queue_.empty(); }
  /// What waits, frames and their rows.
  std::uint64_t bytes() const { return bytes_; }
  /// The next batch, in order of arrival; without those whose connection has gone.
  std::vector<QueuedRequest> take(Sessions& sessions);

 private:
  /// Over its device's rate, or too many that wait already.
  std::optional<wire::Refused> held_back(Now now, const Session& session,
                                         const wire::Request& request);

  TokenBuckets appends_;
  TokenBuckets claims_;
  TokenBuckets signals_;
  std::deque<QueuedRequest> queue_;
  std::uint64_t bytes_ = 0;
};

}  // namespace tern::relay
