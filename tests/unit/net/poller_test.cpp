// Sockets that wait in the poller, and what their peers do meanwhile.
#include "net/poller.hpp"

#include <unistd.h>

#include <asio/write.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <stdexcept>

using namespace tern;
using namespace tern::net;

namespace {

/// One side of a connection, which counts its calls.
struct Called final : Transport::Listener {
  void on_readable() override {
    ++readable;
    if (then) then();
  }
  void on_writable() override { ++writable; }
  std::shared_ptr<void> keep_alive() override { return alive; }

  int readable = 0, writable = 0;
  std::function<void()> then;
  std::shared_ptr<void> alive = std::make_shared<int>(0);
  std::unique_ptr<Transport> transport;
};

struct Connections {
  void connect(Called& called, Transport::Tcp& peer, int* copy = nullptr) {
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    peer.connect(acceptor.local_endpoint());
    Transport::Tcp accepted(io);
    acceptor.accept(accepted);
    if (copy) *copy = ::dup(accepted.native_handle());
    called.transport = poller.adopt(std::move(accepted));
    REQUIRE_FALSE(called.transport->prepare(called));
  }
  void run_until(const std::function<bool()>& done) {
    while (!done()) io.run_one();
  }

  asio::io_context io;
  int rounds = 0;
  Poller poller{io, [this] { ++rounds; }};
};

const Bytes word{'w', 'o', 'r', 'd'};

}  // namespace

TEST_CASE("a socket is called once for each time that somebody waits for it") {
  Connections world;
  Called called;
  Transport::Tcp peer(world.io);
  world.connect(called, peer);
  asio::write(peer, asio::buffer(word));
  world.io.poll();
  CHECK(called.readable == 0);
  called.transport->await_readable();
  world.run_until([&] { return called.readable == 1; });
  for (int i = 0; i < 10; ++i) world.io.poll();
  CHECK(called.readable == 1);
  called.transport->await_writable();
  called.transport->await_readable();
  world.run_until([&] { return called.readable == 2 && called.writable == 1; });
  Bytes bytes(100);
  asio::error_code error;
  CHECK(called.transport->read(bytes, error) == word.size());
  CHECK_FALSE(error);
  called.transport->read(bytes, error);
  CHECK(error == asio::error::would_block);
}

TEST_CASE("a peer that goes while nobody waits takes no turns, and is found when somebody does") {
  Connections world;
  Called called;
  Transport::Tcp peer(world.io);
  world.connect(called, peer);
  asio::write(peer, asio::buffer(word));
  called.transport->await_readable();
  world.run_until([&] { return called.readable == 1; });
  peer.set_option(asio::socket_base::linger(true, 0));
  peer.close();
  world.io.poll();
  const auto rounds = world.rounds;
  for (int i = 0; i < 10; ++i) world.io.poll();
  CHECK(world.rounds <= rounds + 1);
  called.transport->await_readable();
  world.run_until([&] { return called.readable == 2; });
  Bytes bytes(100);
  asio::error_code error;
  while (!error) called.transport->read(bytes, error);
  CHECK(error != asio::error::would_block);
}

TEST_CASE("a socket that is closed while a program is being started is not called any more") {
  Connections world;
  Called called;
  Transport::Tcp peer(world.io);
  int copy = -1;  // until its exec the new process has one
  world.connect(called, peer, &copy);
  REQUIRE(copy >= 0);
  called.transport->await_readable();
  world.io.poll();
  called.transport->close();
  for (int i = 0; i < 10; ++i) world.io.poll();
  CHECK(called.readable == 0);
  ::close(copy);
}

TEST_CASE("a socket that was closed in its own round is not called any more") {
  Connections world;
  Called first, second;
  Transport::Tcp first_peer(world.io), second_peer(world.io);
  world.connect(first, first_peer);
  world.connect(second, second_peer);
  first.then = [&] { second.transport.reset(); };
  second.then = [&] { first.transport.reset(); };
  asio::write(first_peer, asio::buffer(word));
  asio::write(second_peer, asio::buffer(word));
  first.transport->await_readable();
  second.transport->await_readable();
  world.run_until([&] { return first.readable + second.readable > 0; });
  for (int i = 0; i < 10; ++i) world.io.poll();
  CHECK(first.readable + second.readable == 1);
}

TEST_CASE("a handler that throws takes nobody else's turn") {
  Connections world;
  Called first, second;
  Transport::Tcp first_peer(world.io), second_peer(world.io);
  world.connect(first, first_peer);
  world.connect(second, second_peer);
  first.then = second.then = [] { throw std::runtime_error("boom"); };
  asio::write(first_peer, asio::buffer(word));
  asio::write(second_peer, asio::buffer(word));
  first.transport->await_readable();
  second.transport->await_readable();
  int thrown = 0;
  while (first.readable + second.readable < 2) {
    try {
      world.io.run_one();
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  CHECK(thrown == 2);
  CHECK(first.readable == 1);
  CHECK(second.readable == 1);
}
