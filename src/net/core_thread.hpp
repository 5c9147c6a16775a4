// The relay's core on a thread of its own, so that sockets and ciphers go on while a batch waits
// for the disk: what arrives meanwhile is the next batch.
#pragma once

#include <condition_variable>
#include <future>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "net/admission.hpp"
#include "net/worker_pool.hpp"
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
  struct CodeSent {
    std::uint64_t job = 0;
    bool sent = false;
  };
  struct WorkDone {
    std::uint64_t id = 0;
  };
  struct RotateDirectoryKey {
    std::shared_ptr<std::promise<Result<void>>> done;
  };
  using Input = std::variant<Connected, Disconnected, Received, Writable, CodeSent, WorkDone,
                             RotateDirectoryKey>;
  using Inputs = std::list<Input>;
  using SendCode = std::function<bool(std::string_view number, std::string_view code)>;

  /// What a frame that waits costs beside its bytes, or a million of one byte each would be free.
  static constexpr std::size_t frame_cost = sizeof(Bytes) + 32;

  /// What waits for the core, or in it for a batch. `batch` grows each time that it is handed
  /// everything.
  struct Waiting {
    std::size_t bytes = 0;
    std::uint64_t batch = 0;
  };

  /// `send_code` is called on other threads; null when the core sends none.
  CoreThread(std::unique_ptr<store::Environment> environment, std::unique_ptr<relay::Core> core,
             std::function<void(std::string_view)> log, SendCode send_code = nullptr);
  ~CoreThread() { finish(); }

  /// On the core's thread, `on_batch` is called after each batch, and `on_disk_failed` once, when
  /// every batch fails from now on. Errors: internal (no thread).
  Result<void> start(std::function<void()> on_batch, std::function<void()> on_disk_failed = {});
  /// From any thread, and never waits for the disk.
  Waiting push(Input input);
  /// Many at once wake the core once.
  Waiting push(Inputs inputs);
  Waiting waiting() const;
  /// From any thread but the core's; waits. Errors: as the core's, and closed.
  Result<void> rotate_directory_key();
  /// What the finished batches say to connections, in order.
  std::vector<relay::Output> take_outputs();
  /// Handles everything pushed so far, and ends the threads. What is pushed later is dropped, and
  /// so is what waits for the workers.
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
  void send_code(relay::SendCode job);
  void run_work(relay::RunWork work);

  // Only on the thread, once it runs:
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<relay::Core> core_;
  std::function<void(std::string_view)> log_;
  std::function<void()> on_batch_;
  std::function<void()> on_disk_failed_;  // null once it was called
  SendCode send_code_;
  Inputs in_hand_;                            // taken, and not handed to the core yet
  std::set<relay::ConnectionId> unanswered_;  // who has asked since the core last had no work
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Inputs inputs_;
  std::size_t inputs_bytes_ = 0;
  std::size_t core_bytes_ = 0;  // handed over, until a batch is done; then the core's own word
  std::uint64_t batch_ = 0;
  std::vector<relay::Output> outputs_;
  RelayStatistics statistics_;
  bool finishing_ = false;

  // One has the other's core: the relay's connections come before what only computes.
  WorkerPool computing_{{.threads = 1, .waiting_max = 16}, WorkerPool::Priority::background};
  WorkerPool sending_{{.threads = 4, .waiting_max = 256}, WorkerPool::Priority::normal};
};

}  // namespace tern::net
