#include "crash/damage.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>

#include "crash/process.hpp"
#include "support/read_file.hpp"

namespace tern::crash {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::uint64_t damaged_page_bytes = 4096;
constexpr auto opening_time = 60s;

// One byte of the page; in half of all cases where a page has its header and its offsets.
void change_byte(std::string& content, const Damage& damage) {
  std::mt19937_64 random(damage.seed * 1'000'003 + damage.page);
  const auto at =
      damage.page * damaged_page_bytes + random() % (random() % 2 ? damaged_page_bytes : 64);
  if (at < content.size()) content[at] = static_cast<char>(content[at] ^ (1 + random() % 255));
}

std::string damaged(std::string content, const Damage& damage) {
  const auto start = damage.page * damaged_page_bytes;
  if (damage.what == "cut") content.resize(start);
  if (damage.what == "cut-within") content.resize(std::min(content.size(), start + 1'234));
  if (damage.what == "change") change_byte(content, damage);
  if (damage.what == "zero") {
    const auto end = std::min<std::size_t>(content.size(), start + damaged_page_bytes);
    std::fill(content.begin() + static_cast<std::ptrdiff_t>(start),
              content.begin() + static_cast<std::ptrdiff_t>(end), '\0');
  }
  return content;
}

bool is_part_of(const std::vector<std::string>& lines, const std::vector<std::string>& whole) {
  return std::ranges::all_of(lines, [&](const std::string& line) {
    return !line.starts_with("message ") || std::ranges::count(whole, line) > 0;
  });
}

}  // namespace

std::string describe(const Damage& damage) {
  return damage.what + " at page " + std::to_string(damage.page) + ", seed " +
         std::to_string(damage.seed);
}

std::vector<Damage> damages_of(const fs::path& file, std::uint64_t cuts_every, std::uint64_t every,
                               std::uint64_t seed) {
  std::vector<Damage> out;
  const auto pages = fs::file_size(file) / damaged_page_bytes;
  for (std::uint64_t page = 0; page < pages; ++page) {
    if ((page + seed) % cuts_every == 0) out.push_back({"cut", page});
    if ((page + seed) % every != 0) continue;
    out.push_back({"cut-within", page});
    out.push_back({"zero", page});
    out.push_back({"change", page, seed});
  }
  return out;
}

DamageBench::DamageBench(fs::path folder, Owner owner, std::string file, fs::path bench)
    : folder_(std::move(folder)), owner_(owner), file_(std::move(file)), bench_(std::move(bench)) {
  if (owner_ == Owner::person) good_ = dump(folder_);
}

std::string DamageBench::open_with(const Damage& damage) {
  fs::remove_all(bench_);
  fs::copy(folder_, bench_, fs::copy_options::recursive);
  std::ofstream(bench_ / file_, std::ios::binary)
      << damaged(test::read_file(folder_ / file_), damage);
  return owner_ == Owner::person ? open_person(damage) : open_relay();
}

std::vector<std::string> DamageBench::dump(const fs::path& folder) {
  Process process({TERN_CRASH_ACTOR, "dump", folder});
  std::vector<std::string> lines;
  while (const auto line = process.line(opening_time)) lines.push_back(*line);
  if (!process.ended()) lines.push_back("no end");
  if (process.ended()) {
    const auto ending = process.ending();
    lines.push_back("signal " + std::to_string(ending.signal) + " status " +
                    std::to_string(ending.status));
  }
  return lines;
}

std::string DamageBench::open_person(const Damage& damage) {
  const auto lines = dump(bench_);
  if (lines == good_) return {};
  const auto said = lines.size() > 1 ? lines[lines.size() - 2] : "";
  if (lines.back() == "signal 0 status 3" && said.starts_with("failed storage_")) {
    ++refused_;
    return {};
  }
  if (lines.back() != "signal 0 status 0") return lines.back() + " after: " + said;
  // A changed byte may hide a row, or bring back the commit before the last one; what is there has
  // been there. A cut or lost page that is needed is missed.
  if (damage.what != "change") return "it is not missed";
  return is_part_of(lines, good_) ? "" : "there is something else in the folder now";
}

std::string DamageBench::open_relay() {
  Process process({TERN_RELAY, "--data", bench_, "--listen", "127.0.0.1:0"},
                  {.errors_file = bench_ / "log"});
  const auto address = process.line(opening_time);
  if (!address && !process.ended()) return "it neither listens nor ends";
  if (address) process.signal(15);
  const auto ending = process.ending();
  if (ending.signal != 0) return "signal " + std::to_string(ending.signal);
  if (address) return {};
  ++refused_;
  return ending.status == 1 && test::read_file(bench_ / "log").starts_with("tern-relay: ")
             ? ""
             : "status " + std::to_string(ending.status) + " without a reason";
}

}  // namespace tern::crash
