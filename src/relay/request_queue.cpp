#include "relay/request_queue.hpp"

#include "base/try.hpp"
#include "relay/refusal.hpp"

namespace tern::relay {
namespace {

// One batch: large enough that a sync is shared by many, small enough that nobody waits long.
constexpr std::size_t batch_requests_max = 4'096;
constexpr std::size_t batch_request_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t batch_heavy_requests_max = 64;
// Of blobs beside everything else, so that a text waits for little more than its own sync.
constexpr std::size_t batch_blob_bytes_max = 1024 * 1024;

// What one connection may have waiting.
constexpr std::size_t queued_requests_max = 1'024;
constexpr std::size_t queued_bytes_max = 8 * 1024 * 1024;
constexpr std::uint32_t queued_heavy_max = 64;
// Their answers, too: 4 MiB of chunks, which a reader that has stopped does not turn away.
constexpr std::uint32_t queued_blobs_max = 64;
// Before it has said who it is, it has nothing to ask but Resume and Register.
constexpr std::uint32_t queued_heavy_unknown_max = 2;
constexpr std::uint32_t queue_full_retry_ms = 1'000;

Error rate_limited(std::uint32_t wait_ms) {
  return Error(Errc::rate_limited).with_retry_after(std::chrono::milliseconds(wait_ms));
}

// A request that can be answered for what it is: it was understood, and is over a limit.
bool is_over_limit(const Error& error) {
  return error == Errc::entry_too_large || error == Errc::batch_too_large ||
         error == Errc::chat_too_large || error == Errc::blob_too_large ||
         error == Errc::too_long || error == Errc::number_invalid ||
         error == Errc::oprf_batch_invalid;
}

}  // namespace

Result<void> RequestQueue::add(Now now, const Session& session, Bytes frame) {
  const auto line = lines_.find(session.connection);
  // Refusals wait too: whoever does not heed them is not worth their memory.
  if (line != lines_.end() && line->second.requests.size() >= 2 * queued_requests_max)
    return rate_limited(queue_full_retry_ms);
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
  if (queued.request) {
    queued.frame = std::move(frame);
    queued.heavy = is_heavy(*queued.request);
    queued.blob_bytes = blob_bytes(*queued.request);
  }
  auto& waiting = lines_[session.connection];
  if (waiting.requests.empty()) turns_.push_back(session.connection);
  waiting.frame_bytes += queued.frame.size();
  if (queued.heavy) ++waiting.heavy;
  if (queued.blob_bytes > 0) ++waiting.blobs;
  bytes_ += sizeof(QueuedRequest) + queued.frame.size();
  waiting.requests.push_back(std::move(queued));
  return {};
}

std::optional<wire::Refused> RequestQueue::held_back(Now now, const Session& session,
                                                     const wire::Request& request) {
  if (const auto line = lines_.find(session.connection); line != lines_.end()) {
    const auto heavy_max = session.identity ? queued_heavy_max : queued_heavy_unknown_max;
    const auto& waiting = line->second;
    if (waiting.requests.size() >= queued_requests_max || waiting.frame_bytes >= queued_bytes_max ||
        (waiting.heavy >= heavy_max && is_heavy(request)) ||
        (waiting.blobs >= queued_blobs_max && blob_bytes(request) > 0))
      return refusal(rate_limited(queue_full_retry_ms));
  }
  const auto wait_ms = rates_.take(now.mono_ms, session, request);
  if (wait_ms > 0) return refusal(rate_limited(wait_ms));
  return std::nullopt;
}

void RequestQueue::forget(ConnectionId connection) {
  const auto line = lines_.find(connection);
  if (line == lines_.end()) return;
  bytes_ -= line->second.requests.size() * sizeof(QueuedRequest) + line->second.frame_bytes;
  lines_.erase(line);
}

QueuedRequest RequestQueue::take_first(Line& line) {
  auto out = std::move(line.requests.front());
  line.requests.pop_front();
  line.frame_bytes -= out.frame.size();
  if (out.heavy) --line.heavy;
  if (out.blob_bytes > 0) --line.blobs;
  bytes_ -= sizeof(QueuedRequest) + out.frame.size();
  return out;
}

std::vector<QueuedRequest> RequestQueue::take() {
  std::vector<QueuedRequest> out;
  std::deque<ConnectionId> held_up;
  std::size_t bytes = 0;
  std::size_t blob_bytes = 0;
  std::size_t heavy = 0;
  while (!turns_.empty() && out.size() < batch_requests_max && bytes < batch_request_bytes_max &&
         heavy < batch_heavy_requests_max) {
    const auto connection = turns_.front();
    turns_.pop_front();
    const auto line = lines_.find(connection);
    if (line == lines_.end()) continue;
    const auto next_blob_bytes = line->second.requests.front().blob_bytes;
    if (next_blob_bytes > 0 && blob_bytes + next_blob_bytes > batch_blob_bytes_max) {
      held_up.push_back(connection);
      continue;
    }
    out.push_back(take_first(line->second));
    bytes += out.back().frame.size();
    blob_bytes += out.back().blob_bytes;
    if (out.back().heavy) ++heavy;
    if (line->second.requests.empty())
      lines_.erase(line);
    else
      turns_.push_back(connection);
  }
  // They are the first of the next batch.
  turns_.insert(turns_.begin(), held_up.begin(), held_up.end());
  return out;
}

}  // namespace tern::relay
