// A device's process, disk and network in a simulated world.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/engine.hpp"
#include "sim/link.hpp"
#include "store/memory.hpp"

namespace tern::sim {

class RelayNode;
class World;

class Device {
 public:
  Device(World& world, std::string name, const client::EngineConfig& config);
  ~Device();

  const std::string& name() const { return name_; }
  const AccountId& account() const { return account_; }
  const DeviceId& id() const { return device_; }
  bool running() const { return engine_ != nullptr; }
  bool online() const { return network_; }
  bool connected() const { return link_ && link_->open(); }
  client::Engine& engine() { return *engine_; }
  store::MemoryDisk& disk() { return disk_; }
  const store::StorageKey& storage_key() const { return key_; }
  store::Counters counters() const { return environment_->counters(); }

  /// As this device's clocks read it.
  Now now() const;
  /// Its wall clock goes so much before the world's.
  void set_clock_ahead(std::int64_t ms) { clock_ahead_ms_ = ms; }

  void start();
  /// kill -9: what is not on the disk is gone; `power_cut` also undoes unsynced writes.
  void kill(bool power_cut = false);
  /// The whole folder is put back to an earlier copy (while not running).
  void restore(store::MemoryDisk copy) { disk_ = std::move(copy); }
  void set_network(bool available);
  /// From now on it connects to this one, and not to the world's; it has to outlive the device's
  /// use.
  void set_relay(RelayNode& relay);
  /// Whether the process lives on when its disk refuses a write; otherwise it dies there.
  void set_outlives_disk_errors(bool lives) { outlives_disk_errors_ = lives; }
  /// Breaks the present connection, if there is one; it will be made again.
  void cut();

  /// The present connection; null: none.
  const std::shared_ptr<Link>& link() const { return link_; }

  /// Runs `call(engine)` as the app would, then lets its outputs out. The process may die in it
  /// when a disk fault is planned: then the call's answer does not count.
  template <class Call>
  auto with(Call&& call) {
    auto result = call(*engine_);
    after_input();
    return result;
  }
  /// Lets out what the last calls on engine() made.
  void run_outputs() { after_input(); }
  /// Sends one text; its id, or nullopt when the process died before it was durable.
  std::optional<MessageId> send(const ChatId& chat, std::string_view text);
  std::optional<std::vector<MessageId>> send(const ChatId& chat,
                                             const std::vector<std::string>& texts);

  /// What a user sees, oldest first.
  std::vector<Message> history(const ChatId& chat) const;
  std::vector<std::string> texts(const ChatId& chat) const;
  ChatInfo info(const ChatId& chat) const { return engine_->chat_info(chat).value(); }
  /// Every event of all lives of the process.
  const std::vector<Event>& events() const { return events_; }
  template <class T>
  std::size_t count_events() const {
    std::size_t count = 0;
    for (const auto& event : events_) count += std::holds_alternative<T>(event) ? 1 : 0;
    return count;
  }
  bool saw_problem(Errc code) const;
  std::uint64_t times_killed() const { return life_; }

 private:
  friend class Link;
  friend class World;
  void after_input();
  void drain();
  void schedule_tick();
  void schedule_connect();
  void connect();
  void receive(Bytes frame);
  void link_lost();
  bool died();

  World& world_;
  std::string name_;
  client::EngineConfig config_;
  store::MemoryDisk disk_;
  store::StorageKey key_;
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<client::Engine> engine_;
  std::shared_ptr<Link> link_;
  AccountId account_;
  DeviceId device_;
  RelayNode* relay_;
  bool network_ = true;
  bool outlives_disk_errors_ = false;
  std::int64_t clock_ahead_ms_ = 0;
  bool connecting_ = false;
  std::uint64_t life_ = 0;
  std::int64_t tick_at_ms_ = never_ms;
  std::vector<Event> events_;
};

}  // namespace tern::sim
