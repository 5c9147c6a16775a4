#include "bench/absent.hpp"

#include <chrono>

#include "bench/must.hpp"
#include "bench/readiness.hpp"

namespace tern::bench {
namespace {

constexpr std::size_t nobody = ~std::size_t{0};

class Stopwatch {
 public:
  explicit Stopwatch(const RelayProcess& relay) : relay_(relay) {}
  Absent::Figures figures(std::uint64_t count) const {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
    const auto messages = static_cast<double>(count);
    return {messages / took.count(), (relay_.processor_s() - processor_s_) * 1e6 / messages};
  }

 private:
  const RelayProcess& relay_;
  double processor_s_ = relay_.processor_s();
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

Absent::Absent(const net::RelayAddress& relay, std::size_t senders, std::size_t receivers)
    : senders_(senders), receivers_(receivers) {
  for (auto& sender : senders_) sender.connect(relay);
  for (std::size_t i = 0; i < receivers; ++i) {
    receivers_[i].connect(relay);
    logs_.push_back({RawLog(senders_[i % senders], {receivers_[i].id()}), i % senders});
    receivers_[i].disconnect();
  }
}

void Absent::send(std::size_t log, std::size_t entries) {
  logs_[log].under_way = static_cast<std::uint32_t>(entries);
  senders_[logs_[log].sender].send(static_cast<std::uint32_t>(log), logs_[log].raw.next(entries));
}

std::size_t Absent::take_answer(ByteSpan frame) {
  const auto decoded = must(wire::decode_server_frame(frame));
  const auto* const answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
  if (!answer) return nobody;  // the sender's own entries
  const auto* const appended = std::get_if<wire::Appended>(&answer->answer);
  if (!appended) give_up("an append was refused");
  auto& log = logs_[answer->id];
  log.acknowledged = appended->first_seq + log.under_way - 1;
  log.raw.saw(log.acknowledged);
  log.under_way = 0;
  return answer->id;
}

std::vector<std::size_t> Absent::take_answers(Readiness& readiness) {
  std::vector<std::size_t> out;
  for (const auto name : readiness.wait(10'000)) {
    std::vector<Bytes> frames;
    if (!senders_[name].receive(frames)) give_up("the relay closed a connection");
    for (const auto& frame : frames)
      if (const auto log = take_answer(frame); log != nobody) out.push_back(log);
  }
  return out;
}

Absent::Figures Absent::store(const RelayProcess& relay, std::size_t each, std::size_t entries) {
  Readiness readiness;
  for (std::size_t i = 0; i < senders_.size(); ++i) readiness.watch(senders_[i].socket(), i);
  const Stopwatch watch(relay);
  std::vector<std::size_t> left(logs_.size(), each);
  const auto send_on = [&](std::size_t log) {
    const auto count = std::min(entries, left[log]);
    left[log] -= count;
    if (count > 0) send(log, count);
  };
  for (std::size_t log = 0; log < logs_.size(); ++log) send_on(log);
  for (auto missing = each * logs_.size(); missing > 0;) {
    for (const auto log : take_answers(readiness)) {
      missing -= std::min(entries, missing);
      send_on(log);
    }
  }
  return watch.figures(each * logs_.size());
}

void Absent::store_until_killed(RelayProcess& relay, std::size_t acknowledged,
                                std::size_t entries) {
  Readiness readiness;
  for (std::size_t i = 0; i < senders_.size(); ++i) readiness.watch(senders_[i].socket(), i);
  for (std::size_t log = 0; log < logs_.size(); ++log) send(log, entries);
  for (std::size_t count = 0; count < acknowledged;) {
    for (const auto log : take_answers(readiness)) {
      count += entries;
      send(log, entries);
    }
  }
  relay.kill();
  // What it still said counts: it was sent.
  for (auto& sender : senders_) {
    std::vector<Bytes> frames;
    while (sender.receive(frames)) {
      if (frames.empty()) break;
      for (const auto& frame : std::exchange(frames, {})) take_answer(frame);
    }
    for (const auto& frame : frames) take_answer(frame);
    sender.disconnect();
  }
}

void Absent::come_back(const net::RelayAddress& relay) {
  for (auto& receiver : receivers_) receiver.connect(relay);
}

// Each one read after the other of its log, all of them at once; how many entries there are.
std::uint64_t Absent::read_all() {
  Readiness readiness;
  for (std::size_t i = 0; i < receivers_.size(); ++i) readiness.watch(receivers_[i].socket(), i);
  for (std::size_t i = 0; i < receivers_.size(); ++i)
    receivers_[i].send(1, wire::Read{logs_[i].raw.id(), 2});
  std::uint64_t count = 0;
  for (auto reading = receivers_.size(); reading > 0;) {
    for (const auto name : readiness.wait(10'000)) {
      std::vector<Bytes> frames;
      if (!receivers_[name].receive(frames)) give_up("the relay closed a connection");
      for (const auto& frame : frames) {
        const auto decoded = must(wire::decode_server_frame(frame));
        const auto* const answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
        const auto* const entries = answer ? std::get_if<wire::Entries>(&answer->answer) : nullptr;
        if (!entries) continue;
        count += entries->entries.size();
        const auto last = entries->entries.empty() ? entries->head : entries->entries.back().seq;
        if (last < entries->head)
          receivers_[name].send(1, wire::Read{logs_[name].raw.id(), last + 1});
        else
          --reading;
      }
    }
  }
  return count;
}

Absent::Figures Absent::drain(const RelayProcess& relay) {
  come_back(relay.address());
  const Stopwatch watch(relay);
  return watch.figures(read_all());
}

std::size_t Absent::lost(const net::RelayAddress& relay) {
  come_back(relay);
  std::size_t out = 0;
  for (std::size_t i = 0; i < receivers_.size(); ++i) {
    const auto answer = receivers_[i].ask(wire::Read{logs_[i].raw.id(), logs_[i].acknowledged, 1});
    const auto* const entries = std::get_if<wire::Entries>(&answer);
    const auto head = entries ? entries->head
                      : std::holds_alternative<wire::Refused>(answer)
                          ? std::get<wire::Refused>(answer).head
                          : 0;
    if (head < logs_[i].acknowledged) out += logs_[i].acknowledged - head;
  }
  return out;
}

}  // namespace tern::bench
