#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>

#include "crash/process.hpp"

using tern::crash::Process;
using namespace std::chrono_literals;

namespace {

constexpr int messages_each = 500;
constexpr int rounds = 20;

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

/// The relay and two people, each a process on a folder of its own.
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
  void start_anna() { anna.start(talk("anna", bo_id_)); }
  void start_bo() { bo.start(talk("bo", anna_id_)); }
  /// Each of the two may have sent so many texts. In one step, or a reader sees half a number.
  void allow(int texts) {
    std::ofstream(path("allowed.new")) << texts;
    std::filesystem::rename(path("allowed.new"), path("allowed"));
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

 private:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string said(std::vector<std::string> command) {
    Process process(std::move(command));
    const auto line = process.line(20s);
    REQUIRE(line);
    REQUIRE(process.wait() == 0);
    return *line;
  }
  std::vector<std::string> talk(const std::string& who, const std::string& peer) const {
    return {TERN_CRASH_PEER, path(who), address_, "talk", peer, who, std::to_string(messages_each),
            path("allowed")};
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tern-crash-" + std::to_string(getpid()));
  std::string address_, anna_id_, bo_id_;
};

/// The numbers of one sender's texts, in the order of a history.
std::vector<int> numbers_of(const std::vector<std::string>& history, const std::string& word) {
  std::vector<int> out;
  for (const auto& line : history)
    if (const auto at = line.find(" " + word + " "); at != line.npos)
      out.push_back(std::stoi(line.substr(at + word.size() + 2)));
  return out;
}

void wait_until_done(Talker& person) {
  const auto end = std::chrono::steady_clock::now() + 180s;
  while (!person.done && std::chrono::steady_clock::now() < end) {
    person.listen(1s);
    if (person.process->ended()) FAIL("it ended before it was done");
  }
  REQUIRE(person.done);
}

}  // namespace

TEST_CASE("processes killed with -9 in twenty rounds while a thousand messages flow lose nothing") {
  Stage stage;
  stage.start_anna();
  stage.start_bo();
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  INFO("seed " << seed);
  for (int round = 1; round <= rounds; ++round) {
    stage.allow(round * messages_each / rounds);
    // The moment of the kill is a number of steps of the talk, not a time.
    auto& heard = random() % 2 ? stage.anna : stage.bo;
    for (auto steps = random() % 50; steps > 0 && heard.listen(500ms);) --steps;
    const auto victim = random() % 3;
    if (victim == 0) {
      stage.anna.process->kill();
      stage.start_anna();
    } else if (victim == 1) {
      stage.bo.process->kill();
      stage.start_bo();
    } else {
      stage.relay->kill();
      stage.restart_relay();
    }
  }
  wait_until_done(stage.anna);
  wait_until_done(stage.bo);
  stage.anna.process->kill();
  stage.bo.process->kill();

  const auto anna = stage.history_of("anna");
  const auto bo = stage.history_of("bo");
  CHECK(anna == bo);  // seq, id and text of every line: one order
  std::vector<int> all;
  for (int i = 0; i < messages_each; ++i) all.push_back(i);
  CHECK(numbers_of(anna, "anna") == all);  // each once, in the order of sending
  CHECK(numbers_of(anna, "bo") == all);
}
