// tern-sim: random worlds, one a seed, on as many processes as wanted.
//
//   tern-sim [--seeds N] [--from SEED] [--jobs N] [--bear N] [--small] [--ideal] [--trace]
//
// --ideal: keys that are hashes (sim/keys.hpp), for many worlds. Ends with 1 when a world failed;
// with --bear, when more than so many did.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "crypto/sodium_entropy.hpp"
#include "sim/keys.hpp"
#include "sim/worlds/random_world.hpp"

namespace {

struct Wanted {
  std::uint64_t seeds = 1'000;
  std::uint64_t from = 1;
  std::uint64_t jobs = 1;
  std::uint64_t bear = 0;
  bool trace = false;
};

// A process says by its status how many of its worlds failed, so far as it can be told in one byte.
constexpr int failed_max = 200;

std::uint64_t seed_now = 0;
bool small_now = false;
bool ideal_now = false;

void say_which(std::uint64_t seed, const char* what) {
  std::printf("seed %llu: %s\n  ./dev sim --from %llu --seeds 1%s%s --trace\n",
              static_cast<unsigned long long>(seed), what, static_cast<unsigned long long>(seed),
              small_now ? " --small" : "", ideal_now ? " --ideal" : "");
  std::fflush(stdout);
}

// An invariant of the libraries is broken, or worse, which is more than --bear bears.
void on_abort(int) {
  say_which(seed_now, "the process aborted");
  std::_Exit(failed_max);
}

/// The seeds from + job, from + job + jobs …; how many of them failed.
std::uint64_t run_job(const Wanted& wanted, std::uint64_t job) {
  std::uint64_t failed = 0;
  tern::sim::Trace trace;
  if (wanted.trace) trace = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  for (auto i = job; i < wanted.seeds; i += wanted.jobs) {
    seed_now = wanted.from + i;
    const auto result = small_now ? tern::sim::run_small_seed(seed_now, trace)
                                  : tern::sim::run_seed(seed_now, trace);
    if (result.wrong.empty()) continue;
    ++failed;
    say_which(seed_now, result.wrong.c_str());
  }
  return failed;
}

std::uint64_t run_jobs(const Wanted& wanted) {
  if (wanted.jobs == 1) return run_job(wanted, 0);
  std::vector<pid_t> children;
  for (std::uint64_t job = 0; job < wanted.jobs; ++job) {
    const auto child = fork();
    if (child == 0)
      std::_Exit(static_cast<int>(std::min<std::uint64_t>(run_job(wanted, job), failed_max)));
    children.push_back(child);
  }
  std::uint64_t failed = 0;
  for (const auto child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    // One that was killed has not played its worlds to the end.
    failed += static_cast<std::uint64_t>(WIFEXITED(status) ? WEXITSTATUS(status) : failed_max);
  }
  return failed;
}

int usage() {
  std::fprintf(stderr,
               "tern-sim [--seeds N] [--from SEED] [--jobs N] [--bear N] [--small] [--ideal] "
               "[--trace]\n");
  return 2;
}

}  // namespace

int main(int argc, char* argv[]) {
  Wanted wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--trace") {
      wanted.trace = true;
      continue;
    }
    if (name == "--small") {
      small_now = true;
      continue;
    }
#ifdef __linux__
    if (name == "--ideal") {
      ideal_now = true;
      tern::sim::use_ideal_keys();
      continue;
    }
#endif
    if (i + 1 == argc) return usage();
    const auto value = std::strtoull(argv[++i], nullptr, 10);
    if (name == "--seeds") {
      wanted.seeds = value;
    } else if (name == "--from") {
      wanted.from = value;
    } else if (name == "--jobs" && value > 0) {
      wanted.jobs = value;
    } else if (name == "--bear") {
      wanted.bear = value;
    } else {
      return usage();
    }
  }
  if (!tern::crypto::initialize()) return 1;
  for (const int signal : {SIGABRT, SIGSEGV}) std::signal(signal, on_abort);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto begin = std::chrono::steady_clock::now();
  const auto failed = run_jobs(wanted);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%llu worlds from seed %llu in %.1f s: %.0f a second; %llu failed\n",
              static_cast<unsigned long long>(wanted.seeds),
              static_cast<unsigned long long>(wanted.from), took.count(),
              static_cast<double>(wanted.seeds) / took.count(),
              static_cast<unsigned long long>(failed));
  return failed <= wanted.bear ? 0 : 1;
}
