// Two members of a group of any size who write to each other.
#pragma once

#include <deque>

#include "bench/crowd.hpp"

namespace tern::bench {

class BenchGroup {
 public:
  /// Of `crowd`, who must outlive this, its first and its last member.
  explicit BenchGroup(Crowd& crowd);

  Bytes protect() { return protect(sender_); }
  /// Protects `count` messages for unprotect_next() to open.
  void prepare(std::size_t count);
  void unprotect_next();

  /// `count` copies of both in an epoch in which nobody has sent yet; then each copy's first
  /// message, by its sender and at its receiver.
  void prepare_first(std::size_t count);
  void protect_first();
  void unprotect_first();

  static constexpr std::size_t message_bytes = 256;

 private:
  Bytes protect(mls::Group& sender);
  void unprotect(mls::Group& receiver, ByteSpan message);

  Crowd* crowd_;
  Bytes content_ = Bytes(message_bytes, 0x61);
  Bytes authenticated_data_ = Bytes(56, 0x62);  // the size of an entry's header
  mls::Group fresh_sender_, fresh_receiver_;
  mls::Group sender_, receiver_;
  std::deque<Bytes> prepared_;
  Bytes first_;
  std::deque<mls::Group> first_senders_, first_receivers_;
};

}  // namespace tern::bench
