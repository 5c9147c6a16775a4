#include "net/core_thread.hpp"

#include <algorithm>

#include "net/system_clock.hpp"

namespace tern::net {
namespace {

constexpr std::int64_t upkeep_pause_ms = 10;  // a deadline that stays in the past must not spin

std::chrono::steady_clock::time_point time_point(std::int64_t mono_ms) {
  return std::chrono::steady_clock::time_point(std::chrono::milliseconds(mono_ms));
}

std::size_t bytes_of(const CoreThread::Input& input) {
  std::size_t out = sizeof(input);
  if (const auto* received = std::get_if<CoreThread::Received>(&input))
    for (const auto& frame : received->frames) out += frame.size();
  return out;
}

}  // namespace

CoreThread::CoreThread(std::unique_ptr<store::Environment> environment,
                       std::unique_ptr<relay::Core> core, std::function<void(std::string_view)> log)
    : environment_(std::move(environment)), core_(std::move(core)), log_(std::move(log)) {}

Result<void> CoreThread::start(std::function<void()> on_batch) {
  on_batch_ = std::move(on_batch);
  try {
    thread_ = std::thread([this] { loop(); });
  } catch (const std::system_error& error) {
    return Error(Errc::internal, std::string("no thread can be started: ") + error.what());
  }
  return {};
}

CoreThread::Waiting CoreThread::push(Input input) {
  std::lock_guard lock(mutex_);
  if (finishing_) return waiting_;
  waiting_.bytes += bytes_of(input);
  inputs_.push_back(std::move(input));
  changed_.notify_one();
  return waiting_;
}

std::vector<relay::Output> CoreThread::take_outputs() {
  std::lock_guard lock(mutex_);
  return std::exchange(outputs_, {});
}

void CoreThread::finish() {
  {
    std::lock_guard lock(mutex_);
    finishing_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

RelayStatistics CoreThread::statistics() const {
  std::lock_guard lock(mutex_);
  return statistics_;
}

void CoreThread::loop() {
  std::vector<Input> inputs;
  while (take_inputs(inputs)) {
    try {
      run(std::exchange(inputs, {}));
    } catch (const std::exception& error) {
      log_(std::string("batch failed: internal: ") + error.what());
    }
    publish();
    on_batch_();
  }
}

// Waits for inputs or the core's deadline; false when everything is done for good.
bool CoreThread::take_inputs(std::vector<Input>& inputs) {
  const bool work_left = core_->has_work();
  const auto deadline =
      work_left ? 0 : std::max(core_->next_deadline(), read_clock().mono_ms + upkeep_pause_ms);
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return finishing_ || !inputs_.empty(); };
  if (deadline == never_ms)
    changed_.wait(lock, ready);
  else
    changed_.wait_until(lock, time_point(deadline), ready);
  inputs = std::exchange(inputs_, {});
  waiting_ = {.bytes = 0, .batch = waiting_.batch + 1};
  return !(finishing_ && inputs.empty() && !work_left);
}

void CoreThread::run(std::vector<Input> inputs) {
  const auto now = read_clock();
  for (auto& input : inputs) hand_to_core(now, std::move(input));
  if (core_->has_work() || core_->next_deadline() <= now.mono_ms) core_->run_batch(now);
}

void CoreThread::hand_to_core(Now now, Input input) {
  if (auto* connected = std::get_if<Connected>(&input)) {
    core_->connected(now, connected->connection, connected->transport_key);
  } else if (auto* gone = std::get_if<Disconnected>(&input)) {
    core_->disconnected(now, gone->connection);
  } else if (auto* received = std::get_if<Received>(&input)) {
    for (auto& frame : received->frames)
      core_->receive(now, received->connection, std::move(frame));
  } else if (auto* writable = std::get_if<Writable>(&input)) {
    core_->set_writable(now, writable->connection, writable->writable);
  }
}

void CoreThread::publish() {
  std::vector<relay::Output> outputs;
  while (auto output = core_->next_output()) outputs.push_back(std::move(*output));
  const auto core = core_->statistics();
  const auto store = environment_->counters();
  std::lock_guard lock(mutex_);
  std::move(outputs.begin(), outputs.end(), std::back_inserter(outputs_));
  statistics_.batches = core.batches;
  statistics_.entries_stored = core.entries_stored;
  statistics_.store_syncs = store.syncs;
}

}  // namespace tern::net
