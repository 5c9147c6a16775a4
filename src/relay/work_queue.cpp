#include "relay/work_queue.hpp"

namespace tern::relay {

void WorkQueue::add(Work work) {
  auto& line = lines_[work.connection];
  if (line.empty()) turns_.push_back(work.connection);
  line.push_back(std::move(work));
}

void WorkQueue::forget(ConnectionId connection) {
  lines_.erase(connection);
  if (running_ && running_->connection == connection) is_wanted_ = false;
}

std::size_t WorkQueue::waiting(ConnectionId connection) const {
  const auto line = lines_.find(connection);
  const std::size_t runs = running_ && running_->connection == connection ? 1 : 0;
  return runs + (line != lines_.end() ? line->second.size() : 0);
}

std::optional<RunWork> WorkQueue::next() {
  while (!running_ && !turns_.empty()) {
    const auto connection = turns_.front();
    turns_.pop_front();
    const auto line = lines_.find(connection);
    if (line == lines_.end()) continue;
    running_ = std::move(line->second.front());
    line->second.pop_front();
    if (line->second.empty())
      lines_.erase(line);
    else
      turns_.push_back(connection);
    is_wanted_ = true;
    return RunWork{++last_id_, std::move(running_->run)};
  }
  return std::nullopt;
}

std::optional<Work> WorkQueue::done(std::uint64_t id) {
  if (!running_ || id != last_id_) return std::nullopt;
  auto out = std::exchange(running_, std::nullopt);
  if (!is_wanted_) return std::nullopt;
  return out;
}

}  // namespace tern::relay
