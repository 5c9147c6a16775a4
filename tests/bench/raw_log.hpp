// A chat as its relay sees it: entries in the envelope of an MLS message, the rest opaque bytes.
#pragma once

#include "bench/raw_device.hpp"

namespace tern::bench {

/// Of an entry, its envelope included: what a relay has to store and to forward.
inline constexpr std::size_t entry_bytes = 256;

/// What the relay says to a new log of `creator`'s, with `others` on its list. With a GroupInfo
/// each of them is given a Welcome.
wire::Answer create_log(RawDevice& creator, const LogId& id, const std::vector<DeviceId>& others,
                        ByteSpan group_info = {});

class RawLog {
 public:
  /// Made by `creator`, who is connected, with `others` on its list.
  RawLog(RawDevice& creator, const std::vector<DeviceId>& others);

  const LogId& id() const { return id_; }
  /// The next `count` entries, which live until the next call.
  const wire::Append& next(std::size_t count);
  /// Their author has seen the log up to here.
  void saw(std::uint64_t seq) { seen_seq_ = std::max(seen_seq_, seq); }

 private:
  LogId id_;
  std::uint64_t next_entry_ = 1, seen_seq_ = 1;
  Bytes pattern_;   // of an entry
  Bytes payloads_;  // one behind the other
  wire::Append append_;
};

}  // namespace tern::bench
