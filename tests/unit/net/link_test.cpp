// The shell on real sockets: ClientLink on one side, RelayIo and CoreThread on the other.
#include <asio/connect.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "echo_relay.hpp"

using namespace tern;
using namespace tern::net;
using tern::test::EchoRelay;
using tern::test::TestDevice;
using Tcp = asio::ip::tcp;

namespace {

// Somebody with a socket and no manners; reads and writes wait.
class Stranger {
 public:
  explicit Stranger(const RelayAddress& relay) {
    socket_.connect({asio::ip::make_address(relay.where.host), relay.where.port});
  }
  void write(const Bytes& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  Bytes read(std::size_t bytes) {
    Bytes out(bytes);
    asio::read(socket_, asio::buffer(out));
    return out;
  }
  /// Everything until the relay closes the connection.
  Bytes read_to_end() {
    Bytes out;
    asio::error_code error;
    while (!error) {
      Bytes part(4096);
      part.resize(socket_.read_some(asio::buffer(part), error));
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  }

 private:
  asio::io_context io_;
  Tcp::socket socket_{io_};
};

Bytes frame_of(std::size_t bytes, char first = 'a') {
  return Bytes(bytes, static_cast<std::uint8_t>(first));
}

constexpr std::size_t reply_bytes = 52;

// A device that asks, and reads only when it is told to.
class SilentReader {
 public:
  explicit SilentReader(const EchoRelay& relay)
      : channel_(
            SecureChannel::device(crypto::DhKeyPair::generate(entropy_), relay.keys.public_key)),
        stranger_(relay.address()) {
    stranger_.write(channel_.start(entropy_).value());
    auto reply = stranger_.read(reply_bytes);
    REQUIRE(channel_.receive(reply, entropy_, received_));
  }
  void ask(const Bytes& frame) {
    Bytes bytes;
    REQUIRE(channel_.seal(std::vector<ByteSpan>{frame}, bytes));
    stranger_.write(bytes);
  }
  template <class Enough>
  void read_until(Enough enough) {
    while (received_.frames.empty() || !enough(received_.frames)) {
      auto length = stranger_.read(2);
      auto message = stranger_.read(static_cast<std::size_t>(length[0] << 8 | length[1]));
      REQUIRE(channel_.receive(length, entropy_, received_));
      REQUIRE(channel_.receive(message, entropy_, received_));
    }
  }
  const std::vector<Bytes>& frames() const { return received_.frames; }

 private:
  crypto::SystemEntropy entropy_;
  SecureChannel channel_;
  Stranger stranger_;
  Received received_;
};

}  // namespace

TEST_CASE("a device connects, and its frames come back, small and large, in order") {
  EchoRelay relay;
  TestDevice device;
  device.connect(relay.address());
  REQUIRE(device.recorder.heard("up"));
  device.send({frame_of(10), frame_of(limits::frame_bytes_max), frame_of(11)});
  REQUIRE(device.recorder.heard("frame 11"));
  CHECK(device.recorder.lines() ==
        std::vector<std::string>{"up", "frame 10", "frame 1048576", "frame 11"});
  CHECK(relay.recorder.lines().front() == "connected " + device.keys.public_key.hex());
}

TEST_CASE("a relay with another key than the address says is never reached") {
  EchoRelay relay;
  TestDevice device;
  auto address = relay.address();
  address.key = device.keys.public_key;
  device.connect(address);
  REQUIRE(device.recorder.heard("down noise_handshake_failed"));
  CHECK(device.recorder.said("up") == 0);
  relay.stop();
  CHECK(relay.recorder.said("connected " + device.keys.public_key.hex()) == 0);
}

TEST_CASE("a port where nobody listens is refused") {
  std::optional<RelayAddress> address;
  {
    EchoRelay relay;
    address = relay.address();
  }
  TestDevice device;
  device.connect(*address);
  CHECK(device.recorder.heard("down connection_refused"));
}

TEST_CASE("a name that does not exist is an error, not a wait") {
  TestDevice device;
  device.connect({{"no-such-host.invalid", 1}, device.keys.public_key});
  CHECK(device.recorder.heard("down connection_lost"));
}

TEST_CASE("a lookup under way does not hold up the end") {
  TestDevice device;
  device.connect({{"no-such-host.invalid", 1}, device.keys.public_key});
  device.close();  // returns, whether or not the system has answered
  CHECK(device.recorder.said("up") == 0);
}

TEST_CASE("a replayed first message tells the core nothing and yields no frame") {
  EchoRelay relay;
  crypto::SystemEntropy entropy;
  const auto keys = crypto::DhKeyPair::generate(entropy);
  auto channel = SecureChannel::device(keys, relay.keys.public_key);
  const auto first = channel.start(entropy).value();
  {
    Stranger replay(relay.address());
    replay.write(first);
    CHECK(replay.read(reply_bytes).size() == reply_bytes);
    replay.write(Bytes{0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0});
    CHECK(replay.read_to_end().empty());
  }
  relay.stop();
  for (const auto& line : relay.recorder.lines()) CHECK_THAT(line, !Catch::StartsWith("connected"));
}

TEST_CASE("bytes that are no handshake close the connection and are logged once") {
  EchoRelay relay;
  Stranger stranger(relay.address());
  stranger.write(Bytes{'G', 'E', 'T', ' '});
  CHECK(stranger.read_to_end().empty());
  REQUIRE(relay.recorder.heard("log closed connection=1 reason=noise_message_too_long: " +
                               describe(Errc::noise_message_too_long)));
}

TEST_CASE("a frame over the limit closes the connection, and the core never sees it") {
  EchoRelay relay;
  crypto::SystemEntropy entropy;
  const auto keys = crypto::DhKeyPair::generate(entropy);
  NoiseHandshake handshake(noise_ik, NoiseRole::initiator, as_bytes(noise_prologue), keys.clone(),
                           relay.keys.public_key);
  Stranger stranger(relay.address());
  auto message = handshake.write_message(Bytes{0, 1}, entropy).value();
  message.insert(message.begin(), {0, static_cast<std::uint8_t>(message.size())});
  stranger.write(message);
  REQUIRE(handshake.read_message(ByteSpan(stranger.read(reply_bytes)).subspan(2)));
  NoiseCipher cipher(handshake.split().value().send);
  Bytes frame{0, 20, 0, 0x10, 0, 1};  // length 20, and in it a frame of 1 MiB + 1
  frame.resize(22);
  REQUIRE(cipher.seal_into(MutableByteSpan(frame).subspan(2), {}, ByteSpan(frame).subspan(2, 4)));
  stranger.write(frame);
  CHECK(stranger.read_to_end().empty());
  relay.stop();
  CHECK(relay.recorder.said("frame 1048577") == 0);
}

TEST_CASE("connections from one address are counted, and counted out again") {
  EchoRelay relay({.connections_per_address = 2});
  TestDevice first, second, third;
  first.connect(relay.address());
  second.connect(relay.address());
  REQUIRE(first.recorder.heard("up"));
  REQUIRE(second.recorder.heard("up"));
  third.connect(relay.address());
  REQUIRE(third.recorder.heard("down noise_handshake_failed"));
  first.send({frame_of(1, 'x')});
  REQUIRE(first.recorder.heard("down connection_lost"));
  third.connect(relay.address());
  CHECK(third.recorder.heard("up"));
}

TEST_CASE("of many who shake hands at once nobody is forgotten, nor who is there already") {
  EchoRelay relay;
  TestDevice present;
  present.connect(relay.address());
  REQUIRE(present.recorder.heard("up"));
  std::vector<std::unique_ptr<TestDevice>> crowd;
  for (int i = 0; i < 50; ++i) crowd.push_back(std::make_unique<TestDevice>());
  for (auto& device : crowd) device->connect(relay.address());
  present.send({frame_of(7, 'a')});
  CHECK(present.recorder.heard("frame 7"));
  for (auto& device : crowd) {
    REQUIRE(device->recorder.heard("up"));
    device->send({frame_of(3, 'b')});
  }
  for (auto& device : crowd) CHECK(device->recorder.heard("frame 3"));
}

TEST_CASE("a connection that the core closes is closed, and reported gone once") {
  EchoRelay relay;
  TestDevice device;
  device.connect(relay.address());
  REQUIRE(device.recorder.heard("up"));
  device.send({frame_of(1, 'x')});
  CHECK(device.recorder.heard("down connection_lost"));
  CHECK(relay.recorder.heard("disconnected"));
  relay.stop();
  CHECK(relay.recorder.said("disconnected") == 1);
}

TEST_CASE("when all places are taken the oldest stranger makes room") {
  EchoRelay relay({.connections_max = 2});  // to which nobody ever says who they are
  TestDevice first, second, third;
  first.connect(relay.address());
  REQUIRE(first.recorder.heard("up"));
  second.connect(relay.address());
  REQUIRE(second.recorder.heard("up"));
  third.connect(relay.address());
  CHECK(third.recorder.heard("up"));
  CHECK(first.recorder.heard("down connection_lost"));
  CHECK(second.recorder.said("down connection_lost") == 0);
}

TEST_CASE("a reader for whom more waits than any honest one asks for is dropped") {
  EchoRelay relay;
  SilentReader reader(relay);
  reader.ask(frame_of(60'000, '!'));
  CHECK(relay.recorder.heard("disconnected"));
}

TEST_CASE("a slow reader is spared, and not listened to, until it has read") {
  EchoRelay relay;
  SilentReader reader(relay);
  // Each comes back twenty times: in the end more than the system's buffers and one MiB hold.
  std::size_t asked = 0;
  while (relay.recorder.said("not writable") == 0) {
    REQUIRE(asked < 1'000);
    reader.ask(frame_of(5'000, '*'));
    // The last one may find that it is not listened to any more.
    while (relay.recorder.said("frame 5000") == asked && relay.recorder.said("not writable") == 0)
      std::this_thread::yield();
    ++asked;
  }
  reader.ask(frame_of(6'000));
  REQUIRE(relay.recorder.heard("not writable"));
  reader.read_until(
      [&](const std::vector<Bytes>& frames) { return frames.back().size() == 6'000; });
  CHECK(reader.frames().size() == 20 * asked + 1);
  CHECK(relay.recorder.said("writable") > 0);
  CHECK(relay.recorder.said("disconnected") == 0);
}

TEST_CASE("a device that sends faster than the core works loses nothing") {
  EchoRelay relay;
  TestDevice device;
  device.connect(relay.address());
  REQUIRE(device.recorder.heard("up"));
  for (int i = 0; i < 40; ++i) device.send(std::vector<Bytes>(2, frame_of(200'000)));
  CHECK(device.recorder.heard("frame 200000", 80));
}

TEST_CASE("what waits in the core for its batch counts, and no socket is read meanwhile") {
  constexpr std::size_t waiting_bytes_max = 16 * 1024 * 1024;
  EchoRelay relay;
  relay.echo().hold(waiting_bytes_max);
  TestDevice device;
  device.connect(relay.address());
  REQUIRE(device.recorder.heard("up"));
  for (int i = 0; i < 60; ++i) device.send({frame_of(1'000'000)});
  CHECK(device.recorder.heard("frame 1000000", 60));
  // One read more than the limit, and a frame of which the rest was here.
  CHECK(relay.echo().backlog_most() < waiting_bytes_max + 2 * limits::frame_bytes_max);
}

TEST_CASE("when a batch throws, who waited for it is sent away and may come again") {
  const auto frame = GENERATE(as<Bytes>{}, Bytes{'t'}, Bytes{'T'});
  EchoRelay relay;
  TestDevice device, other;
  device.connect(relay.address());
  other.connect(relay.address());
  REQUIRE(device.recorder.heard("up"));
  REQUIRE(other.recorder.heard("up"));
  device.send({frame});
  REQUIRE(device.recorder.heard("down connection_lost"));
  CHECK(relay.recorder.heard("log batch failed: internal: boom"));
  device.connect(relay.address());
  REQUIRE(device.recorder.heard("up", 2));
  device.send({frame_of(7)});
  CHECK(device.recorder.heard("frame 7"));
}

TEST_CASE("a relay that stops answers what it took, says so, and closes") {
  EchoRelay relay;
  TestDevice device;
  device.connect(relay.address());
  REQUIRE(device.recorder.heard("up"));
  device.send({frame_of(5000)});
  REQUIRE(relay.recorder.heard("frame 5000"));
  relay.stop();
  CHECK(device.recorder.heard("down connection_lost"));
  const auto lines = device.recorder.lines();
  REQUIRE(lines.size() == 4);  // up, the echo, the notice, down
  CHECK(lines[1] == "frame 5000");
  CHECK(relay.recorder.said("exception") == 0);
}
