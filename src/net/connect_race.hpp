// A connection to whichever of several addresses answers first.
#pragma once

#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "net/name_lookup.hpp"
#include "net/secure_socket.hpp"

namespace tern::net {

/// Attempts begin 250 ms after each other, or as soon as one fails; the first that connects ends
/// the others (RFC 8305 §5). On one strand.
class ConnectRace : public std::enable_shared_from_this<ConnectRace> {
 public:
  using Done = std::function<void(Result<SecureSocket::Tcp>)>;
  static constexpr std::int64_t stagger_ms = 250;

  ConnectRace(asio::io_context& io, Endpoints endpoints, Done done);
  /// `done` comes once, later. Errors: connection_refused (nobody listens at any of them),
  /// connection_lost (not reachable).
  void start();
  /// `done` does not come after it.
  void cancel();

 private:
  void begin_next();
  void on_connected(std::size_t attempt, const asio::error_code& error);

  asio::io_context& io_;
  Endpoints endpoints_;
  Done done_;  // null when it is over
  std::vector<std::unique_ptr<SecureSocket::Tcp>> attempts_;
  std::size_t failed_ = 0;
  asio::steady_timer timer_;
};

}  // namespace tern::net
