// One SecureSocket, whose peer is a plain socket, and a clock that the test moves.
#include "net/secure_socket.hpp"

#include <asio/connect.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"
#include "net/system_clock.hpp"

using namespace tern;
using namespace tern::net;

namespace {

struct Nobody final : SecureSocket::Owner {
  void on_open(SecureSocket&) override {}
  void on_frames(SecureSocket&, std::vector<Bytes>) override {}
  void on_drained(SecureSocket&) override {}
  void on_lost(SecureSocket&, const Error&) override {}
};

// A relay's side that has read `first` of its peer.
struct Accepted {
  explicit Accepted(const Bytes& first) {
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    peer.connect(acceptor.local_endpoint());
    SecureSocket::Tcp accepted(io);
    acceptor.accept(accepted);
    socket = std::make_shared<SecureSocket>(make_asio_transport(std::move(accepted)),
                                            SecureChannel::relay(keys), 1, nobody, context);
    socket->start();
    asio::write(peer, asio::buffer(first));
    while (context.bytes_received < first.size()) io.run_one();
  }
  ~Accepted() { socket->close(); }
  bool patient_at(std::int64_t now_ms) const {
    return socket->check_patience(now_ms, patience).has_value();
  }

  crypto::SystemEntropy entropy;
  const crypto::DhKeyPair keys = crypto::DhKeyPair::generate(entropy);
  SocketContext context{entropy};
  Nobody nobody;
  asio::io_context io;
  SecureSocket::Tcp peer{io};
  std::shared_ptr<SecureSocket> socket;
  const SocketPatience patience{.silence_ms = 720'000};
};

const Bytes half_a_message{0, 100, 1, 2, 3};
constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

TEST_CASE("a peer owes nothing while it is not read from, and everything afterwards") {
  Accepted accepted(half_a_message);
  const auto now_ms = read_clock().mono_ms;
  CHECK(accepted.patient_at(now_ms));
  CHECK_FALSE(accepted.patient_at(now_ms + day_ms));
  accepted.socket->pause_reading();
  CHECK(accepted.patient_at(now_ms + day_ms));
  accepted.socket->resume_reading();
  CHECK(accepted.patient_at(now_ms));
  CHECK_FALSE(accepted.patient_at(now_ms + day_ms));
}

TEST_CASE("half a message counts while its rest is owed, and not once the connection has gone") {
  Accepted accepted(half_a_message);
  CHECK(accepted.socket->partial_bytes() == half_a_message.size());
  CHECK(accepted.context.partial_bytes == half_a_message.size());
  CHECK(accepted.socket->owing_since_ms() != never_ms);
  accepted.socket->close();
  CHECK(accepted.context.partial_bytes == 0);
}

TEST_CASE("bytes of what is not whole are a sign of life") {
  const auto before_ms = read_clock().mono_ms;
  Accepted accepted(half_a_message);
  CHECK(accepted.context.moved_ms >= before_ms);
}
