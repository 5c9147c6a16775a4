#include "bench/relay_process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "bench/cores.hpp"
#include "bench/must.hpp"

namespace tern::bench {
namespace {

constexpr std::uint32_t plenty = 1'000'000'000;

/// Writes its address, and runs until it is killed, or whoever measures it is.
[[noreturn]] void run_relay(const std::filesystem::path& folder, const std::string& listen,
                            const RelayLimits& limits, int address_out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto relay = Relay::start({.folder = folder, .listen = listen, .limits = limits, .log = {}});
  const auto address = relay ? relay->address() : "";
  if (!relay) std::fprintf(stderr, "bench: %s\n", relay.error().message().c_str());
  if (write(address_out, address.data(), address.size()) < 0) std::_Exit(1);
  close(address_out);
  while (true) pause();
}

}  // namespace

RelayLimits generous_limits() {
  RelayLimits out;
  out.append_per_second = 1'000'000;
  out.append_burst = plenty / 1'000;
  out.resumes_per_minute = 1'000'000;
  out.registrations_per_hour = 1'000'000;
  out.connections_per_address = out.connections_max;
  return out;
}

RelayProcess::RelayProcess(const std::filesystem::path& folder, const std::string& listen,
                           std::optional<int> core, const RelayLimits& limits) {
  int ends[2];
  if (pipe(ends) != 0) give_up("no pipe");
  process_ = fork();
  if (process_ < 0) give_up("no process");
  if (process_ == 0) {
    close(ends[0]);
    if (core) run_on_core(*core);
    run_relay(folder, listen, limits, ends[1]);
  }
  close(ends[1]);
  std::string address;
  char text[256];
  for (ssize_t got; (got = read(ends[0], text, sizeof(text))) > 0;)
    address.append(text, static_cast<std::size_t>(got));
  close(ends[0]);
  address_ = must(net::parse_relay_address(address));
}

double RelayProcess::processor_s() const {
  clockid_t clock{};
  timespec taken{};
  if (clock_getcpuclockid(process_, &clock) != 0 || clock_gettime(clock, &taken) != 0)
    give_up("the relay is not there any more");
  return static_cast<double>(taken.tv_sec) + static_cast<double>(taken.tv_nsec) * 1e-9;
}

double RelayProcess::anonymous_bytes() const {
  std::ifstream status("/proc/" + std::to_string(process_) + "/status");
  for (std::string word; status >> word;)
    if (word == "RssAnon:") {
      double kib = 0;
      status >> kib;
      return kib * 1024;
    }
  return 0;
}

void RelayProcess::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

bool may_open_files(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= wanted;
}

}  // namespace tern::bench
