// The device's connection to its relay: one attempt at a time, from a name to frames.
#pragma once

#include "net/connect_race.hpp"
#include "net/deadline_timer.hpp"

namespace tern::net {

/// Looks up, connects, shakes hands. On one strand.
class ClientLink final : private SecureSocket::Owner {
 public:
  class Owner {
   public:
    virtual void on_link_up() = 0;
    virtual void on_link_frames(std::vector<Bytes> frames) = 0;
    /// An attempt failed, or the link ended. Errors: connection_refused, connection_lost,
    /// timed_out, and those of SecureChannel::receive().
    virtual void on_link_down(const Error& reason) = 0;

   protected:
    ~Owner() = default;
  };
  enum class State : std::uint8_t { down, connecting, up };
  static constexpr std::int64_t attempt_ms_max = 20'000;

  ClientLink(asio::io_context& io, SocketContext& context, Owner& owner);
  ~ClientLink() { close(); }

  /// One attempt, when down. on_link_up() or on_link_down() comes later.
  void connect(const RelayAddress& relay, const crypto::DhKeyPair& device);
  void send(Bytes frame);
  void flush();
  /// Ends the link or the attempt. No callback comes after it.
  void close();
  State state() const { return state_; }

 private:
  void on_addresses(Result<Endpoints> endpoints);
  void on_connected(Result<SecureSocket::Tcp> socket);
  void down(const Error& reason);
  void on_open(SecureSocket& socket) override;
  void on_frames(SecureSocket& socket, std::vector<Bytes> frames) override;
  void on_drained(SecureSocket&) override {}
  void on_lost(SecureSocket& socket, const Error& reason) override;

  asio::io_context& io_;
  SocketContext& context_;
  Owner& owner_;
  State state_ = State::down;
  std::optional<SecureChannel> channel_;  // for the socket to come
  std::optional<NameLookup> lookup_;
  std::shared_ptr<ConnectRace> race_;
  std::shared_ptr<SecureSocket> socket_;
  DeadlineTimer timer_;
};

}  // namespace tern::net
