#include "crash/lab.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

namespace tern::crash {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t full_calls = 12;

// A loopback address that no other run of this machine has, so that a relay that is started again
// finds its port free.
std::string host_of(std::size_t job) {
  const auto process = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(64 + process / 256 % 128) + "." + std::to_string(process % 256) +
         "." + std::to_string(job + 1);
}

}  // namespace

Fault fault_at(const std::string& how, std::uint64_t at) {
  return {.how = how, .at = at, .times = how == "full" ? full_calls : 1};
}

std::vector<Point> points_among(const std::string& party, const std::string& how,
                                std::uint64_t calls, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Point> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto from = calls * i / count, to = calls * (i + 1) / count;
    if (to > from) out.push_back({party, fault_at(how, from + 1 + random() % (to - from))});
  }
  return out;
}

Lab::Lab(std::size_t jobs)
    : jobs_(jobs),
      folder_(fs::temp_directory_path() / ("tern-crash-lab-" + std::to_string(::getpid()))) {}

Lab::~Lab() {
  std::error_code none;
  fs::remove(folder_, none);  // unless something is left in it
}

Outcome Lab::run_one(const Point& point, std::size_t job) const {
  const auto folder = folder_ / (describe(point) + " " + std::to_string(job));
  Outcome out{.point = point};
  try {
    Conversation conversation(folder, host_of(job), point);
    out.wrong = conversation.run();
    out.happened = conversation.fault_happened();
  } catch (const std::exception& error) {
    out.wrong = std::string("the lab itself failed: ") + error.what();
  }
  if (out.wrong.empty()) fs::remove_all(folder);
  return out;
}

std::uint64_t Lab::calls_of(const std::string& party, const std::string& how, std::uint64_t after) {
  const Point point{after > 0 ? party : "relay", {}, after};
  auto& calm = calm_[{point.party, after}];
  if (!calm) {
    calm = std::make_unique<Conversation>(folder_ / "calm", host_of(0), point);
    if (const auto wrong = calm->run(); !wrong.empty())
      throw std::runtime_error("a run in which nothing else happens goes wrong: " + wrong);
    fs::remove_all(folder_ / "calm");
  }
  return calm->calls(party, how);
}

std::vector<Outcome> Lab::run(const std::vector<Point>& points,
                              const std::function<void(const Outcome&)>& after_each) {
  std::vector<Outcome> out(points.size());
  std::atomic<std::size_t> next = 0;
  std::mutex one_at_a_time;
  const auto work = [&](std::size_t job) {
    for (auto at = next++; at < points.size(); at = next++) {
      out[at] = run_one(points[at], job);
      const std::lock_guard lock(one_at_a_time);
      if (after_each) after_each(out[at]);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t job = 0; job < std::min(jobs_, points.size()); ++job)
    threads.emplace_back(work, job);
  threads.clear();
  return out;
}

}  // namespace tern::crash
