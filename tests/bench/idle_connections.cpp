#include "bench/idle_connections.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/sodium_entropy.hpp"
#include "net/secure_channel.hpp"
#include "wire/frames.hpp"

namespace tern::bench {
namespace {

bool send_all(int socket, ByteSpan bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

int connect_to(const net::HostPort& where) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(where.port);
  if (inet_pton(AF_INET, where.host.c_str(), &address.sin_addr) != 1) return -1;
  const int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (out >= 0 && connect(out, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0)
    return out;
  if (out >= 0) close(out);
  return -1;
}

/// Receives until `done` holds of what came in.
template <class Done>
bool receive_until(int socket, net::SecureChannel& channel, Entropy& entropy, Done done) {
  Bytes buffer(16 * 1024);
  net::Received received;
  while (!done(received)) {
    const auto got = recv(socket, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    if (!channel.receive({buffer.data(), static_cast<std::size_t>(got)}, entropy, received))
      return false;
  }
  return true;
}

}  // namespace

IdleConnections::~IdleConnections() {
  for (int socket : sockets_) close(socket);
}

bool IdleConnections::add() {
  crypto::SystemEntropy entropy;
  const auto key = crypto::DhKeyPair::generate(entropy);
  auto channel = net::SecureChannel::device(key, relay_.key);
  const int socket = connect_to(relay_.where);
  if (socket < 0) return false;
  sockets_.push_back(socket);
  const auto hello = channel.start(entropy);
  if (!hello || !send_all(socket, *hello)) return false;
  const auto open = [&](const net::Received&) {
    return channel.state() == net::SecureChannel::State::open;
  };
  if (!receive_until(socket, channel, entropy, open)) return false;
  const auto resume = wire::encode(wire::RequestFrame{1, wire::Resume{}});
  const ByteSpan frame = resume;
  Bytes sealed;
  if (!channel.seal({&frame, 1}, sealed) || !send_all(socket, sealed)) return false;
  return receive_until(socket, channel, entropy,
                       [](const net::Received& received) { return !received.frames.empty(); });
}

}  // namespace tern::bench
