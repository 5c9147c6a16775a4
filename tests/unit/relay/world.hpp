// A relay core on a memory disk, and devices that talk to it in frames, as over a socket.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <map>

#include "crypto/deterministic_entropy.hpp"
#include "crypto/log_id.hpp"
#include "relay/core.hpp"
#include "store/memory.hpp"
#include "wire/certificate.hpp"
#include "wire/frames.hpp"

namespace tern::relay::test {

/// A device of an account, with its keys and the newest device list that it has been given.
struct Device {
  crypto::SigningKey account_key;
  crypto::SigningKey device_key;
  crypto::DhKeyPair transport;
  wire::DeviceList list;
  wire::DeviceCertificate certificate;
  AccountId account;
  DeviceId id;
  LogId inbox;
};

/// The bytes of a device's Register.
struct Registration {
  explicit Registration(const Device& device);
  wire::Register request() const { return {certificate, list, proof}; }
  Bytes certificate, list;
  crypto::Signature proof;
};

class World {
 public:
  explicit World(const RelayLimits& limits = {});

  // -- devices
  /// The only device of a new account.
  Device make_device();
  /// Another device of the same account, on a list of its own with the next number.
  Device make_second_device(Device& first);
  void sign(Device& device) { sign(device, device.device_key.verify_key()); }
  /// As if the account's device had this key, whoever holds it.
  void sign(Device& device, const crypto::VerifyKey& device_key);

  // -- connections
  ConnectionId connect(const Device& device, std::string_view origin = {});
  void disconnect(ConnectionId connection);
  /// Connected, registered and resumed with nothing read.
  ConnectionId online(const Device& device);
  ConnectionId resume(const Device& device, const std::vector<wire::LogPosition>& logs = {});

  // -- requests
  /// Queues it, and returns its id.
  std::uint32_t send(ConnectionId connection, const wire::Request& request);
  void send_bytes(ConnectionId connection, Bytes frame);
  void run();
  void run_batch();
  /// Sends and runs. What the answer points at lives as long as the world.
  wire::Answer ask(ConnectionId connection, const wire::Request& request);
  wire::Answer answer_to(ConnectionId connection, std::uint32_t id);
  bool was_answered(ConnectionId connection, std::uint32_t id) const;

  // -- what came unasked, taken
  std::vector<wire::Push> pushes(ConnectionId connection);
  /// Entries pushed, of all pushes taken now.
  std::vector<wire::Entry> pushed_entries(ConnectionId connection, const LogId& log);
  std::optional<Errc> closed(ConnectionId connection) const;

  // -- what the core has others do
  /// Runs the first of `works` and says so to the core.
  void finish_work();
  /// The code that was last to be sent to the number; empty: none.
  std::string code_for(const std::string& number) const {
    const auto found = codes_.find(number);
    return found != codes_.end() ? found->second : std::string();
  }
  bool hold_work = false;   ///< works wait for finish_work()
  bool hold_codes = false;  ///< the test calls code_sent()
  bool codes_fail = false;
  std::vector<RunWork> works;
  std::vector<SendCode> codes_sent;

  // -- time, and what can go wrong
  void pass_ms(std::int64_t ms) {
    now.mono_ms += ms;
    now.wall_ms += ms;
  }
  /// Runs until no work and no deadline within `ms` is left.
  void settle(std::int64_t ms = 2'000);
  /// kill -9: what is on the disk is all there is.
  void restart();
  std::uint64_t syncs() const { return environment->counters().syncs; }
  std::uint64_t commits() const { return environment->counters().commits; }

  /// A LogId is one for a new group chat.
  template <class Fixed>
  Fixed random() {
    if constexpr (std::is_same_v<Fixed, LogId>) return crypto::group_log_id(entropy);
    return entropy.make<Fixed>();
  }

  Now now{1'000'000, 1'700'000'000'000};
  crypto::DeterministicEntropy entropy{7};
  RelayLimits limits;
  bool sends_codes = true;  ///< when it is opened next
  store::MemoryDisk disk;
  std::unique_ptr<store::Environment> environment;
  std::unique_ptr<Core> core;
  std::vector<std::string> log;
  std::vector<std::shared_ptr<const Bytes>> frames_sent;  ///< by the relay, all of them

 private:
  void open();
  void drain();
  void take_frame(ConnectionId to, const std::shared_ptr<const Bytes>& frame);

  ConnectionId next_connection_ = 1;
  std::uint32_t next_id_ = 1;
  std::map<std::pair<ConnectionId, std::uint32_t>, wire::Answer> answers_;
  std::map<ConnectionId, std::vector<wire::Push>> pushes_;
  std::map<ConnectionId, Errc> closed_;
  std::map<std::string, std::string> codes_;
};

/// Two who are online.
struct AnnaAndBo {
  explicit AnnaAndBo(const RelayLimits& limits = {}) : world(limits) {}

  World world;
  Device anna = world.make_device();
  Device bo = world.make_device();
  ConnectionId at_anna = world.online(anna);
  ConnectionId at_bo = world.online(bo);
};

/// The answer as the kind that the test expects.
template <class Kind>
Kind as(const wire::Answer& answer) {
  const auto* const refused = std::get_if<wire::Refused>(&answer);
  INFO((refused ? "refused: " + std::string(name(refused->code)) : "answered"));
  REQUIRE(std::holds_alternative<Kind>(answer));
  return std::get<Kind>(answer);
}
inline Errc refusal(const wire::Answer& answer) { return as<wire::Refused>(answer).code; }

}  // namespace tern::relay::test
