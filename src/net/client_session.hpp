// A client's open folder with its engine and its link: all that its thread holds between open (or
// resume) and suspend (or close).
#pragma once

#include <filesystem>

#include "client/engine.hpp"
#include "crypto/sodium_entropy.hpp"
#include "net/backoff.hpp"
#include "net/client_link.hpp"
#include "net/client_status.hpp"
#include "net/completion.hpp"
#include "net/heartbeat.hpp"

namespace tern::net {

struct ClientSessionOptions {
  std::filesystem::path folder;
  store::StorageKey storage_key;
  std::optional<RelayAddress> relay;  ///< nullopt: the one that the folder remembers
  bool network = true;
  /// Recordings go on when the folder is opened again.
  std::shared_ptr<client::DraftClaims> claims = std::make_shared<client::DraftClaims>();
};

/// Feeds the engine with time, frames and calls, and carries out what it says. On one strand.
class ClientSession final : public std::enable_shared_from_this<ClientSession>,
                            private ClientLink::Owner {
 public:
  /// Errors: storage_*, address_invalid (no address given, and none remembered).
  static Result<std::shared_ptr<ClientSession>> open(asio::io_context& io,
                                                     const ClientSessionOptions& options,
                                                     std::shared_ptr<ClientStatus> status);
  ~ClientSession() { shut_down(); }

  client::Engine& engine() { return *engine_; }
  /// For the engine: gives `pending` its answer.
  template <class T>
  std::function<void(Result<T>)> answering(const Pending<T>& pending) {
    return [completion = std::make_shared<Completion<T>>(pending, answers_)](Result<T> result) {
      completion->give(std::move(result));
    };
  }
  /// After a call that may have changed something: outputs and events come out, later.
  void was_called();
  void set_network(bool available);
  bool network() const { return network_; }
  ClientStatistics statistics() const;
  /// Lets go of everything, and answers what is pending with `closed`.
  void shut_down();

 private:
  ClientSession(asio::io_context& io, std::shared_ptr<ClientStatus> status);
  Result<void> open_folder(const ClientSessionOptions& options);
  Result<RelayAddress> choose_relay(const std::optional<RelayAddress>& given);

  void on_link_up() override;
  void on_link_frames(std::vector<Bytes> frames) override;
  void on_link_down(const Error& reason) override;

  void pump();
  bool pump_outputs();
  bool pump_events();
  bool give_answers();
  void carry_out(client::Output output);
  void link_ended(const Error& reason);
  void report(const Error& reason);
  void act_on_time();
  void connect_if_due(std::int64_t now_ms);
  void ping();
  void set_timer();

  asio::io_context& io_;
  std::shared_ptr<ClientStatus> status_;
  crypto::SystemEntropy entropy_;
  SocketContext context_{entropy_};
  std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<client::Engine> engine_;  // null once shut down
  RelayAddress relay_;
  ClientLink link_;
  Backoff backoff_{entropy_};
  Heartbeat heartbeat_;
  DeadlineTimer timer_;
  bool network_ = true, up_ = false, pump_posted_ = false;
  std::size_t pings_out_ = 0;  // asked and not answered: a changed network asks again
  Errc reported_{};            // the last problem of the link, told once in a row
  std::uint64_t frames_sent_ = 0, frames_received_ = 0;
};

}  // namespace tern::net
