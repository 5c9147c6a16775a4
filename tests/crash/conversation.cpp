#include "crash/conversation.hpp"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "crash/script.hpp"

namespace tern::crash {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A run takes a second or two; on a machine that is busy, or under a sanitizer, many times that.
constexpr auto run_time = 180s;
constexpr int lives_max = 12;
constexpr std::size_t film_bytes = 200'000;

fs::path emptied(const fs::path& folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

void make_film(const fs::path& path) {
  std::string content;
  while (content.size() < film_bytes) content += std::to_string(content.size() * 31) + " ";
  std::ofstream(path, std::ios::binary) << content;
}

// What the relay sends codes with.
void make_code_command(const fs::path& path, const fs::path& codes) {
  std::ofstream(path) << "#!/bin/sh\ncat >> '" << codes.string() << "'\n";
  fs::permissions(path, fs::perms::owner_all);
}

std::string text_of(const Ending& ending) {
  return ending.signal != 0 ? "signal " + std::to_string(ending.signal)
                            : "status " + std::to_string(ending.status);
}

// The part of a state that all members of a chat must have alike.
std::string chat_in(const std::string& state, const std::string& chat) {
  const auto from = state.find("; " + chat + " ");
  if (from == state.npos) return {};
  return state.substr(from, state.find(';', from + 1) - from);
}

}  // namespace

std::string describe(const Point& point) {
  return point.party + " " + point.fault.how + " at " + std::to_string(point.fault.at) +
         (point.after > 0 ? " of the life after " + std::to_string(point.after) : "");
}

Conversation::Conversation(fs::path folder, std::string host, Point point)
    : folder_(emptied(folder)),
      host_(std::move(host)),
      point_(std::move(point)),
      life_before_(folder_ / "before.calls") {
  make_film(folder_ / "film");
  make_code_command(folder_ / "send-code", folder_ / "codes");
  for (const auto& [name, number] : people) people_.push_back({name});
  for (const auto& party : {"relay", "anna", "bo", "cas"})
    counters_.try_emplace(party, folder_ / (std::string(party) + ".calls"));
}

std::uint64_t Conversation::calls(const std::string& party, const std::string& how) const {
  return counters_.at(party).calls(how);
}

bool Conversation::fault_happened() const { return counters_.at(point_.party).has_happened(); }

std::string Conversation::run() {
  const auto end = std::chrono::steady_clock::now() + run_time;
  start(relay_);
  while (wrong_.empty() && !all_is_quiet()) {
    listen(50ms);
    if (stands_still()) let_a_minute_pass();
    if (std::chrono::steady_clock::now() > end) wrong_ = "it does not come to an end";
  }
  if (wrong_.empty()) end_all();
  if (wrong_.empty()) return compare();
  return wrong_ + state_of_all();
}

void Conversation::start(Party& party) {
  ++party.lives;
  party.process = std::make_unique<Process>(
      command_of(party), Surroundings{environment_of(party), folder_ / (party.name + ".log")});
}

std::map<std::string, std::string> Conversation::environment_of(const Party& party) const {
  if (party.lives < counted_life(party))
    return life_before_.environment({.how = "kill-after", .at = point_.after},
                                    folder_ / party.name);
  if (party.lives > counted_life(party)) return clock_environment();
  return counters_.at(party.name)
      .environment(is_victim(party) ? point_.fault : Fault(), folder_ / party.name);
}

std::vector<std::string> Conversation::command_of(const Party& party) const {
  if (party.name != "relay")
    return {TERN_CRASH_ACTOR, "play", folder_ / party.name, address_, party.name, folder_};
  // On the port that the people know, once there is one.
  const auto listen = address_.empty() ? host_ + ":0" : address_.substr(7, address_.rfind('/') - 7);
  return {TERN_RELAY,
          "--data",
          folder_ / "relay",
          "--listen",
          listen,
          "--verifier",
          "command:" + (folder_ / "send-code").string(),
          "--codes-per-hour",
          "1000",
          "--account-codes-per-hour",
          "1000",
          "--work-bits",
          "0"};
}

void Conversation::listen(std::chrono::milliseconds wait) {
  std::vector<Party*> parties{&relay_};
  for (auto& person : people_)
    if (person.process) parties.push_back(&person);
  std::vector<pollfd> ready;
  for (const auto* party : parties) ready.push_back({party->process->descriptor(), POLLIN, 0});
  ::poll(ready.data(), ready.size(), static_cast<int>(wait.count()));
  for (auto* const party : parties) {
    while (const auto line = party->process->line(0ms)) hear(*party, *line);
    if (party->process->ended() && wrong_.empty()) has_ended(*party);
  }
}

void Conversation::hear(Party& party, const std::string& line) {
  std::ofstream(folder_ / "heard", std::ios::app) << party.name << ": " << line << "\n";
  if (line.starts_with("wrong ")) wrong_ = party.name + " says " + line;
  if (line.starts_with("kept ")) promises_.add(party.name, line.substr(5));
  if (line.starts_with("state ")) party.state = line;
  if (!line.starts_with("tern://")) return;
  if (!address_.empty() && line != address_) wrong_ = "the relay has another address: " + line;
  if (!std::exchange(address_, line).empty()) return;
  for (auto& person : people_) start(person);
}

bool Conversation::may_end(const Party& party, const Ending& ending) const {
  if (!is_victim(party) || party.lives > lives_max) return false;
  const int struck = counted_life(party);
  if (party.lives < struck) return ending.signal == SIGKILL;
  if (!fault_happened()) return false;
  if (point_.fault.kills()) return ending.signal == SIGKILL && party.lives == struck;
  const int gave_up = party.name == "relay" ? 1 : 3;
  return ending.signal == 0 && ending.status == gave_up && point_.fault.how != "stop";
}

void Conversation::has_ended(Party& party) {
  const auto ending = party.process->ending();
  if (may_end(party, ending)) return start(party);
  wrong_ =
      party.name + " ended with " + text_of(ending) + " in life " + std::to_string(party.lives);
}

// The fault's length, of the lab's clock; nothing is expected to happen by its end.
void Conversation::let_a_minute_pass() {
  std::this_thread::sleep_for(60'000ms / clock_speed);
  minute_has_passed_ = true;
  if (is_victim(relay_)) relay_.process->signal(SIGCONT);
  for (const auto& person : people_)
    if (is_victim(person)) person.process->signal(SIGCONT);
}

bool Conversation::all_is_quiet() const {
  const auto said = [&](const Party& person) {
    return person.state.find(" done;") != std::string::npos;
  };
  if (!std::ranges::all_of(people_, said)) return false;
  const auto& [anna, bo, cas] = std::tie(people_[0].state, people_[1].state, people_[2].state);
  return chat_in(anna, "pair") == chat_in(bo, "pair") &&
         chat_in(anna, "club") == chat_in(bo, "club") &&
         chat_in(anna, "club") == chat_in(cas, "club");
}

std::string Conversation::state_of_all() const {
  std::string out;
  for (const auto& person : people_) out += "\n  " + person.name + ": " + person.state;
  return out + "\n  all that was said: " + folder_.string();
}

// It may stand still in the calls that it makes at its end.
Ending Conversation::end_relay() {
  relay_.process->signal(SIGTERM);
  while (!relay_.process->ended()) {
    relay_.process->line(50ms);
    if (stands_still()) let_a_minute_pass();
  }
  return relay_.process->ending();
}

// The people without warning, for all that they have is to be in their folders; the relay as an
// operator ends it. The fault may be in its last calls; then its next life has to open the folder.
void Conversation::end_all() {
  for (auto& person : people_) person.process->kill();
  auto ending = end_relay();
  if (may_end(relay_, ending)) {
    start(relay_);
    if (!relay_.process->line(run_time)) wrong_ = "the relay does not start again";
    ending = end_relay();
  }
  // One that was started again this moment may not listen to the operator yet.
  if (ending.signal == SIGTERM && relay_.lives > 1) return;
  if (ending.signal != 0 || ending.status != 0) wrong_ = "the relay ended with " + text_of(ending);
}

std::string Conversation::compare() {
  std::map<std::string, Dump> dumps;
  for (const auto& person : people_) {
    Process dump({TERN_CRASH_ACTOR, "dump", folder_ / person.name},
                 {.errors_file = folder_ / (person.name + ".log")});
    std::vector<std::string> lines;
    while (auto line = dump.line(run_time)) lines.push_back(*line);
    if (const auto status = dump.wait(); status != 0)
      return person.name + "'s folder does not open: status " + std::to_string(status) +
             (lines.empty() ? "" : ": " + lines.back());
    dumps.emplace(person.name, Dump(lines));
  }
  const auto wrong = verdict(dumps, promises_);
  return wrong.empty() ? wrong : wrong + state_of_all();
}

}  // namespace tern::crash
