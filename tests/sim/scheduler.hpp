// Virtual time: what is to happen, in the order of its moment, then of its asking.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "base/clock.hpp"

namespace tern::sim {

class Scheduler {
 public:
  using Action = std::function<void()>;

  Now now() const { return now_; }
  void at(std::int64_t mono_ms, Action action) {
    if (mono_ms < now_.mono_ms) mono_ms = now_.mono_ms;
    queue_.emplace(std::pair{mono_ms, ++count_}, std::move(action));
  }
  void after(std::int64_t ms, Action action) { at(now_.mono_ms + ms, std::move(action)); }

  /// Does the next thing if it is due by `limit_ms`; false when there is none.
  bool step(std::int64_t limit_ms) {
    if (queue_.empty() || queue_.begin()->first.first > limit_ms) return false;
    auto node = queue_.extract(queue_.begin());
    advance(node.key().first);
    node.mapped()();
    return true;
  }
  /// Moves time to `mono_ms` when nothing is due before.
  void advance(std::int64_t mono_ms) {
    if (mono_ms <= now_.mono_ms) return;
    now_.wall_ms += mono_ms - now_.mono_ms;
    now_.mono_ms = mono_ms;
  }

 private:
  Now now_{.mono_ms = 1'000, .wall_ms = 1'790'000'000'000};
  std::map<std::pair<std::int64_t, std::uint64_t>, Action> queue_;
  std::uint64_t count_ = 0;
};

}  // namespace tern::sim
