#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "crash/stage.hpp"

using tern::crash::Stage;
using namespace std::chrono_literals;

namespace {

constexpr int messages_each = 500;
constexpr int rounds = 20;

/// Each of the two may have sent so many texts. In one step, or a reader sees half a number.
void allow(const Stage& stage, int texts) {
  std::ofstream(stage.path("allowed.new")) << texts;
  std::filesystem::rename(stage.path("allowed.new"), stage.path("allowed"));
}

/// The numbers of one sender's texts, in the order of a history.
std::vector<int> numbers_of(const std::vector<std::string>& history, const std::string& word) {
  std::vector<int> out;
  for (const auto& line : history)
    if (const auto at = line.find(" " + word + " "); at != line.npos)
      out.push_back(std::stoi(line.substr(at + word.size() + 2)));
  return out;
}

}  // namespace

TEST_CASE("processes killed with -9 in twenty rounds while a thousand messages flow lose nothing") {
  Stage stage;
  const auto each = std::to_string(messages_each);
  stage.give_parts({"talk", "anna", each, stage.path("allowed")},
                   {"talk", "bo", each, stage.path("allowed")});
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  INFO("seed " << seed);
  for (int round = 1; round <= rounds; ++round) {
    allow(stage, round * messages_each / rounds);
    // The moment of the kill is a number of steps of the talk, not a time.
    auto& heard = random() % 2 ? stage.anna : stage.bo;
    for (auto steps = random() % 50; steps > 0 && heard.listen(500ms);) --steps;
    stage.kill_and_restart(random());
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
