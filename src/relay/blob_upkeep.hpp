// Drops blobs whose day has come, and erases what dropped ones have left, a share at a time: the
// chunks of one large blob would hold up everybody's batch.
#pragma once

#include "base/clock.hpp"
#include "relay/batch.hpp"

namespace tern::relay {

class BlobUpkeep {
 public:
  /// After a batch is on the disk: whether it has dropped a blob.
  void take(Now now, const Batch& batch);
  /// Monotonic; never_ms. Days are looked at when there is a batch anyway.
  std::int64_t next_deadline() const;
  /// A bounded share of what is due, inside a transaction. Stages what it did.
  Result<void> run(LogTransaction& store, Now now);
  void keep();
  /// The transaction failed: all of it again, no earlier.
  void postpone(std::int64_t until_ms);

 private:
  Result<bool> drop_due(LogTransaction& store, Now now);
  Result<bool> erase_dropped(LogTransaction& store);

  struct Next {
    std::int64_t at_ms = 0;
    bool more = false;  ///< there is more than one run's share
  };
  Next next_;
  Next run_;  ///< next_ once the present run is on the disk
};

}  // namespace tern::relay
