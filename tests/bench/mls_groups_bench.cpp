// What MLS costs a group of thousands: commits, joining, founding, memory.
#include <malloc.h>

#include <atomic>
#include <bit>
#include <thread>

#include "bench/crowd.hpp"
#include "bench/mls_floor.hpp"
#include "bench/must.hpp"
#include "bench/report.hpp"
#include "bench/turns.hpp"
#include "crypto/sodium_entropy.hpp"

namespace tern::bench {
namespace {

// Two threads beside one: 1.8 times as fast.
constexpr double two_threads = 1 / 1.8;

/// A second thread beside the caller's; each takes the next piece that is left.
class TwoThreads final : public mls::Workers {
 public:
  void run(std::size_t count, const std::function<void(std::size_t)>& piece) override {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (auto i = next++; i < count; i = next++) piece(i);
    };
    std::thread other(work);
    work();
    other.join();
  }
};

class Bench {
 public:
  Bench(Report& report, std::size_t members)
      : report_(&report), members_(members), crowd_(members) {}

  void run() {
    founding();
    joining("fresh", crowd_.last_founding_member());
    commits("fresh");
    crowd_.commit_half();
    joining("half", crowd_.invite());
    commits("half");
    following();
    floor_.check();
  }
  double founding_ms = 0;

 private:
  std::string title(const std::string& what) const {
    return what + ", " + std::to_string(members_);
  }
  void add(const std::string& what, double ms, std::optional<double> floor,
           std::optional<Goal> goal) {
    report_->add({title(what), ms, "ms", floor, goal});
  }

  void add_pair(const std::string& what, const Turns::Pair& ms, std::optional<Goal> goal) {
    add(what, ms.value, ms.floor, goal);
  }

  void add_threads(const std::string& what, const Turns::Times& ms) {
    add_pair(what + ", 2 threads / 1, wall clock", Turns::typical(ms.wall, "two", "one"),
             ratio_at_most(two_threads));
    add_pair(what + ", 2 threads / 1, caller's processor",
             Turns::typical(ms.processor, "two", "one"), std::nullopt);
  }

  void founding() {
    const auto newcomers = members_ - 1;
    Turns turns;
    turns.add("found", [&] { crowd_.found(); });
    turns.add("floor", [&] {
      floor_.verify(2 * newcomers);
      floor_.seal(newcomers);
    });
    const auto ms = turns.run().processor;
    founding_ms = Turns::least(ms, "found");
    add_pair("create in one commit / 2 verify + 1 seal each", Turns::typical(ms, "found", "floor"),
             ratio_at_most(1.3));
  }

  void joining(const std::string& kind, const Invited& invited) {
    const auto leaves = crowd_.join(invited).member_count();
    Turns turns;
    turns.add("one", [&] { crowd_.join(invited); });
    turns.add("floor", [&] { floor_.verify(leaves); });
    turns.add("two", [&] { crowd_.join(invited, {.workers = &threads_}); });
    const auto ms = turns.run();
    add_pair("join, " + kind + " / 1 verify a leaf", Turns::typical(ms.processor, "one", "floor"),
             ratio_at_most(1.25));
    add_threads("join, " + kind, ms);
    memory(kind, invited);
  }

  void memory(const std::string& kind, const Invited& invited) {
    const auto used = [] {
      const auto info = mallinfo2();
      return info.uordblks + info.hblkhd;
    };
    const auto before = used();
    const auto group = crowd_.join(invited);
    report_->add(
        {title("memory, " + kind + ", a member"),
         static_cast<double>(used() - before) / 1024 / static_cast<double>(group.member_count()),
         "KB", std::nullopt, value_at_most(0.6)});
  }

  // Commits of the founder, who in a fresh group must address everybody by themselves.
  void commits(const std::string& kind) {
    mls::CommitRequest remove;
    remove.remove = {{static_cast<std::uint32_t>(members_) - 1}};
    commit("update", kind, {});
    commit("remove", kind, remove);
  }

  void commit(const std::string& what, const std::string& kind, mls::CommitRequest request) {
    const auto group = crowd_.member({0});
    auto parallel = request;
    parallel.workers = &threads_;
    // A commit takes a key of the present epoch.
    auto copy = group.clone();
    const auto refresh = [&] { copy = group.clone(); };
    const bool is_fresh = kind == "fresh";
    const auto seals = is_fresh ? members_ - 1 - request.remove.size() : path_nodes();
    Turns turns;
    turns.add(
        "one", [&] { crowd_.commit(copy, request); }, refresh);
    turns.add("floor", [&] {
      floor_.seal(seals);
      floor_.key_pair(path_nodes() + 1);
      floor_.sign(2);
    });
    if (is_fresh)
      turns.add(
          "two", [&] { crowd_.commit(copy, parallel); }, refresh);
    const auto ms = turns.run();
    const auto name = "make " + what + ", " + kind;
    if (!is_fresh) {
      const auto goal = members_ == 1'000 ? std::optional(value_at_most(2)) : std::nullopt;
      add_pair(name, Turns::typical(ms.processor, "one", "floor"), goal);
      return;
    }
    add_pair(name + " / 1 seal a leaf", Turns::typical(ms.processor, "one", "floor"),
             ratio_at_most(1.15));
    add_threads(name, ms);
  }

  // What a commit costs who receives it: the committer's neighbour learns all keys above both, a
  // member of the other half the root's only.
  void following() {
    auto committer = crowd_.member({2});
    const auto message = crowd_.commit(committer).message;
    const double goal = members_ == 1'000 ? 0.8 : 1.5;
    const auto follow = [&](const std::string& who, mls::LeafIndex leaf, std::size_t new_keys) {
      const auto group = crowd_.member(leaf);
      auto copy = group.clone();
      Turns turns;
      turns.add(
          "follow",
          [&] {
            mls::RecordChanges consumed;
            must(copy.receive(message, crowd_.authenticator(), crowd_now_s, consumed));
          },
          [&] { copy = group.clone(); });
      turns.add("floor", [&] {
        floor_.verify(2);
        floor_.open(1);
        floor_.key_pair(new_keys);
      });
      const auto ms = turns.run().processor;
      add_pair("process an update, half, " + who, Turns::typical(ms, "follow", "floor"),
               value_at_most(goal));
    };
    follow("neighbour", {3}, path_nodes());
    follow("other half", {static_cast<std::uint32_t>(members_) - 1}, 1);
  }

  // From a leaf to the root.
  std::size_t path_nodes() const { return static_cast<std::size_t>(std::bit_width(members_ - 1)); }

  Report* report_;
  std::size_t members_;
  Crowd crowd_;
  MlsFloor floor_;
  TwoThreads threads_;
};

int run(int argc, char** argv) {
  Report report(argc, argv);
  // Pages that malloc gives back and asks for again are the kernel's time, in no floor.
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  if (!crypto::initialize()) return 1;
  Bench thousand(report, 1'000);
  thousand.run();
  Bench five_thousand(report, 5'000);
  five_thousand.run();
  report.add({"create, a member of 5,000 / of 1,000", five_thousand.founding_ms / 5, "ms",
              thousand.founding_ms, ratio_at_most(1.1)});
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
