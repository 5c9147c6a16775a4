// What each kind of request costs its sender, and how much a sender may spend.
#pragma once

#include "relay/sessions.hpp"
#include "relay/token_buckets.hpp"
#include "tern/relay.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

/// Whether a batch takes only few of them: its answer may be a frame, it verifies signatures, or it
/// touches a row for each of many devices or logs.
bool is_heavy(const wire::Request& request);
/// What it adds to the blobs' part of a batch, which is bounded by itself; 0: nothing.
std::size_t blob_bytes(const wire::Request& request);

class Rates {
 public:
  explicit Rates(const RelayLimits& limits);
  /// Charges the sender: its device, once that is known, so that neither another connection nor
  /// another transport key gives it more. Otherwise takes nothing of the rate that it is over, and
  /// says in how many milliseconds there is enough.
  std::uint32_t take(std::int64_t mono_ms, const Session& session, const wire::Request& request);

 private:
  std::uint32_t take_append(std::int64_t mono_ms, const Payer& payer, bool commits);

  TokenBuckets appends_;
  TokenBuckets commits_;
  TokenBuckets claims_;
  TokenBuckets signals_;
  TokenBuckets resumes_;
  TokenBuckets registrations_;
  TokenBuckets publishes_;
  TokenBuckets reads_;
  TokenBuckets acked_logs_;
  TokenBuckets pings_;
  TokenBuckets blob_puts_;
  TokenBuckets blob_gets_;
  TokenBuckets numbers_;
  TokenBuckets evaluations_;
  TokenBuckets segments_;
  TokenBuckets changes_;
  TokenBuckets lookups_;
};

}  // namespace tern::relay
