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
  requests_.emplace(id, UnderWay{purpose, now.mono_ms + request_timeout_ms_});
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

std::int64_t Link::deadline() const {
  return requests_.empty() ? never_ms : requests_.begin()->second.deadline_ms;
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
