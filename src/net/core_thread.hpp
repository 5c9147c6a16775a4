// The relay's core on a thread of its own, so that sockets and ciphers go on while a batch waits
// for the disk: what arrives meanwhile is the next batch.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "net/admission.hpp"
#include "relay/core.hpp"

namespace tern::net {

class CoreThread {
 public:
  struct Connected {
    relay::ConnectionId connection = 0;
    crypto::DhPublicKey transport_key;
    Origin origin;
  };
  struct Disconnected {
    relay::ConnectionId connection = 0;
  };
  struct Received {
    relay::ConnectionId connection = 0;
    std::vector<Bytes> frames;
  };
  struct Writable {
    relay::ConnectionId connection = 0;
    bool writable = true;
  };
  using Input = std::variant<Connected, Disconnected, Received, Writable>;

  /// What a frame that waits costs beside its bytes, or a million of one byte each would be free.
  static constexpr std::size_t frame_cost = sizeof(Bytes) + 32;

  /// What waits for the core, or in it for a batch. `batch` grows each time that it is handed
  /// everything.
  struct Waiting {
    std::size_t bytes = 0;
    std::uint64_t batch = 0;
  };

  CoreThread(std::unique_ptr<store::Environment> environment, std::unique_ptr<relay::Core> core,
             std::function<void(std::string_view)> log);
  ~CoreThread() { finish(); }

  /// `on_batch` is called on the core's thread after each batch. Errors: internal (no thread).
  Result<void> start(std::function<void()> on_batch);
  /// From any thread, and never waits for the disk.
  Waiting push(Input input);
  Waiting waiting() const;
  /// What the finished batches say, in order.
  std::vector<relay::Output> take_outputs();
  /// Handles everything pushed so far, and ends the thread. What is pushed later is dropped.
  void finish();
  RelayStatistics statistics() const;

 private:
  void loop();
  bool turn();
  bool take_inputs();
  void run();
  void hand_to_core(Now now, Input input);
  void give_up(const char* why);
  void publish();

  // Only on the thread, once it runs:
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<relay::Core> core_;
  std::function<void(std::string_view)> log_;
  std::function<void()> on_batch_;
  std::list<Input> in_hand_;                  // taken, and not handed to the core yet
  std::set<relay::ConnectionId> unanswered_;  // who has asked since the core last had no work
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Input> inputs_;
  std::size_t inputs_bytes_ = 0;
  std::size_t core_bytes_ = 0;  // handed over, until a batch is done; then the core's own word
  std::uint64_t batch_ = 0;
  std::vector<relay::Output> outputs_;
  RelayStatistics statistics_;
  bool finishing_ = false;
};

}  // namespace tern::net
