// What is done for phone numbers and the directory without anybody waiting for it, in transactions
// of its own: a rotation's steps, and erasing what is of no use any more.
#pragma once

#include "base/clock.hpp"
#include "relay/rotation.hpp"

namespace tern::relay {

class ContactUpkeep {
 public:
  /// After a batch is on the disk: what it has left to do.
  void take(Now now, const Batch& batch);
  void begin_rotation(Now now) {
    rotation_.look();
    at_ms_ = now.mono_ms;
  }
  void slice_done(Now now) {
    rotation_.slice_done();
    at_ms_ = now.mono_ms;
  }

  bool due(Now now) const { return now.mono_ms >= next_deadline(); }
  /// Monotonic; never_ms. What is only a day old waits for a batch.
  std::int64_t next_deadline() const { return at_ms_; }
  /// Whether a batch is to run it along: something may be due by the day.
  bool sweep_due(Now now) const { return now.mono_ms >= sweep_at_ms_; }

  /// A bounded share, inside a transaction.
  Result<void> run(Context& context);
  void keep(Now now);
  /// The transaction failed: all of it again, a little later.
  void postpone(Now now);

 private:
  Result<bool> erase_dead_epochs(Context& context);
  Result<bool> forget_changes(Context& context);
  Result<bool> sweep(Context& context);

  Rotation rotation_;
  std::int64_t at_ms_ = 0;  ///< of a new core: what the last one has left
  std::int64_t sweep_at_ms_ = 0;
  bool more_ = false;  ///< of the present run
};

}  // namespace tern::relay
