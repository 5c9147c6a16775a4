// The relay's sockets: accepts, shakes hands, hands frames to the core and its answers back.
#pragma once

#include <asio/ip/tcp.hpp>
#include <set>

#include "net/admission.hpp"
#include "net/core_thread.hpp"
#include "net/deadline_timer.hpp"
#include "net/poller.hpp"
#include "net/relay_address.hpp"
#include "net/secure_socket.hpp"

namespace tern::net {

/// All on one strand, which `core` calls back to through on_batch().
class RelayIo final : private SecureSocket::Owner {
 public:
  /// `keys`, `core` and `entropy` outlive it.
  RelayIo(asio::io_context& io, const crypto::DhKeyPair& keys, Entropy& entropy, CoreThread& core,
          const RelayLimits& limits, std::function<void(std::string_view)> log);

  /// Before start(), on any thread. Errors: connection_refused (the address is in use, or not this
  /// machine's).
  Result<void> listen(const HostPort& where);
  std::uint16_t port() const { return port_; }
  void start();
  /// The core has finished a batch: sends what it says.
  void on_batch();
  std::size_t connections() const { return connections_.size(); }

  /// No new connections, and no new frames from the present ones.
  void stop_reading();
  /// Tells everybody, sends what is queued for at most two seconds, closes all; then `done`.
  void say_goodbye(std::function<void()> done);

 private:
  struct Connection {
    std::shared_ptr<SecureSocket> socket;
    Origin origin;
    std::int64_t accepted_ms = 0;
    bool known_to_core = false;
    bool writable = true;
    std::uint64_t batch = 0;  // which batch `batch_bytes` wait for
    std::size_t batch_bytes = 0;
  };
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

  void accept();
  void on_accepted(const asio::error_code& error, SecureSocket::Tcp socket);
  Result<void> admit(const Origin& origin);
  void sweep();
  void drop_impatient(std::int64_t now_ms);
  void drop_unidentified(std::int64_t now_ms);
  void drop_over_budget();
  void set_sweep();
  void send(relay::SendFrame frame, std::vector<relay::ConnectionId>& touched);
  void flush(relay::ConnectionId id);
  void drop(relay::ConnectionId id, const Error& reason);
  void resume_paused();
  void drained();
  void end();

  void push(CoreThread::Input input);
  void push_inputs();
  void end_round();
  bool may_shake_hands(relay::ConnectionId id);
  bool has_room(const Connection& connection, const CoreThread::Waiting& waiting) const;

  void on_open(SecureSocket& socket) override;
  bool may_read(SecureSocket& socket) override;
  void on_frames(SecureSocket& socket, std::vector<Bytes> frames) override;
  void on_drained(SecureSocket& socket) override;
  void on_lost(SecureSocket& socket, const Error& reason) override;

  asio::io_context& io_;
  const crypto::DhKeyPair& keys_;
  SocketContext context_;
  CoreThread& core_;
  Poller poller_;
  Admission admission_;
  std::function<void(std::string_view)> log_;
  Acceptor acceptor_;
  std::uint16_t port_ = 0;
  DeadlineTimer accept_again_, sweep_, goodbye_;
  std::function<void()> on_ended_;
  std::unordered_map<relay::ConnectionId, Connection> connections_;
  std::set<relay::ConnectionId> unidentified_;  // ids grow, so the first is the oldest
  std::set<relay::ConnectionId> paused_;        // until less waits for the core
  // Of the poller's round: the core is given all of them at its end.
  CoreThread::Inputs inputs_;
  std::vector<std::pair<relay::ConnectionId, std::size_t>> received_;  // and how many bytes
  std::size_t received_bytes_ = 0;
  CoreThread::Waiting waiting_;  // when the core was last given some
  std::size_t handshakes_ = 0;   // read in this round
  std::vector<relay::ConnectionId> next_round_;
  relay::ConnectionId next_id_ = 1;
  bool stopping_ = false;
};

}  // namespace tern::net
