// People who send to one another through a relay, each with so many messages under way.
#pragma once

#include <chrono>
#include <memory>

#include "bench/raw_log.hpp"
#include "bench/readiness.hpp"
#include "bench/relay_process.hpp"

namespace tern::bench {

/// What was measured while it ran.
struct TalkFigures {
  double delivered_per_s = 0;
  double relay_us = 0;   ///< of the relay's processor, for each that was delivered
  double client_us = 0;  ///< of this process's
  double acked_p99_ms = 0;
  double delivered_p50_ms = 0, delivered_p99_ms = 0;
};

class Talk {
 public:
  /// `logs` senders, each to `receivers` of its own. All are connected and registered.
  Talk(const net::RelayAddress& relay, std::size_t logs, std::size_t receivers);

  /// Each sender has `window` messages under way: what the relay has acknowledged makes room for as
  /// many, which go in one append.
  TalkFigures run(const RelayProcess& relay, std::size_t window, std::chrono::milliseconds time);
  /// Each sender sends one message every `interval`, unless its last one is not acknowledged.
  TalkFigures run_paced(const RelayProcess& relay, std::chrono::milliseconds interval,
                        std::chrono::milliseconds time);
  /// Each sender sends so many, one after the other; returns when all have been delivered.
  void deliver(std::size_t each);

 private:
  using Clock = std::chrono::steady_clock;
  struct Line {
    explicit Line(RawLog made) : log(std::move(made)) {}
    RawLog log;
    std::size_t sender = 0;               // among stations_
    std::uint32_t under_way = 0;          // in the append that is not answered
    std::uint64_t left = 0;               // to be sent, one append after the other
    Clock::time_point due{};              // of the next message, when they are paced
    std::uint64_t next_seq = 2;           // behind the commit
    std::vector<Clock::time_point> sent;  // by seq
  };
  struct Station {
    RawDevice device;
    std::size_t line = 0;
    bool sends = false;
    std::uint64_t told = 1;  // the last seq that it has
    Clock::time_point acked{};
  };
  struct Samples {
    bool wanted = false;
    std::vector<double> acked_ms, delivered_ms;
  };

  TalkFigures measure(const RelayProcess& relay, std::chrono::milliseconds time);
  void turn();
  void send_what_is_due();
  void hear(Station& station, ByteSpan frame);
  void hear_answer(Station& station, const wire::Answer& answer);
  void take_entries(Station& station, const wire::Entries& entries);
  void send_next(Line& line, std::size_t count);
  void ack_now_and_then(Station& station);
  bool is_quiet() const;

  std::vector<Line> lines_;
  std::vector<Station> stations_;
  Readiness readiness_;
  Clock::time_point now_;
  std::size_t window_ = 1;
  std::optional<std::chrono::milliseconds> interval_;
  std::uint64_t delivered_ = 0;
  Samples samples_;
};

}  // namespace tern::bench
