#include "relay/request_queue.hpp"

#include "base/try.hpp"

namespace tern::relay {
namespace {

// One batch: large enough that a sync is shared by many, small enough that nobody waits long.
constexpr std::size_t batch_requests_max = 4'096;
constexpr std::size_t batch_request_bytes_max = 8 * 1024 * 1024;
// Requests whose answers may be a frame each, or which verify signatures.
constexpr std::size_t batch_heavy_requests_max = 64;

// What one connection may have waiting.
constexpr std::uint32_t queued_requests_max = 1'024;
constexpr std::size_t queued_bytes_max = 8 * 1024 * 1024;
constexpr std::uint32_t queue_full_retry_ms = 1'000;

// Live voice sends 50 packets a second, and typing marks beside them.
constexpr std::uint32_t signals_per_second = 100;
constexpr std::uint32_t signals_burst = 200;

template <class... Kinds>
bool is_any_of(const std::optional<wire::Request>& request) {
  return request && (std::holds_alternative<Kinds>(*request) || ...);
}

wire::Refused refusal(Errc code, std::uint32_t retry_after_ms = 0) {
  wire::Refused out;
  out.code = code;
  out.retry_after_ms = retry_after_ms;
  return out;
}

}  // namespace

RequestQueue::RequestQueue(const RelayLimits& limits)
    : appends_(TokenBuckets::per_second(limits.append_per_second, limits.append_burst)),
      claims_(TokenBuckets::per_minute(limits.claims_per_minute)),
      signals_(TokenBuckets::per_second(signals_per_second, signals_burst)) {}

Result<void> RequestQueue::add(Now now, Session& session, Bytes frame) {
  TERN_ASSIGN(auto decoded, wire::decode_request(frame));
  QueuedRequest queued;
  queued.connection = session.connection;
  if (auto* const known = std::get_if<wire::RequestFrame>(&decoded)) {
    queued.id = known->id;
    queued.request = std::move(known->request);
  } else {
    queued.id = std::get<wire::UnsupportedRequest>(decoded).id;
  }
  queued.refused = refuse(now, session, queued.request);
  // A refused request needs no more than its answer.
  if (queued.refused)
    queued.request.reset();
  else
    queued.frame = std::move(frame);
  ++session.queued;
  session.queued_bytes += queued.frame.size();
  queue_.push_back(std::move(queued));
  return {};
}

std::optional<wire::Refused> RequestQueue::refuse(Now now, const Session& session,
                                                  const std::optional<wire::Request>& request) {
  if (!request) return refusal(Errc::frame_unsupported);
  if (session.queued >= queued_requests_max || session.queued_bytes >= queued_bytes_max)
    return refusal(Errc::rate_limited, queue_full_retry_ms);
  std::uint32_t wait_ms = 0;
  if (is_any_of<wire::Append, wire::CreateLog, wire::Reserve>(request))
    wait_ms = appends_.take(now.mono_ms, session.transport_key);
  else if (is_any_of<wire::ClaimKeyPackages>(request))
    wait_ms = claims_.take(now.mono_ms, session.transport_key);
  else if (is_any_of<wire::Signal>(request))
    wait_ms = signals_.take(now.mono_ms, session.transport_key);
  if (wait_ms > 0) return refusal(Errc::rate_limited, wait_ms);
  return std::nullopt;
}

std::vector<QueuedRequest> RequestQueue::take(Sessions& sessions) {
  std::vector<QueuedRequest> out;
  std::size_t bytes = 0;
  std::size_t heavy = 0;
  while (!queue_.empty() && out.size() < batch_requests_max && bytes < batch_request_bytes_max &&
         heavy < batch_heavy_requests_max) {
    auto request = std::move(queue_.front());
    queue_.pop_front();
    auto* const session = sessions.find(request.connection);
    if (!session) continue;
    --session->queued;
    session->queued_bytes -= request.frame.size();
    bytes += request.frame.size();
    if (is_any_of<wire::Resume, wire::Register, wire::Read, wire::ClaimKeyPackages>(
            request.request))
      ++heavy;
    out.push_back(std::move(request));
  }
  return out;
}

}  // namespace tern::relay
