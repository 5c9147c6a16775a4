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

  /// Shakes hands and says who it is; registers as well when the relay does not know it.
  void connect(const net::RelayAddress& relay);
  void disconnect();
  /// Sends now, and waits while the system takes no more.
  void send(std::uint32_t request_id, const wire::Request& request);
  /// What has come, without waiting. False: the connection is over.
  bool receive(std::vector<Bytes>& frames);
  /// Sends, and waits for the answer; what comes before it is dropped. The answer's spans live
  /// until the next call.
  wire::Answer ask(const wire::Request& request);

 private:
  void register_device();
  bool receive(std::vector<Bytes>& frames, int flags);

  crypto::SystemEntropy entropy_;
  crypto::SigningKey account_key_, device_key_;
  crypto::DhKeyPair transport_;
  DeviceId id_;
  int socket_ = -1;
  std::optional<net::SecureChannel> channel_;
  std::uint32_t next_request_ = 1'000'000;
  Bytes sealed_;
  Bytes answer_;
};

}  // namespace tern::bench
