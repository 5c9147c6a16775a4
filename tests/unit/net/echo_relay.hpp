// A relay's sockets and threads with a core that only echoes, for tests of the shell alone.
#pragma once

#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "crypto/sodium_entropy.hpp"
#include "net/client_link.hpp"
#include "net/loop_thread.hpp"
#include "net/relay_io.hpp"
#include "recorder.hpp"
#include "store/memory.hpp"

namespace tern::test {

/// Says what it is told; answers each frame with itself once its batch has run. A frame that begins
/// with '*' is answered twenty times, with '!' a thousand times; 'x' ends the connection; at 't'
/// the batch throws, and at 'T' already its arrival. hold() lets nothing be answered until `bytes`
/// wait, and for many batches after that.
class EchoCore final : public relay::Core {
 public:
  explicit EchoCore(Recorder& recorder) : recorder_(recorder) {}

  void connected(Now, relay::ConnectionId, const crypto::DhPublicKey& key,
                 std::string_view) override {
    recorder_.say("connected " + key.hex());
  }
  void disconnected(Now, relay::ConnectionId) override { recorder_.say("disconnected"); }
  void hold(std::size_t bytes) { held_bytes_ = bytes; }
  /// Answers with bytes that are no frame of the protocol.
  void babble() { babbling_ = true; }
  std::size_t backlog_most() const { return backlog_most_; }
  void receive(Now, relay::ConnectionId connection, Bytes frame) override {
    if (frame.front() == 'T') throw std::runtime_error("boom");
    backlog_ += frame.size();
    backlog_most_ = std::max<std::size_t>(backlog_most_, backlog_);
    queued_.push_back({connection, std::make_shared<const Bytes>(std::move(frame))});
  }
  void set_writable(Now, relay::ConnectionId, bool writable) override {
    recorder_.say(writable ? "writable" : "not writable");
  }
  void code_sent(Now, std::uint64_t, bool) override {}
  void work_done(Now, std::uint64_t) override {}
  Result<void> rotate_directory_key(Now) override { return {}; }
  bool has_work() const override { return !queued_.empty(); }
  void run_batch(Now) override {
    ++statistics_.batches;
    if (held_bytes_ > 0) {
      if (backlog_ < held_bytes_ || ++held_batches_ < 2'000) return std::this_thread::yield();
      held_bytes_ = 0;
    }
    backlog_ = 0;
    for (const auto& frame : std::exchange(queued_, {})) answer(frame);
  }
  std::optional<relay::Output> next_output() override {
    if (outputs_.empty()) return std::nullopt;
    auto out = std::move(outputs_.front());
    outputs_.pop_front();
    return out;
  }
  std::uint64_t backlog_bytes() const override { return backlog_; }
  std::int64_t next_deadline() const override { return never_ms; }
  relay::CoreStatistics statistics() const override { return statistics_; }

 private:
  void answer(const relay::SendFrame& frame) {
    recorder_.say("frame " + std::to_string(frame.frame->size()));
    const auto first = frame.frame->front();
    if (first == 't') throw std::runtime_error("boom");
    if (first == 'x') outputs_.push_back(relay::CloseConnection{frame.to, Errc::device_revoked});
    const std::size_t times = first == 'x' ? 0 : first == '*' ? 20 : first == '!' ? 1000 : 1;
    const auto babble = std::make_shared<const Bytes>(Bytes{1, 2, 3});
    outputs_.insert(outputs_.end(), times, babbling_ ? relay::SendFrame{frame.to, babble} : frame);
  }

  Recorder& recorder_;
  std::vector<relay::SendFrame> queued_;
  std::deque<relay::Output> outputs_;
  relay::CoreStatistics statistics_;
  std::size_t backlog_ = 0, held_batches_ = 0;
  std::atomic<std::size_t> held_bytes_ = 0, backlog_most_ = 0;
  std::atomic<bool> babbling_ = false;
};

class EchoRelay {
 public:
  explicit EchoRelay(const RelayLimits& limits = {}) {
    loop_ = net::LoopThread::start([this] { recorder.say("exception"); }).value();
    auto echo = std::make_unique<EchoCore>(recorder);
    echo_ = echo.get();
    core_ = std::make_unique<net::CoreThread>(store::open_memory(disk_), std::move(echo), log());
    io_ = std::make_unique<net::RelayIo>(loop_->io(), keys, entropy_, *core_, limits, log());
    io_->listen({"127.0.0.1", 0}).value();
    core_->start([this] { loop_->post([this] { io_->on_batch(); }); }).value();
    loop_->run([this] { io_->start(); }).value();
  }
  ~EchoRelay() { stop(); }
  void stop() {
    if (!loop_->run([this] { io_->stop_reading(); })) return;
    core_->finish();
    std::promise<void> ended;
    loop_->run([&] { io_->say_goodbye([&] { ended.set_value(); }); }).value();
    ended.get_future().wait();
    loop_->stop();
  }
  /// As long as the relay lives.
  EchoCore& echo() { return *echo_; }
  net::RelayAddress address() const { return {{"127.0.0.1", io_->port()}, keys.public_key}; }

  Recorder recorder;

 private:
  std::function<void(std::string_view)> log() {
    return [this](std::string_view line) { recorder.say("log " + std::string(line)); };
  }
  crypto::SystemEntropy entropy_;

 public:
  const crypto::DhKeyPair keys = crypto::DhKeyPair::generate(entropy_);

 private:
  store::MemoryDisk disk_;
  std::shared_ptr<net::LoopThread> loop_;
  EchoCore* echo_ = nullptr;
  std::unique_ptr<net::CoreThread> core_;
  std::unique_ptr<net::RelayIo> io_;
};

/// A ClientLink on a thread of its own.
class TestDevice final : private net::ClientLink::Owner {
 public:
  TestDevice() {
    loop_ = net::LoopThread::start([this] { recorder.say("exception"); }).value();
    loop_
        ->run([this] {
          net::ClientLink::Owner& owner = *this;
          link_ = std::make_unique<net::ClientLink>(loop_->io(), context_, owner);
        })
        .value();
  }
  ~TestDevice() {
    (void)loop_->run([this] { link_.reset(); });
    loop_->stop();
  }
  void connect(const net::RelayAddress& relay) {
    loop_->run([&] { link_->connect(relay, keys); }).value();
  }
  void send(const std::vector<Bytes>& frames) {
    loop_
        ->run([&] {
          for (const auto& frame : frames) link_->send(frame);
          link_->flush();
        })
        .value();
  }
  void close() {
    loop_->run([&] { link_->close(); }).value();
  }

  Recorder recorder;
  crypto::SystemEntropy entropy;
  const crypto::DhKeyPair keys = crypto::DhKeyPair::generate(entropy);

 private:
  void on_link_up() override { recorder.say("up"); }
  void on_link_frames(std::vector<Bytes> frames) override {
    for (const auto& frame : frames) recorder.say("frame " + std::to_string(frame.size()));
  }
  void on_link_down(const Error& reason) override {
    recorder.say("down " + std::string(name(reason.errc())));
  }
  net::SocketContext context_{entropy};
  std::shared_ptr<net::LoopThread> loop_;
  std::unique_ptr<net::ClientLink> link_;
};

}  // namespace tern::test
