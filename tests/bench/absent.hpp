// Messages for people who are not there, and their coming back.
#pragma once

#include <filesystem>
#include <vector>

#include "bench/raw_log.hpp"
#include "bench/relay_process.hpp"

namespace tern::bench {

class Readiness;

class Absent {
 public:
  /// `receivers` logs, each of one receiver who then goes, shared among `senders`.
  Absent(const net::RelayAddress& relay, std::size_t senders, std::size_t receivers);

  struct Figures {
    double per_s = 0;
    double relay_us = 0;  ///< of the relay's processor, a message
  };
  /// `each` messages to every receiver, `entries` in an append and one append of each log under
  /// way: from the first to the last acknowledgement.
  Figures store(const RelayProcess& relay, std::size_t each, std::size_t entries);
  /// The same for so long as it takes until `acknowledged` messages are; then kills the relay with
  /// what is under way.
  void store_until_killed(RelayProcess& relay, std::size_t acknowledged, std::size_t entries);
  /// All receivers come back and read everything: from the first request to the last entry.
  Figures drain(const RelayProcess& relay);
  /// How many entries that were acknowledged the receivers do not find at the relay.
  std::size_t lost(const net::RelayAddress& relay);

 private:
  struct Log {
    RawLog raw;
    std::size_t sender = 0;
    std::uint64_t acknowledged = 1;  // the last seq, behind the commit
    std::uint32_t under_way = 0;
  };
  void send(std::size_t log, std::size_t entries);
  /// One answer to a sender; the log that it is for.
  std::size_t take_answer(ByteSpan frame);
  /// Waits; the logs whose append was answered.
  std::vector<std::size_t> take_answers(Readiness& readiness);
  void come_back(const net::RelayAddress& relay);
  std::uint64_t read_all();

  std::vector<RawDevice> senders_, receivers_;
  std::vector<Log> logs_;  // one for each receiver
};

}  // namespace tern::bench
