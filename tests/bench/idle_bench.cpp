// What an idle connection costs the relay, in memory of its own process.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <tern/relay.hpp>

#include "bench/idle_connections.hpp"
#include "bench/report.hpp"
#include "crypto/sodium_entropy.hpp"

namespace tern::bench {
namespace {

constexpr std::size_t connections = 5000;
constexpr std::size_t warm_up = 100;  // pools and tables that the first ones pay for

bool raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > connections + warm_up + 100;
}

/// Resident anonymous memory: the heap and the stacks, without the files that are mapped.
double anonymous_bytes(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;)
    if (word == "RssAnon:") {
      double kib = 0;
      status >> kib;
      return kib * 1024;
    }
  return 0;
}

/// The relay in a process of its own: writes its address, and runs until it is killed.
[[noreturn]] void run_relay(const std::string& folder, int address_out) {
  RelayOptions options{.folder = folder, .listen = "127.0.0.1:0"};
  options.limits.connections_per_address = connections + warm_up;
  auto relay = Relay::start(options);
  const auto address = relay ? relay->address() : "";
  if (write(address_out, address.data(), address.size()) < 0) std::_Exit(1);
  close(address_out);
  while (true) pause();
}

struct RelayProcess {
  explicit RelayProcess(const std::string& folder) {
    int ends[2];
    if (pipe(ends) != 0) return;
    process = fork();
    if (process == 0) {
      close(ends[0]);
      run_relay(folder, ends[1]);
    }
    close(ends[1]);
    char text[256];
    for (ssize_t got; (got = read(ends[0], text, sizeof(text))) > 0;)
      address.append(text, static_cast<std::size_t>(got));
    close(ends[0]);
  }
  ~RelayProcess() {
    if (process > 0) kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }
  pid_t process = -1;
  std::string address;
};

bool measure(const std::string& folder, Report& report) {
  const RelayProcess relay(folder);
  const auto address = net::parse_relay_address(relay.address);
  if (!address) return false;
  IdleConnections idle(*address);
  for (std::size_t i = 0; i < warm_up; ++i)
    if (!idle.add()) return false;
  const double before = anonymous_bytes(relay.process);
  for (std::size_t i = 0; i < connections; ++i)
    if (!idle.add()) return false;
  const double each = (anonymous_bytes(relay.process) - before) / connections;
  report.add({"relay memory a connection, 5,000 idle", each / 1024, "KiB", std::nullopt,
              value_at_most(8)});
  return true;
}

int run(int argc, char** argv) {
  if (!raise_descriptor_limit()) {
    std::fprintf(stderr, "bench: needs %zu open files; raise `ulimit -Hn`\n",
                 connections + warm_up + 100);
    return 1;
  }
  if (!crypto::initialize()) return 1;
  Report report(argc, argv);
  char folder[] = "tern-bench-XXXXXX";
  if (!mkdtemp(folder)) return 1;
  const bool measured = measure(folder, report);
  std::filesystem::remove_all(folder);
  if (!measured) std::fprintf(stderr, "bench: the relay refused a connection\n");
  return measured ? 0 : 1;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
