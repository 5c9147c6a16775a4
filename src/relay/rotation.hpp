// A new key for the directory: its epoch is filled from all the numbers, a slice at a time, while
// the present one is served; then it takes its place. Every step is a transaction of its own, and
// where the next one begins is in the store.
#pragma once

#include "relay/contacts.hpp"
#include "relay/requests.hpp"

namespace tern::relay {

inline constexpr std::size_t rotation_slice_numbers = 256;

class Rotation {
 public:
  /// Begins one. Errors: invalid_argument (one is under way).
  static Result<void> begin(DirectoryTransaction& store, const CoreKeys& keys, Entropy& entropy);

  /// An epoch may be there to be filled: when the core opens, and when one was begun.
  void look() { wanted_ = true; }
  bool has_step() const { return wanted_ && (!slice_ || slice_done_); }
  /// The slice that was handed out as work has been computed.
  void slice_done() { slice_done_ = true; }

  /// Puts in what was computed, and stages the next slice as work of the batch.
  Result<void> run(Context& context);
  /// The step is on the disk.
  void keep();

 private:
  struct Slice;
  Result<void> put_in(Context& context, const Slice& slice);
  Result<void> read_next(Context& context, const EpochRow& epoch,
                         const std::optional<NumberId>& after);
  static Result<void> finish(Context& context, EpochRow filled);

  bool wanted_ = false;
  std::shared_ptr<Slice> slice_;  ///< handed out
  bool slice_done_ = false;
  // Of the present step.
  bool staged_wanted_ = false;
  std::shared_ptr<Slice> staged_slice_;
};

}  // namespace tern::relay
