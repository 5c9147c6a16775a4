#include "net/core_thread.hpp"

#include <algorithm>

#include "base/try.hpp"
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
    for (const auto& frame : received->frames) out += frame.size() + CoreThread::frame_cost;
  return out;
}

}  // namespace

CoreThread::CoreThread(std::unique_ptr<store::Environment> environment,
                       std::unique_ptr<relay::Core> core, std::function<void(std::string_view)> log,
                       SendCode send_code)
    : environment_(std::move(environment)),
      core_(std::move(core)),
      log_(std::move(log)),
      send_code_(std::move(send_code)) {}

Result<void> CoreThread::start(std::function<void()> on_batch,
                               std::function<void()> on_disk_failed) {
  on_batch_ = std::move(on_batch);
  on_disk_failed_ = std::move(on_disk_failed);
  TERN_TRY(computing_.start());
  if (send_code_) TERN_TRY(sending_.start());
  try {
    thread_ = std::thread([this] { loop(); });
  } catch (const std::system_error& error) {
    return Error(Errc::internal, std::string("no thread can be started: ") + error.what());
  }
  return {};
}

CoreThread::Waiting CoreThread::push(Input input) {
  Inputs inputs;
  inputs.push_back(std::move(input));
  return push(std::move(inputs));
}

CoreThread::Waiting CoreThread::push(Inputs inputs) {
  std::size_t bytes = 0;
  for (const auto& input : inputs) bytes += bytes_of(input);
  std::lock_guard lock(mutex_);
  if (!finishing_) {
    inputs_.splice(inputs_.end(), inputs);
    inputs_bytes_ += bytes;
    changed_.notify_one();
  }
  return {.bytes = inputs_bytes_ + core_bytes_, .batch = batch_};
}

CoreThread::Waiting CoreThread::waiting() const {
  std::lock_guard lock(mutex_);
  return {.bytes = inputs_bytes_ + core_bytes_, .batch = batch_};
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
  sending_.stop();
  computing_.stop();
}

Result<void> CoreThread::rotate_directory_key() {
  const auto done = std::make_shared<std::promise<Result<void>>>();
  auto outcome = done->get_future();
  {
    std::lock_guard lock(mutex_);
    if (finishing_ || !thread_.joinable()) return Errc::closed;
  }
  push(RotateDirectoryKey{done});
  try {
    return outcome.get();
  } catch (const std::future_error&) {
    return Errc::closed;  // it came too late, and the promise went with the input
  }
}

RelayStatistics CoreThread::statistics() const {
  std::lock_guard lock(mutex_);
  return statistics_;
}

void CoreThread::loop() {
  for (bool more = true; more;) {
    try {
      more = turn();
    } catch (const std::exception& error) {
      give_up(error.what());
    } catch (...) {
      give_up("an exception of no known kind");
    }
  }
}

bool CoreThread::turn() {
  if (!take_inputs()) return false;
  run();
  publish();
  if (!core_->has_work()) unanswered_.clear();
  on_batch_();
  return true;
}

// Answers may be lost: whoever waits for one is sent away, and asks again on a new connection.
void CoreThread::give_up(const char* why) {
  try {
    {
      std::lock_guard lock(mutex_);
      for (const auto connection : unanswered_)
        outputs_.push_back(relay::CloseConnection{connection, Errc::internal});
      core_bytes_ = core_->backlog_bytes();
    }
    unanswered_.clear();
    on_batch_();
    log_(std::string("batch failed: internal: ") + why);
  } catch (...) {
    // No memory even for this. What is in outputs_ goes with the next batch.
  }
}

// Waits for inputs or the core's deadline; false when everything is done for good.
bool CoreThread::take_inputs() {
  const bool work_left = core_->has_work() || !in_hand_.empty();
  const auto deadline =
      work_left ? 0 : std::max(core_->next_deadline(), read_clock().mono_ms + upkeep_pause_ms);
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return finishing_ || !inputs_.empty(); };
  if (deadline == never_ms)
    changed_.wait(lock, ready);
  else
    changed_.wait_until(lock, time_point(deadline), ready);
  in_hand_.splice(in_hand_.end(), inputs_);
  core_bytes_ += std::exchange(inputs_bytes_, 0);
  ++batch_;
  return !(finishing_ && in_hand_.empty() && !work_left);
}

void CoreThread::run() {
  const auto now = read_clock();
  while (!in_hand_.empty()) {
    auto input = std::move(in_hand_.front());
    in_hand_.pop_front();  // first: one that throws must not come again
    hand_to_core(now, std::move(input));
  }
  if (core_->has_work() || core_->next_deadline() <= now.mono_ms) core_->run_batch(now);
}

void CoreThread::hand_to_core(Now now, Input input) {
  if (auto* connected = std::get_if<Connected>(&input)) {
    unanswered_.insert(connected->connection);
    const auto& origin = connected->origin.bytes;
    core_->connected(now, connected->connection, connected->transport_key,
                     {reinterpret_cast<const char*>(origin.data()), origin.size()});
  } else if (auto* gone = std::get_if<Disconnected>(&input)) {
    core_->disconnected(now, gone->connection);
  } else if (auto* received = std::get_if<Received>(&input)) {
    unanswered_.insert(received->connection);
    for (auto& frame : received->frames)
      core_->receive(now, received->connection, std::move(frame));
  } else if (auto* writable = std::get_if<Writable>(&input)) {
    core_->set_writable(now, writable->connection, writable->writable);
  } else if (auto* code = std::get_if<CodeSent>(&input)) {
    core_->code_sent(now, code->job, code->sent);
  } else if (auto* work = std::get_if<WorkDone>(&input)) {
    core_->work_done(now, work->id);
  } else if (auto* rotate = std::get_if<RotateDirectoryKey>(&input)) {
    rotate->done->set_value(core_->rotate_directory_key(now));
  }
}

void CoreThread::publish() {
  std::vector<relay::Output> outputs;
  while (auto output = core_->next_output()) {
    if (auto* code = std::get_if<relay::SendCode>(&*output))
      send_code(std::move(*code));
    else if (auto* work = std::get_if<relay::RunWork>(&*output))
      run_work(std::move(*work));
    else
      outputs.push_back(std::move(*output));
  }
  const auto core = core_->statistics();
  const auto store = environment_->counters();
  if (core.disk_failed && on_disk_failed_) std::exchange(on_disk_failed_, nullptr)();
  std::lock_guard lock(mutex_);
  core_bytes_ = core_->backlog_bytes();
  std::move(outputs.begin(), outputs.end(), std::back_inserter(outputs_));
  statistics_.batches = core.batches;
  statistics_.entries_stored = core.entries_stored;
  statistics_.store_syncs = store.syncs;
}

void CoreThread::send_code(relay::SendCode job) {
  const auto id = job.job;
  const bool taken = sending_.post([this, job = std::move(job)] {
    bool sent = false;
    try {
      sent = send_code_(job.number, job.code);
    } catch (...) {
      // The app's own: not sent, is all that it says.
    }
    push(CodeSent{job.job, sent});
  });
  if (!taken) push(CodeSent{id, false});
}

// Work that fails is done too: the core finds that it has no outcome.
void CoreThread::run_work(relay::RunWork work) {
  computing_.post([this, work = std::move(work)] {
    try {
      work.run();
    } catch (...) {
      log_("work failed: internal");
    }
    push(WorkDone{work.id});
  });
}

}  // namespace tern::net
