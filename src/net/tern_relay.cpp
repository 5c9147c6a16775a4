// tern-relay: one relay on one folder, until SIGTERM or SIGINT.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <iostream>

#include "net/relay_address.hpp"
#include "tern/relay.hpp"

namespace {

void print_line(std::string_view line) {
  using namespace std::chrono;
  const auto now = system_clock::now();
  const auto seconds = system_clock::to_time_t(now);
  const auto ms = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
  std::fprintf(stderr, "%s.%03dZ %.*s\n", stamp, static_cast<int>(ms),
               static_cast<int>(line.size()), line.data());
}

// A connection is a file descriptor; the usual soft limit of 1024 is far below connections_max.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Before any thread starts, so that every thread leaves these signals to main.
sigset_t hold_signals() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGTERM);
  sigaddset(&out, SIGINT);
  pthread_sigmask(SIG_BLOCK, &out, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // of a log reader that went away
  return out;
}

void add_options(CLI::App& app, tern::RelayOptions& options, std::string& announce) {
  app.add_option("--data", options.folder, "the relay's folder; made when it is not there")
      ->required();
  app.add_option("--listen", options.listen, "HOST:PORT; port 0: the system chooses")
      ->capture_default_str();
  app.add_option("--announce", announce,
                 "HOST:PORT in the printed address, when clients reach this relay under another");
  auto& limits = options.limits;
  const auto limit = [&](const char* name, auto& value, const char* what) {
    app.add_option(name, value, what)->capture_default_str()->group("Limits");
  };
  limit("--append-per-second", limits.append_per_second, "append requests of a device");
  limit("--append-burst", limits.append_burst, "of them at once");
  limit("--claims-per-minute", limits.claims_per_minute, "key package claims of a device");
  limit("--registrations-per-hour", limits.registrations_per_hour, "from an address");
  limit("--inbox-welcomes", limits.inbox_welcomes_max, "unread Welcomes of a device");
  limit("--connections-per-address", limits.connections_per_address, "from an address");
  limit("--connections", limits.connections_max, "in all");
  limit("--retention-days", limits.retention_days, "how long entries and blobs are kept");
  limit("--blob-bytes", limits.blob_bytes_max, "of a blob");
  limit("--blob-bytes-per-account", limits.blob_bytes_per_account, "of all blobs of an account");
  limit("--blob-incomplete-days", limits.blob_incomplete_days,
        "how long a blob waits for its next chunk");
  limit("--blob-chunks-per-second", limits.blob_chunks_per_second,
        "of 64 KiB, of a device, each way");
  limit("--blob-chunks-burst", limits.blob_chunks_burst, "of them at once");
}

tern::Result<std::string> announced(const tern::Relay& relay, const std::string& announce) {
  if (announce.empty()) return relay.address();
  auto where = tern::net::parse_host_port(announce);
  if (!where) return where.error();
  auto address = tern::net::parse_relay_address(relay.address());
  if (!address) return address.error();
  address->where = *where;
  return tern::net::format(*address);
}

int fail(const tern::Error& error) {
  std::cerr << "tern-relay: " << error.message() << "\n";
  return 1;
}

int run(const tern::RelayOptions& options, const std::string& announce) {
  const auto signals = hold_signals();
  raise_descriptor_limit();
  auto relay = tern::Relay::start(options);
  if (!relay) return fail(relay.error());
  const auto address = announced(*relay, announce);
  if (!address) return fail(address.error());
  std::cout << *address << std::endl;
  print_line("listening port=" + std::to_string(relay->port()));
  int signal = 0;
  sigwait(&signals, &signal);
  print_line(std::string("stopping: ") + (signal == SIGINT ? "SIGINT" : "SIGTERM"));
  relay->stop();
  print_line("stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("tern-relay: stores what it cannot read, orders it, wakes people up", "tern-relay");
  app.set_version_flag("--version", "tern-relay " TERN_VERSION);
  tern::RelayOptions options;
  options.log = print_line;
  std::string announce;
  add_options(app, options, announce);
  CLI11_PARSE(app, argc, argv);
  return run(options, announce);
}
