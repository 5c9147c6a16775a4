// One device and one relay, on real disks but without a network, and a directory of made-up
// members: what either computes, and the bytes between them, counted apart.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <vector>

#include "client/engine.hpp"
#include "crypto/sodium_entropy.hpp"
#include "relay/core.hpp"
#include "relay/directory_store.hpp"
#include "store/lmdb.hpp"

namespace tern::bench {

/// Processor time of this thread.
double cpu_ms();

struct Cost {
  std::uint64_t up_bytes = 0, down_bytes = 0;  ///< of frames
  double device_ms = 0, relay_ms = 0;          ///< of processor time
  /// Of it, for batches that another follows: with the last answer the search begins.
  double device_evaluating_ms = 0;  ///< making questions, and opening answers
  double relay_evaluating_ms = 0;   ///< on the thread for long computing
  std::size_t evaluated = 0;        ///< numbers in those batches
  double multiplication_ms = 0;     ///< one of ristretto255, measured between the batches
};

/// The bare multiplications that an evaluation cannot do without, a few at a time: the machine is
/// not as fast now as it is a second later.
class Multiplications {
 public:
  Multiplications();
  void measure();
  double one_ms() const { return total_ms_ / count_; }
  void forget() { total_ms_ = count_ = 0; }

 private:
  std::array<std::uint8_t, 32> scalar_, element_;
  double total_ms_ = 0, count_ = 0;
};

/// What a batch costs the device without its disk: blinding, checking the proof, unblinding.
struct FunctionCost {
  double ms = 0;
  double multiplication_ms = 0;  ///< of one, measured in between
  std::size_t numbers = 0;
};
FunctionCost evaluate_without_disk();

/// Ends the program when anything fails.
class Town {
 public:
  Town(const std::filesystem::path& parent, std::size_t members);
  ~Town();
  Town(const Town&) = delete;
  Town& operator=(const Town&) = delete;

  /// A new address book, none of which is a member.
  Cost sync(std::size_t contacts);  // more than a batch
  Cost refresh();
  /// So many changes of the directory: half of them members who leave, half new ones.
  void churn(std::size_t changes);

  /// What the directory takes on the device, before it is sealed.
  std::uint64_t segment_bytes();
  struct Loaded {
    double ms = 0;
    std::uint64_t peak_bytes = 0;  ///< of the heap, over what it was before
  };
  /// Reads every segment, as a search of all of them does.
  Loaded load_directory();

 private:
  void add_members(std::size_t count);
  void register_device();
  void run(const std::function<bool()>& done);
  bool pass_frames();
  void begin_batch(std::size_t numbers);

  std::filesystem::path folder_;
  crypto::SystemEntropy entropy_;
  std::unique_ptr<store::Environment> relay_disk_, device_disk_;
  std::unique_ptr<relay::Core> core_;
  std::unique_ptr<client::Engine> engine_;
  Now now_;
  std::string code_;
  Cost cost_;
  Multiplications multiplications_;
  struct Batch {
    double device_ms = 0, relay_ms = 0;
    std::size_t numbers = 0;
  } batch_;
  double step_ms_ = 0;  // of the device's last step
  std::vector<relay::Member> leavers_;
  std::size_t synced_ = 0;
};

}  // namespace tern::bench
