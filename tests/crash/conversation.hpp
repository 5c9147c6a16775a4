// One run of the crash lab: a relay and three people, each a process on a folder of its own, play
// their parts (script.hpp) while one of them suffers a fault; then their folders are compared.
#pragma once

#include <chrono>
#include <memory>

#include "crash/fault.hpp"
#include "crash/process.hpp"
#include "crash/verdict.hpp"

namespace tern::crash {

/// Which of the four a fault happens to: a name of script.hpp's, or the relay.
struct Point {
  std::string party = "relay";
  Fault fault;
  /// Of a first life, after which it was killed: the fault happens to the second, which opens what
  /// that has left. 0: to the first.
  std::uint64_t after = 0;
};
std::string describe(const Point& point);

class Conversation {
 public:
  /// `folder` is emptied. `host` is an address of the loopback that is this run's alone.
  Conversation(std::filesystem::path folder, std::string host, Point point);

  /// What went wrong, in words; empty when nothing did.
  std::string run();

  /// Storage calls of the life that may have the fault (of the others the first), of those that
  /// `how` can happen to.
  std::uint64_t calls(const std::string& party, const std::string& how) const;
  bool fault_happened() const;

 private:
  struct Party {
    std::string name;
    std::unique_ptr<Process> process;
    int lives = 0;
    std::string state;  ///< as it last said
  };

  void start(Party& party);
  std::vector<std::string> command_of(const Party& party) const;
  void listen(std::chrono::milliseconds wait);
  void hear(Party& party, const std::string& line);
  void has_ended(Party& party);
  void let_a_minute_pass();
  bool is_victim(const Party& party) const { return party.name == point_.party; }
  /// Which of its lives is counted, and may have the fault.
  int counted_life(const Party& party) const {
    return is_victim(party) && point_.after > 0 ? 2 : 1;
  }
  std::map<std::string, std::string> environment_of(const Party& party) const;
  bool may_end(const Party& party, const Ending& ending) const;
  bool stands_still() const {
    return point_.fault.how == "stop" && fault_happened() && !minute_has_passed_;
  }
  bool all_is_quiet() const;
  std::string state_of_all() const;
  void end_all();
  Ending end_relay();
  std::string compare();

  const std::filesystem::path folder_;
  const std::string host_;
  const Point point_;
  std::map<std::string, CounterFile> counters_;
  CounterFile life_before_;  // of the victim
  Party relay_{"relay"};
  std::vector<Party> people_;
  std::string address_;  // tern://…, once the relay has printed it
  Promises promises_;
  bool minute_has_passed_ = false;
  std::string wrong_;
};

}  // namespace tern::crash
