// Readiness of very many sockets. asio keeps some three hundred bytes for each that waits, and asks
// the system once more for each that was read; here a socket that waits is a row in the kernel.
#pragma once

#include <functional>

#include "net/transport.hpp"

namespace tern::net {

/// Where the system has epoll; elsewhere its transports are asio's. All on one strand; outlives its
/// transports.
class Poller {
 public:
  /// `after_round` is called when all that was ready at once has been handled.
  Poller(asio::io_context& io, std::function<void()> after_round);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  std::unique_ptr<Transport> adopt(Transport::Tcp socket);
  /// Whether a round is under way, after which `after_round` comes.
  bool in_round() const;
  /// Nothing is called any more, and the strand may run out of work.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tern::net
