#include "relay/request_queue.hpp"

#include "relay/refusal.hpp"

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
bool is_any_of(const wire::Request& request) {
  return (std::holds_alternative<Kinds>(request) || ...);
}

Error rate_limited(std::uint32_t wait_ms) {
  return Error(Errc::rate_limited).with_retry_after(std::chrono::milliseconds(wait_ms));
}

// A request that can be answered for what it is: it was understood, and is over a limit.
bool is_over_limit(const Error& error) {
  return error == Errc::entry_too_large || error == Errc::batch_too_large ||
         error == Errc::chat_too_large || error == Errc::too_long;
}

}  // namespace

RequestQueue::RequestQueue(const RelayLimits& limits)
    : appends_(TokenBuckets::per_second(limits.append_per_second, limits.append_burst)),
      claims_(TokenBuckets::per_minute(limits.claims_per_minute)),
      signals_(TokenBuckets::per_second(signals_per_second, signals_burst)) {}

Result<void> RequestQueue::add(Now now, Session& session, Bytes frame) {
  QueuedRequest queued;
  queued.connection = session.connection;
  auto decoded = wire::decode_request(frame);
  if (!decoded) {
    const auto id = wire::request_id(frame);
    if (!id || !is_over_limit(decoded.error())) return decoded.error();
    queued.id = *id;
    queued.refused = refusal(decoded.error());
  } else if (auto* const known = std::get_if<wire::RequestFrame>(&*decoded)) {
    queued.id = known->id;
    queued.refused = held_back(now, session, known->request);
    // A refused request needs no more than its answer.
    if (!queued.refused) queued.request = std::move(known->request);
  } else {
    queued.id = std::get<wire::UnsupportedRequest>(*decoded).id;
    queued.refused = refusal(Errc::frame_unsupported);
  }
  if (queued.request) queued.frame = std::move(frame);
  ++session.queued;
  session.queued_bytes += queued.frame.size();
  bytes_ += sizeof(QueuedRequest) + queued.frame.size();
  queue_.push_back(std::move(queued));
  return {};
}

std::optional<wire::Refused> RequestQueue::held_back(Now now, const Session& session,
                                                     const wire::Request& request) {
  if (session.queued >= queued_requests_max || session.queued_bytes >= queued_bytes_max)
    return refusal(rate_limited(queue_full_retry_ms));
  std::uint32_t wait_ms = 0;
  if (is_any_of<wire::Append, wire::CreateLog, wire::Reserve>(request))
    wait_ms = appends_.take(now.mono_ms, session.transport_key);
  else if (is_any_of<wire::ClaimKeyPackages>(request))
    wait_ms = claims_.take(now.mono_ms, session.transport_key);
  else if (is_any_of<wire::Signal>(request))
    wait_ms = signals_.take(now.mono_ms, session.transport_key);
  if (wait_ms > 0) return refusal(rate_limited(wait_ms));
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
    bytes_ -= sizeof(QueuedRequest) + request.frame.size();
    auto* const session = sessions.find(request.connection);
    if (!session) continue;
    --session->queued;
    session->queued_bytes -= request.frame.size();
    bytes += request.frame.size();
    if (request.request &&
        is_any_of<wire::Resume, wire::Register, wire::Read, wire::ClaimKeyPackages>(
            *request.request))
      ++heavy;
    out.push_back(std::move(request));
  }
  return out;
}

}  // namespace tern::relay
