// A relay and two people, each a process on a folder of its own, to be killed and started again.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>

#include "crash/process.hpp"

namespace tern::crash {

using namespace std::chrono_literals;

/// One life after another of a person's process.
struct Talker {
  std::unique_ptr<Process> process;
  bool done = false;  ///< this life has sent and received everything

  void start(std::vector<std::string> command) {
    process = std::make_unique<Process>(std::move(command));
    done = false;
  }
  /// Whether it said something before `wait` passed.
  bool listen(std::chrono::milliseconds wait) {
    const auto line = process->line(wait);
    if (line == "done") done = true;
    return line.has_value();
  }
};

class Stage {
 public:
  Stage() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    start_relay("127.0.0.1:0");
    anna_id_ = said({TERN_CRASH_PEER, path("anna"), address_, "id"});
    bo_id_ = said({TERN_CRASH_PEER, path("bo"), address_, "id"});
  }
  ~Stage() {
    anna.process.reset();
    bo.process.reset();
    relay.reset();
    std::filesystem::remove_all(folder_);
  }

  void start_relay(const std::string& listen) {
    relay = std::make_unique<Process>(
        std::vector<std::string>{TERN_RELAY, "--data", path("relay"), "--listen", listen});
    const auto address = relay->line(20s);
    REQUIRE(address);
    address_ = *address;
  }
  /// On the same port as before, for that is where the clients look.
  void restart_relay() {
    const auto host_and_port = address_.substr(7, address_.rfind('/') - 7);
    start_relay(host_and_port);
  }
  /// What each does in all of its lives: a command of crash-peer and what stands behind PEER.
  void give_parts(const std::vector<std::string>& annas, const std::vector<std::string>& bos) {
    annas_ = part("anna", annas, bo_id_);
    bos_ = part("bo", bos, anna_id_);
    start_anna();
    start_bo();
  }
  void start_anna() { anna.start(annas_); }
  void start_bo() { bo.start(bos_); }
  /// Kills one of the three and starts it again.
  void kill_and_restart(std::uint64_t victim) {
    if (victim % 3 == 0) {
      anna.process->kill();
      start_anna();
    } else if (victim % 3 == 1) {
      bo.process->kill();
      start_bo();
    } else {
      relay->kill();
      restart_relay();
    }
  }
  std::vector<std::string> history_of(const std::string& who) {
    Process dump({TERN_CRASH_PEER, path(who), address_, "dump", who == "anna" ? bo_id_ : anna_id_});
    std::vector<std::string> lines;
    while (auto line = dump.line(20s)) lines.push_back(*line);
    CHECK(dump.wait() == 0);
    return lines;
  }

  std::unique_ptr<Process> relay;
  Talker anna, bo;

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::string said(std::vector<std::string> command) {
    Process process(std::move(command));
    const auto line = process.line(20s);
    REQUIRE(line);
    REQUIRE(process.wait() == 0);
    return *line;
  }
  std::vector<std::string> part(const std::string& who, const std::vector<std::string>& what,
                                const std::string& peer) const {
    std::vector<std::string> out{TERN_CRASH_PEER, path(who), address_, what[0], peer};
    out.insert(out.end(), what.begin() + 1, what.end());
    return out;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tern-crash-" + std::to_string(getpid()));
  std::string address_, anna_id_, bo_id_;
  std::vector<std::string> annas_, bos_;
};

inline void wait_until_done(Talker& person) {
  const auto end = std::chrono::steady_clock::now() + 180s;
  while (!person.done && std::chrono::steady_clock::now() < end) {
    person.listen(1s);
    if (person.process->ended()) FAIL("it ended before it was done");
  }
  REQUIRE(person.done);
}

}  // namespace tern::crash
