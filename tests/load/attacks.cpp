#include "load/attacks.hpp"

#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "bench/must.hpp"
#include "bench/raw_log.hpp"
#include "crypto/log_id.hpp"

namespace tern::load {
namespace {

using bench::RawDevice;
using bench::RawLog;
using namespace std::chrono_literals;

void count(Tally& tally, const wire::Answer& answer) {
  if (const auto* const appended = std::get_if<wire::Appended>(&answer)) {
    ++tally.taken;
    tally.inbox_full += appended->inbox_full.size();
  } else if (const auto* const refused = std::get_if<wire::Refused>(&answer)) {
    ++(refused->code == Errc::rate_limited ? tally.rate_limited : tally.refused_otherwise);
  }
}

/// Counts what has come. False: the connection is over.
bool count_answers(RawDevice& device, Tally& tally) {
  std::vector<Bytes> frames;
  const bool there = device.receive(frames);
  for (const auto& frame : frames) {
    const auto decoded = wire::decode_server_frame(frame);
    if (!decoded || !*decoded) continue;
    if (const auto* const answer = std::get_if<wire::AnswerFrame>(&**decoded))
      count(tally, answer->answer);
  }
  return there;
}

bool send_bytes(int socket, ByteSpan bytes) {
  return send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

/// Until the relay takes it.
void come_back(RawDevice& device, const Target& target) {
  while (!device.begin_connect(target.relay) || !device.finish_connect())
    std::this_thread::sleep_for(100ms);
}

/// The bytes of a request, or of a handshake, of which one is sent now and then.
struct Dribble {
  RawDevice device;
  Bytes bytes;
  std::size_t next = 0;
};

}  // namespace

void flood_from_one_device(const Target& target, Tally& tally) {
  RawDevice device;
  come_back(device, target);
  RawLog log(device, {target.victim});
  for (;;) {
    for (std::uint32_t i = 0; i < 64; ++i) {
      if (!device.try_send(i, log.next(1))) break;
      ++tally.sent;
    }
    if (count_answers(device, tally)) continue;
    ++tally.closed;
    come_back(device, target);
  }
}

void slow_loris(const Target& target, Tally& tally) {
  constexpr std::size_t connections = 1'000;
  std::vector<Dribble> dribbles(connections);
  const auto begin = [&](Dribble& dribble, bool shakes_hands) {
    dribble.next = 0;
    if (shakes_hands) {
      come_back(dribble.device, target);
      dribble.bytes = to_bytes(dribble.device.sealed(1, wire::Signal{{}, Bytes(60'000)}));
    } else {
      dribble.device.only_connect(target.relay);
      dribble.bytes = Bytes(98, 1);
      dribble.bytes[0] = 0;
      dribble.bytes[1] = 96;
    }
  };
  for (std::size_t i = 0; i < connections; ++i) begin(dribbles[i], i % 2 == 0);
  for (;;) {
    for (std::size_t i = 0; i < connections; ++i) {
      auto& dribble = dribbles[i];
      const bool more = dribble.next < dribble.bytes.size();
      std::vector<Bytes> none;
      const bool there =
          more &&
          send_bytes(dribble.device.socket(), ByteSpan(dribble.bytes).subspan(dribble.next++, 1)) &&
          dribble.device.receive(none);
      ++tally.sent;
      if (there) continue;
      ++tally.closed;
      begin(dribble, i % 2 == 0);
    }
    std::this_thread::sleep_for(1s);
  }
}

void connect_and_go(const Target& target, Tally& tally) {
  auto next = std::chrono::steady_clock::now();
  RawDevice device;
  for (;;) {
    std::this_thread::sleep_until(next += 1ms);
    if (device.only_shake_hands(target.relay))
      ++tally.taken;
    else
      ++tally.closed;
    device.disconnect();
    ++tally.sent;
  }
}

void flood_inbox(const Target& target, Tally& tally) {
  crypto::SystemEntropy entropy;
  const Bytes group_info(64 * 1024, 1);
  std::vector<RawDevice> devices(3);
  for (auto& device : devices) come_back(device, target);
  for (;;) {
    for (auto& device : devices) {
      const auto id = crypto::group_log_id(entropy);
      const auto answer = bench::create_log(device, id, {target.victim}, group_info);
      ++tally.sent;
      count(tally, answer);
    }
  }
}

void drip_a_frame(const Target& target, Tally& tally) {
  RawDevice device;
  for (;;) {
    come_back(device, target);
    // As large as a frame may be: a signal over its own limit, which is refused when it is whole.
    const Bytes payload(limits::frame_bytes_max - 1'000);
    const auto bytes = to_bytes(device.sealed(1, wire::Signal{{}, payload}));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (!send_bytes(device.socket(), ByteSpan(bytes).subspan(i, 1))) break;
      ++tally.sent;
    }
    if (const auto answer = device.answer_to(1))
      count(tally, *answer);
    else
      ++tally.closed;
  }
}

}  // namespace tern::load
