// crash-lab: every storage call of every party, killed at in turn, and the disk's other failures.
//
//   crash-lab                                       all points
//   crash-lab --party relay --how kill-after --at 57   one of them again
//   crash-lab --party relay --after 60              after a first life of 60 calls
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "crash/lab.hpp"

using namespace tern::crash;

namespace {

struct Settings {
  std::vector<std::string> parties{"relay", "anna", "bo", "cas"};
  std::vector<std::string> hows = ways;
  std::uint64_t after = 0;
  std::uint64_t at = 0;
  std::uint64_t from = 1;
  std::uint64_t every = 1;
  std::size_t jobs = 6;
};

// The last calls of a run may be a few more than they were in the one that was counted.
constexpr std::uint64_t margin = 3;

std::vector<Point> points_of(const Settings& settings, Lab& lab, const std::string& party,
                             const std::string& how) {
  if (settings.at > 0) return {{party, fault_at(how, settings.at), settings.after}};
  const auto calls = lab.calls_of(party, how, settings.after) + margin;
  std::vector<Point> out;
  for (std::uint64_t at = settings.from; at <= calls; at += settings.every)
    out.push_back({party, fault_at(how, at), settings.after});
  return out;
}

std::size_t run(const Settings& settings, Lab& lab, const std::string& party,
                const std::string& how) {
  const auto start = std::chrono::steady_clock::now();
  const auto points = points_of(settings, lab, party, how);
  std::size_t happened = 0, wrong = 0;
  lab.run(points, [&](const Outcome& outcome) {
    happened += outcome.happened ? 1 : 0;
    if (outcome.wrong.empty()) return;
    ++wrong;
    std::cout << "WRONG " << describe(outcome.point) << ": " << outcome.wrong
              << "\n  again: crash-lab --party " << party << " --how " << how << " --at "
              << outcome.point.fault.at;
    if (settings.after > 0) std::cout << " --after " << settings.after;
    std::cout << std::endl;
  });
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
  std::cout << party << " " << how;
  if (settings.after > 0) std::cout << " in the life after call " << settings.after;
  std::cout << ": " << points.size() << " points, " << happened << " happened, " << wrong
            << " wrong (" << seconds.count() << " s)" << std::endl;
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("every storage call, killed at in turn", "crash-lab");
  app.add_option("--party", settings.parties, "relay, anna, bo, cas")->capture_default_str();
  app.add_option("--how", settings.hows, "what happens")->capture_default_str();
  app.add_option("--at", settings.at, "this call alone");
  app.add_option("--after", settings.after,
                 "in its second life: the first is killed after this call");
  app.add_option("--from", settings.from, "this call and those after it");
  app.add_option("--every", settings.every, "one in so many")->check(CLI::PositiveNumber);
  app.add_option("--jobs", settings.jobs, "runs at once")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  Lab lab(settings.jobs);
  std::size_t wrong = 0;
  for (const auto& party : settings.parties) {
    for (const auto& how : settings.hows) wrong += run(settings, lab, party, how);
    // What a kill has left is opened, by a process that is killed in its turn.
    if (settings.after > 0 || settings.at > 0) continue;
    auto second = settings;
    second.after = lab.calls_of(party, "count") / 2;
    for (const auto& how : settings.hows)
      if (fault_at(how, 1).kills()) wrong += run(second, lab, party, how);
  }
  return wrong == 0 ? 0 : 1;
}
