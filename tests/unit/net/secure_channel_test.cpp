#include "net/secure_channel.hpp"

#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::net;

namespace {

using State = SecureChannel::State;

// A device and a relay, and what each has received.
struct Pair {
  explicit Pair(std::uint64_t rekey_every = limits::noise_rekey_messages)
      : device(SecureChannel::device(device_keys, relay_keys.public_key, rekey_every)),
        relay(SecureChannel::relay(relay_keys, rekey_every)) {}

  Bytes first() { return device.start(entropy).value(); }
  void shake_hands() {
    REQUIRE(relay.receive(first_ = first(), entropy, at_relay));
    REQUIRE(device.receive(at_relay.reply, entropy, at_device));
    send_to_relay({"hello"});
    REQUIRE(relay.state() == State::open);
    at_relay.frames.clear();
  }
  static Bytes sealed(SecureChannel& from, const std::vector<Bytes>& frames) {
    Bytes out;
    REQUIRE(from.seal(std::vector<ByteSpan>(frames.begin(), frames.end()), out));
    return out;
  }
  Bytes sealed_by_device(std::string_view text) {
    return sealed(device, {to_bytes(as_bytes(text))});
  }
  void send_to_relay(const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      auto bytes = sealed_by_device(text);
      REQUIRE(relay.receive(bytes, entropy, at_relay));
    }
  }
  Result<void> relay_receives(Bytes bytes) { return relay.receive(bytes, entropy, at_relay); }
  Result<void> device_receives(Bytes bytes) { return device.receive(bytes, entropy, at_device); }

  test::SeededEntropy entropy{1};
  crypto::DhKeyPair device_keys = crypto::DhKeyPair::generate(entropy);
  crypto::DhKeyPair relay_keys = crypto::DhKeyPair::generate(entropy);
  SecureChannel device, relay;
  Received at_device, at_relay;
  Bytes first_;
};

// A plaintext of the attacker's own making, under the right keys: what a hostile device can send.
struct HostileDevice {
  explicit HostileDevice(Pair& pair)
      : handshake(noise_ik, NoiseRole::initiator, as_bytes(noise_prologue),
                  pair.device_keys.clone(), pair.relay_keys.public_key) {}
  static Bytes framed(const Bytes& message) {
    Bytes out{static_cast<std::uint8_t>(message.size() >> 8),
              static_cast<std::uint8_t>(message.size())};
    out.insert(out.end(), message.begin(), message.end());
    return out;
  }
  void shake_hands(Pair& pair, ByteSpan payload) {
    auto first = framed(handshake.write_message(payload, pair.entropy).value());
    result = pair.relay.receive(first, pair.entropy, pair.at_relay);
    if (!result) return;
    const auto reply = ByteSpan(pair.at_relay.reply).subspan(message_length_bytes);
    REQUIRE(handshake.read_message(reply));
    send.emplace(handshake.split().value().send);
  }
  Bytes sealed(ByteSpan plaintext) {
    Bytes message(plaintext.size() + crypto::aead_tag_bytes);
    REQUIRE(send->seal_into(message, {}, plaintext));
    return framed(message);
  }
  NoiseHandshake handshake;
  std::optional<NoiseCipher> send;
  Result<void> result;
};
const Bytes version_1{0, 1};

Errc error_of(const Result<void>& result) {
  REQUIRE_FALSE(result);
  return result.error().errc();
}

}  // namespace

TEST_CASE("a device and its relay come together and exchange frames") {
  Pair pair;
  pair.shake_hands();
  CHECK(pair.relay.peer_key() == pair.device_keys.public_key);
  pair.send_to_relay({"one", "two"});
  CHECK(pair.at_relay.frames == std::vector<Bytes>{{'o', 'n', 'e'}, {'t', 'w', 'o'}});
  REQUIRE(pair.device_receives(Pair::sealed(pair.relay, {{'3'}})));
  CHECK(pair.at_device.frames == std::vector<Bytes>{{'3'}});
}

TEST_CASE("bytes may arrive cut at any place") {
  const auto first = Pair().first();
  for (std::size_t cut = 0; cut <= first.size(); ++cut) {
    Pair pair;
    auto bytes = pair.first();
    INFO("cut at " << cut);
    const auto all = MutableByteSpan(bytes);
    REQUIRE(pair.relay.receive(all.first(cut), pair.entropy, pair.at_relay));
    CHECK(pair.relay.mid_frame() == (cut > 0 && cut < first.size()));
    REQUIRE(pair.relay.receive(all.subspan(cut), pair.entropy, pair.at_relay));
    CHECK(pair.relay.state() == State::unconfirmed);
    CHECK_FALSE(pair.relay.mid_frame());
  }
}

TEST_CASE("a whole conversation may arrive one byte at a time, or all at once") {
  Pair pair;
  pair.shake_hands();
  auto bytes = pair.sealed_by_device("first");
  const auto second = pair.sealed_by_device("second");
  bytes.insert(bytes.end(), second.begin(), second.end());
  for (auto& byte : bytes) REQUIRE(pair.relay.receive({&byte, 1}, pair.entropy, pair.at_relay));
  REQUIRE(pair.at_relay.frames.size() == 2);
  auto more = pair.sealed_by_device("third");
  const auto fourth = pair.sealed_by_device("fourth");
  more.insert(more.end(), fourth.begin(), fourth.end());
  REQUIRE(pair.relay_receives(more));
  REQUIRE(pair.at_relay.frames.size() == 4);
  CHECK(as_text(pair.at_relay.frames[3]) == "fourth");
  CHECK_FALSE(pair.relay.mid_frame());
}

TEST_CASE("a frame of the greatest size passes, one byte more is refused by the sender") {
  Pair pair;
  pair.shake_hands();
  Bytes frame(limits::frame_bytes_max, 0x5a);
  REQUIRE(pair.relay_receives(Pair::sealed(pair.device, {frame})));
  REQUIRE(pair.at_relay.frames.size() == 1);
  CHECK(pair.at_relay.frames[0] == frame);
  frame.push_back(0);
  Bytes out;
  CHECK(error_of(pair.device.seal(std::vector<ByteSpan>{frame}, out)) == Errc::frame_too_large);
  CHECK(out.empty());
  pair.send_to_relay({"still fine"});
}

TEST_CASE("many small frames share one Noise message") {
  Pair pair;
  pair.shake_hands();
  const std::vector<Bytes> frames(1000, Bytes(20, 1));
  const auto bytes = Pair::sealed(pair.device, frames);
  CHECK(bytes.size() == 1000 * (20 + frame_length_bytes) + 16 + message_length_bytes);
  REQUIRE(pair.relay_receives(bytes));
  CHECK(pair.at_relay.frames == frames);
}

TEST_CASE("frames whose lengths lie across two Noise messages are put together") {
  for (std::size_t filler = 65'519 - 12; filler < 65'519; ++filler) {
    Pair pair;
    pair.shake_hands();
    const std::vector<Bytes> frames{Bytes(filler, 1), {2, 3}};
    REQUIRE(pair.relay_receives(Pair::sealed(pair.device, frames)));
    CHECK(pair.at_relay.frames == frames);
  }
}

TEST_CASE("a frame over the limit is refused at its length, before any of it arrives") {
  Pair pair;
  HostileDevice hostile(pair);
  hostile.shake_hands(pair, version_1);
  REQUIRE(hostile.result);
  CHECK(error_of(pair.relay_receives(hostile.sealed(Bytes{0, 0x10, 0, 1}))) ==
        Errc::frame_too_large);
  CHECK(pair.relay.state() == State::failed);
}

TEST_CASE("a frame at the limit may be announced") {
  Pair pair;
  HostileDevice hostile(pair);
  hostile.shake_hands(pair, version_1);
  REQUIRE(pair.relay_receives(hostile.sealed(Bytes{0, 0x10, 0, 0})));
  CHECK(pair.relay.mid_frame());
}

TEST_CASE("an empty frame is refused by both sides") {
  Pair pair;
  HostileDevice hostile(pair);
  hostile.shake_hands(pair, version_1);
  CHECK(error_of(pair.relay_receives(hostile.sealed(Bytes(4)))) == Errc::frame_malformed);
  Pair other;
  other.shake_hands();
  Bytes out;
  CHECK(error_of(other.device.seal(std::vector<ByteSpan>{ByteSpan()}, out)) ==
        Errc::frame_malformed);
}

TEST_CASE("a transport message without a plaintext is refused") {
  Pair pair;
  HostileDevice hostile(pair);
  hostile.shake_hands(pair, version_1);
  CHECK(error_of(pair.relay_receives(hostile.sealed({}))) == Errc::decrypt_failed);
}

TEST_CASE("a handshake that carries anything but a version is refused") {
  for (const auto& payload : {Bytes{}, Bytes{1}, Bytes{0, 1, 0}}) {
    Pair pair;
    HostileDevice hostile(pair);
    hostile.shake_hands(pair, payload);
    CHECK(error_of(hostile.result) == Errc::noise_handshake_failed);
    CHECK(pair.at_relay.reply.empty());
  }
}

TEST_CASE("a version before the first is refused, a later one is welcome") {
  Pair pair, other;
  HostileDevice hostile(pair), modern(other);
  hostile.shake_hands(pair, Bytes{0, 0});
  CHECK(error_of(hostile.result) == Errc::unsupported_version);
  modern.shake_hands(other, Bytes{0, 2});
  CHECK(modern.result);
}

TEST_CASE("a handshake message over the limit is refused at its length") {
  Pair pair, other;
  CHECK(error_of(pair.relay_receives({0, handshake_bytes_max + 1})) ==
        Errc::noise_message_too_long);
  CHECK(other.relay_receives({0, handshake_bytes_max}));
}

TEST_CASE("a handshake with any byte changed on its way ends the connection") {
  const auto length = Pair().first().size();
  for (std::size_t i = 0; i < length; ++i) {
    Pair pair;
    auto bytes = pair.first();
    bytes[i] ^= 1;
    INFO("byte " << i);
    // A changed length leaves the relay waiting for more, or with a message that is no handshake.
    const auto result = pair.relay_receives(bytes);
    CHECK((!result || pair.relay.mid_frame()));
    CHECK(pair.relay.state() != State::unconfirmed);
    CHECK(pair.at_relay.reply.empty());
  }
}

TEST_CASE("an answer to the handshake with any byte changed ends the connection") {
  for (std::size_t i = message_length_bytes; i < 52; ++i) {
    Pair pair;
    REQUIRE(pair.relay_receives(pair.first()));
    REQUIRE(pair.at_relay.reply.size() == 52);
    pair.at_relay.reply[i] ^= 1;
    INFO("byte " << i);
    CHECK(error_of(pair.device_receives(pair.at_relay.reply)) == Errc::noise_handshake_failed);
    CHECK(pair.device.state() == State::failed);
  }
}

TEST_CASE("a relay with another key cannot answer") {
  Pair pair, stranger;
  stranger.relay_keys = crypto::DhKeyPair::generate(pair.entropy);
  CHECK(error_of(stranger.relay_receives(pair.first())) == Errc::noise_handshake_failed);
  CHECK(stranger.at_relay.reply.empty());
}

TEST_CASE("a replayed first message gets an answer that proves nothing and opens nothing") {
  Pair pair;
  pair.shake_hands();
  auto replay = SecureChannel::relay(pair.relay_keys);
  Received out;
  REQUIRE(replay.receive(pair.first_, pair.entropy, out));
  SECTION("the relay holds the connection for unconfirmed") {
    CHECK(replay.state() == State::unconfirmed);
    CHECK(out.frames.empty());
  }
  SECTION("a transport message that was recorded with it does not decrypt") {
    auto recorded = pair.sealed_by_device("recorded");
    CHECK(error_of(replay.receive(recorded, pair.entropy, out)) == Errc::decrypt_failed);
    CHECK(replay.state() == State::failed);
    CHECK(out.frames.empty());
  }
}

TEST_CASE("a transport message that is changed, doubled or left out ends the connection") {
  Pair pair;
  pair.shake_hands();
  auto bytes = pair.sealed_by_device("text");
  SECTION("changed") {
    bytes[5] ^= 1;
    CHECK(error_of(pair.relay_receives(bytes)) == Errc::decrypt_failed);
  }
  SECTION("doubled") {
    REQUIRE(pair.relay_receives(bytes));
    CHECK(error_of(pair.relay_receives(bytes)) == Errc::decrypt_failed);
  }
  SECTION("left out") {
    CHECK(error_of(pair.relay_receives(pair.sealed_by_device("next"))) == Errc::decrypt_failed);
  }
  SECTION("sent back to its sender") {
    CHECK(error_of(pair.device_receives(bytes)) == Errc::decrypt_failed);
  }
}

TEST_CASE("a channel that failed takes nothing more") {
  Pair pair;
  pair.shake_hands();
  const auto good = pair.sealed_by_device("text");
  CHECK_FALSE(pair.relay_receives(Bytes{0, 17, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7}));
  CHECK(error_of(pair.relay_receives(good)) == Errc::connection_lost);
  CHECK(pair.at_relay.frames.empty());
}

TEST_CASE("both directions change their keys on the way and go on") {
  Pair pair(3);
  pair.shake_hands();
  for (int i = 0; i < 10; ++i) {
    pair.send_to_relay({std::to_string(i)});
    REQUIRE(pair.device_receives(Pair::sealed(pair.relay, {{'x'}})));
  }
  CHECK(pair.at_relay.frames.size() == 10);
  CHECK(pair.at_device.frames.size() == 10);
}

TEST_CASE("sides that change their keys at different times do not understand each other") {
  Pair pair(3);
  pair.relay = SecureChannel::relay(pair.relay_keys, 4);
  pair.shake_hands();  // one message
  pair.send_to_relay({"2", "3"});
  CHECK(error_of(pair.relay_receives(pair.sealed_by_device("4"))) == Errc::decrypt_failed);
}
