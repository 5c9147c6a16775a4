// tern-relay: one relay on one folder, until SIGTERM or SIGINT.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <mutex>

#include "net/code_command.hpp"
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
  sigaddset(&out, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &out, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // of a log reader that went away
  return out;
}

constexpr auto command_time = std::chrono::seconds(30);

using SendCode = std::function<bool(std::string_view, std::string_view)>;

// On the terminal, where whoever develops looks; never in the log.
bool print_code(std::string_view number, std::string_view code) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cout << "code for " << number << ": " << code << std::endl;
  return true;
}

SendCode verifier(const std::string& name) {
  constexpr std::string_view command = "command:";
  if (name == "log") return print_code;
  if (!name.starts_with(command)) return nullptr;
  return [program = name.substr(command.size())](std::string_view number, std::string_view code) {
    return tern::net::run_code_command(program, number, code, command_time);
  };
}

std::string check_verifier(const std::string& name) {
  if (name == "log" || name == "none") return {};
  if (name.starts_with("command:") && name.size() > 8) return {};
  return "log, command:PROGRAM or none";
}

struct Settings {
  tern::RelayOptions relay;
  std::string announce;
  std::string verifier = "log";
};

void add_options(CLI::App& app, Settings& settings) {
  auto& options = settings.relay;
  app.add_option("--data", options.folder, "the relay's folder; made when it is not there");
  app.add_option("--listen", options.listen, "HOST:PORT; port 0: the system chooses")
      ->capture_default_str();
  app.add_option("--announce", settings.announce,
                 "HOST:PORT in the printed address, when clients reach this relay under another");
  app.add_option("--verifier", settings.verifier,
                 "how codes get to phone numbers: log (printed here, for development), "
                 "command:PROGRAM (\"NUMBER CODE\" on its standard input), none")
      ->capture_default_str()
      ->check(check_verifier);
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
  limit("--codes-per-hour", limits.codes_per_hour, "to a phone number");
  limit("--account-codes-per-hour", limits.account_codes_per_hour, "asked for by an account");
  limit("--work-bits", limits.work_bits, "of the work for a code; 0: none");
  limit("--evaluations-burst", limits.evaluations_burst, "numbers an account may look for at once");
  limit("--evaluations-first-week", limits.evaluations_first_week, "of them in its first week");
  limit("--evaluations-per-hour", limits.evaluations_per_hour, "of them that come back");
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

// Who runs on the folder: for `rotate-directory-key`, which tells it.
std::filesystem::path pid_file(const std::filesystem::path& folder) { return folder / "relay.pid"; }

void rotate(tern::Relay& relay) {
  if (const auto done = relay.rotate_directory_key(); !done)
    print_line("directory key not rotated: " + done.error().message());
}

int run(const Settings& settings) {
  const auto signals = hold_signals();
  raise_descriptor_limit();
  auto options = settings.relay;
  options.send_code = verifier(settings.verifier);
  // Whoever looks after this process starts it again, and it finds what the disk has kept.
  std::atomic<bool> disk_failed = false;
  options.on_disk_failed = [&] {
    disk_failed = true;
    kill(getpid(), SIGTERM);
  };
  auto relay = tern::Relay::start(options);
  if (!relay) return fail(relay.error());
  const auto address = announced(*relay, settings.announce);
  if (!address) return fail(address.error());
  std::ofstream(pid_file(options.folder)) << getpid() << '\n';
  std::cout << *address << std::endl;
  print_line("listening port=" + std::to_string(relay->port()));
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGUSR1) rotate(*relay);
  print_line(std::string("stopping: ") + (disk_failed        ? "the disk has failed"
                                          : signal == SIGINT ? "SIGINT"
                                                             : "SIGTERM"));
  relay->stop();
  std::error_code none;
  std::filesystem::remove(pid_file(options.folder), none);
  print_line("stopped");
  return disk_failed ? 1 : 0;
}

// The relay of the folder does it, or, when there is none, this process begins what the next one
// will end.
int rotate_directory_key(const std::filesystem::path& folder) {
  auto relay = tern::Relay::start({.folder = folder, .listen = "127.0.0.1:0"});
  if (relay) {
    const auto done = relay->rotate_directory_key();
    relay->stop();
    return done ? 0 : fail(done.error());
  }
  pid_t process = 0;
  std::ifstream(pid_file(folder)) >> process;
  if (relay.error() != tern::Errc::storage_in_use || process <= 1 || kill(process, SIGUSR1) != 0)
    return fail(relay.error());
  std::cout << "process " << process << " was told; its log says when it is done\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("tern-relay: stores what it cannot read, orders it, wakes people up", "tern-relay");
  app.set_version_flag("--version", "tern-relay " TERN_VERSION);
  Settings settings;
  settings.relay.log = print_line;
  auto* const rotation =
      app.add_subcommand("rotate-directory-key", "give the directory another key");
  std::filesystem::path folder;
  rotation->add_option("--data", folder, "the relay's folder")->required();
  add_options(app, settings);
  CLI11_PARSE(app, argc, argv);
  if (*rotation) return rotate_directory_key(folder);
  if (settings.relay.folder.empty()) {
    std::cerr << "--data is required\nRun with --help for more information.\n";
    return 106;
  }
  return run(settings);
}
