// A text through everything: sender's disk, relay's disk, receiver's disk, event.
#include <chrono>
#include <optional>

#include "bench/conversation.hpp"
#include "bench/disk_floor.hpp"
#include "bench/report.hpp"

namespace tern::bench {
namespace {

constexpr std::size_t samples = 300;
constexpr std::size_t queued = 1000;

void measure_latency(Conversation& conversation, double sync_ms, Report& report) {
  std::vector<double> times_ms;
  for (std::size_t i = 0; i < samples; ++i) times_ms.push_back(conversation.message_ms());
  report.add({"text, send to event: median / 3 fdatasyncs", quantile(times_ms, 0.5), "ms",
              3 * sync_ms, std::nullopt});
  report.add({"text, send to event: 99th percentile / 3 fdatasyncs", quantile(times_ms, 0.99), "ms",
              3 * sync_ms, std::nullopt});
}

void measure_queue(Conversation& conversation, Report& report) {
  conversation.go_offline();
  conversation.queue(queued);
  const auto before = conversation.syncs();
  const auto start = std::chrono::steady_clock::now();
  conversation.go_online();
  conversation.await_arrival(queued);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  conversation.await_delivery();
  const auto syncs = conversation.syncs() - before;

  const auto add_syncs = [&](const char* who, std::uint64_t count) {
    report.add({std::string("1,000 queued texts: syncs of the ") + who + "'s disk",
                static_cast<double>(count), "syncs", std::nullopt, value_at_most(20)});
  };
  report.add({"1,000 queued texts, online to last event", queued / took.count(), "texts/s",
              std::nullopt, std::nullopt});
  add_syncs("sender", syncs.sender);
  add_syncs("relay", syncs.relay);
  add_syncs("receiver", syncs.receiver);
}

int run(int argc, char** argv) {
  Report report(argc, argv);
  Conversation conversation(std::filesystem::current_path());
  auto syncs_ms = fdatasync_ms(conversation.folder(), samples);
  if (syncs_ms.empty()) return 1;
  const double sync_ms = quantile(syncs_ms, 0.5);
  report.add({"fdatasync of 4 KiB: median", sync_ms, "ms", std::nullopt, std::nullopt});
  report.add({"fdatasync of 4 KiB: 99th percentile", quantile(syncs_ms, 0.99), "ms", std::nullopt,
              std::nullopt});
  measure_latency(conversation, sync_ms, report);
  measure_queue(conversation, report);
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
