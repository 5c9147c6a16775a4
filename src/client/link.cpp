#include "client/link.hpp"

#include <algorithm>

namespace tern::client {

void Link::down() {
  state_ = State::down;
  requests_.clear();
  outputs_.clear();
}

void Link::close(Errc reason) {
  if (state_ == State::down || state_ == State::broken) return;
  requests_.clear();
  state_ = State::broken;
  outputs_.push_back(CloseLink{reason});
}

void Link::send(Now now, std::uint32_t id, const Purpose& purpose, Bytes frame) {
  if (state_ != State::resuming && state_ != State::online) return;
  // Its own frame, after those that are under way already.
  const auto frames = static_cast<std::int64_t>(requests_.size() + 1);
  requests_.emplace(id, UnderWay{purpose, now.mono_ms, now.mono_ms + frames * frame_ms_max});
  outputs_.push_back(SendFrame{std::move(frame)});
}

std::optional<Purpose> Link::answered(std::uint32_t id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return std::nullopt;
  const auto purpose = found->second.purpose;
  requests_.erase(found);
  return purpose;
}

bool Link::under_way(Purpose::What what) const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [&](const auto& request) { return request.second.purpose.what == what; });
}

void Link::moved(std::int64_t mono_ms) { moved_ms_ = std::max(moved_ms_, mono_ms); }

std::int64_t Link::deadline() const {
  if (requests_.empty()) return never_ms;
  const auto& oldest = requests_.begin()->second;
  return std::min(std::max(oldest.sent_ms, moved_ms_) + request_timeout_ms_, oldest.latest_ms);
}

void Link::check_deadline(Now now) {
  if (deadline() <= now.mono_ms) close(Errc::timed_out);
}

std::optional<Output> Link::next_output() {
  if (outputs_.empty()) return std::nullopt;
  auto out = std::move(outputs_.front());
  outputs_.pop_front();
  return out;
}

}  // namespace tern::client
