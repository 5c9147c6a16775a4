// Contact sync of 1,000 numbers beside the bare multiplications of ristretto255 that it cannot do
// without, against directories of a thousand, a million and, on the relay's side, ten million.
#include <cstdio>
#include <filesystem>

#include "bench/contacts_town.hpp"
#include "bench/report.hpp"

namespace tern::bench {
namespace {

constexpr std::size_t contacts = 1'000;

// Both are needed for each number whatever else is done: blinding, unblinding and two for the proof
// on the device; evaluating and one for the proof on the relay.
constexpr double device_multiplications = 4, relay_multiplications = 2;

std::string title(std::size_t members, const char* what) {
  char out[96];
  std::snprintf(out, sizeof(out), "%zu members: %s", members, what);
  return out;
}

void report_sync(Report& report, std::size_t members, const Cost& download, const Cost& cost,
                 bool device_too) {
  const double number_ms = cost.multiplication_ms * static_cast<double>(cost.evaluated);
  const auto add = [&](const char* what, double value, const char* unit,
                       std::optional<double> floor = {}, std::optional<Goal> goal = {}) {
    report.add({title(members, what), value, unit, floor, goal});
  };
  add("first download of the directory", static_cast<double>(download.down_bytes) / 1024, "KiB");
  if (device_too) add("first download, on the device", download.device_ms, "ms");
  add("first download, on the relay", download.relay_ms, "ms");
  add("sync of 1,000, up", static_cast<double>(cost.up_bytes) / 1024, "KiB");
  add("sync of 1,000, down", static_cast<double>(cost.down_bytes) / 1024, "KiB");
  if (device_too)
    add("device, full batches / 4 multiplications", cost.device_evaluating_ms, "ms",
        device_multiplications * number_ms, ratio_at_most(1.25));
  if (device_too) add("device, all of the sync", cost.device_ms, "ms");
  add("relay, full batches / 2 multiplications", cost.relay_evaluating_ms, "ms",
      relay_multiplications * number_ms, ratio_at_most(1.25));
  add("relay, all of the sync", cost.relay_ms, "ms");
}

void measure_directory(Report& report, Town& town, std::size_t members) {
  report.add({title(members, "directory on the device, a member"),
              static_cast<double>(town.segment_bytes()) / static_cast<double>(members), "bytes",
              std::nullopt, value_at_most(3)});
  const auto loaded = town.load_directory();
  report.add(
      {title(members, "load of all of it"), loaded.ms, "ms", std::nullopt, value_at_most(1'000)});
  report.add({title(members, "memory while it loads, at most"),
              static_cast<double>(loaded.peak_bytes) / 1024, "KiB", std::nullopt,
              value_at_most(8 * 1024)});
  town.churn(members / 200);  // 0.5 %, half of it gone, half new
  const auto day = town.refresh();
  report.add({title(members, "a day's churn of 0.5 %, down"),
              static_cast<double>(day.down_bytes) / 1024, "KiB", std::nullopt, value_at_most(60)});
  report.add({title(members, "a day's churn, on the device"), day.device_ms, "ms", std::nullopt,
              std::nullopt});
}

int run(int argc, char** argv) {
  Report report(argc, argv);
  const auto function = evaluate_without_disk();
  report.add(
      {"device, the function alone / 4 multiplications", function.ms, "ms",
       device_multiplications * function.multiplication_ms * static_cast<double>(function.numbers),
       ratio_at_most(1.25)});
  for (const std::size_t members : {1'000u, 1'000'000u, 10'000'000u}) {
    Town town(std::filesystem::current_path(), members);
    const bool device_too = members < 10'000'000;
    const auto download = town.refresh();
    report_sync(report, members, download, town.sync(contacts), device_too);
    if (members == 1'000'000) measure_directory(report, town, members);
  }
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
