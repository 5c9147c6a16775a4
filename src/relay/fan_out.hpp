// What a batch made new, to the connections that are to have it.
#pragma once

#include <set>

#include "relay/requests.hpp"

namespace tern::relay {

/// Inside the transaction: who is online of those who may have each log's news.
Result<void> find_receivers(Context& context);
std::set<ConnectionId> receivers_of(Batch& batch);

/// After the commit: entries to those who have everything before them, one notice to those who are
/// behind or slow. A frame is encoded once for all who get the same; what is encoded altogether is
/// a few times the news: whoever would need more is given a notice.
class FanOut {
 public:
  FanOut(Sessions& sessions, Batch& batch, std::vector<Output>& outputs);
  void push(const LogNews& news);
  void push(const SignalNews& signal);
  void push_key_packages_low(const DeviceId& device, std::uint32_t left);
  void push_revoked(ConnectionId connection);

 private:
  using Frames = std::vector<std::shared_ptr<const Bytes>>;
  /// Receivers of the same entries. An author's own come without payload, so it is its own group.
  struct Group {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    Frames frames;
  };

  bool was_told(ConnectionId connection, const LogId& log) const;
  /// Whether the receiver may be given the entries; otherwise it has been given a notice.
  bool follows(Session& session, const LogNews& news, const Receiver& receiver);
  void notify(Session& session, const LogNews& news, const Receiver& receiver);
  /// Whether these entries may still be encoded, which then they are.
  bool affords(const LogNews& news, const Receiver& receiver, bool author);
  void send(ConnectionId to, const Frames& frames);
  void send(ConnectionId to, const wire::Push& push);

  Sessions& sessions_;
  const Batch& batch_;
  std::vector<Output>& outputs_;
  std::size_t bytes_left_ = 0;
};

}  // namespace tern::relay
