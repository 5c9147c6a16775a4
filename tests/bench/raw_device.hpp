// A device as its relay sees it: Noise and frames on a socket, without engine and disk, so that one
// core of clients keeps one core of relay busy.
#pragma once

#include <deque>
#include <optional>

#include "crypto/signature.hpp"
#include "crypto/sodium_entropy.hpp"
#include "net/relay_address.hpp"
#include "net/secure_channel.hpp"
#include "wire/certificate.hpp"
#include "wire/frames.hpp"

namespace tern::bench {

/// Ends the program when anything fails: a benchmark that fails measures nothing.
class RawDevice {
 public:
  RawDevice();
  ~RawDevice() { disconnect(); }
  RawDevice(RawDevice&& other) noexcept;
  RawDevice& operator=(RawDevice&&) = delete;

  const DeviceId& id() const { return id_; }
  int socket() const { return socket_; }

  /// Shakes hands and says who it is; registers as well the first time.
  void connect(const net::RelayAddress& relay);
  /// The same in two steps, so that many share the relay's syncs. False: the relay does not want
  /// it.
  bool begin_connect(const net::RelayAddress& relay);
  bool finish_connect();
  /// No more than TCP, or than the handshake. False: the relay does not want it.
  bool only_connect(const net::RelayAddress& relay);
  bool only_shake_hands(const net::RelayAddress& relay);
  void disconnect();
  /// Sends now, and waits while the system takes no more.
  void send(std::uint32_t request_id, const wire::Request& request);
  /// False: the connection is over.
  bool try_send(std::uint32_t request_id, const wire::Request& request);
  /// A request as it goes over the socket.
  ByteSpan sealed(std::uint32_t request_id, const wire::Request& request);
  /// What has come, without waiting. False: the connection is over.
  bool receive(std::vector<Bytes>& frames);
  /// Sends, and waits for the answer; what comes before it is dropped. The answer's spans live
  /// until the next call.
  wire::Answer ask(const wire::Request& request);
  /// Waits for it. nullopt: the connection is over.
  std::optional<wire::Answer> answer_to(std::uint32_t id);

 private:
  bool try_register();
  bool receive(std::vector<Bytes>& frames, int flags);

  crypto::SystemEntropy entropy_;
  crypto::SigningKey account_key_, device_key_;
  crypto::DhKeyPair transport_;
  DeviceId id_;
  int socket_ = -1;
  bool registered_ = false;
  std::optional<net::SecureChannel> channel_;
  std::uint32_t next_request_ = 1'000'000;
  Bytes sealed_;
  Bytes answer_;
  std::vector<Bytes> unread_;
};

/// Connects them, many at once.
void connect_all(const net::RelayAddress& relay, std::span<RawDevice* const> devices);

}  // namespace tern::bench
