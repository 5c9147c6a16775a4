// Threads that the application lends change how long something takes, and nothing else.
#include <atomic>
#include <thread>

#include "hostile.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

// As many threads as asked for; the last piece comes first.
class LentThreads final : public Workers {
 public:
  explicit LentThreads(std::size_t count) : count_(count) {}
  void run(std::size_t count, const std::function<void(std::size_t)>& piece) override {
    runs.push_back(count);
    std::atomic<std::size_t> taken{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count_; ++i)
      threads.emplace_back([&] {
        for (auto at = taken++; at < count; at = taken++) piece(count - 1 - at);
      });
    for (auto& thread : threads) thread.join();
  }
  std::vector<std::size_t> runs;

 private:
  std::size_t count_;
};

struct Made {
  PendingCommit commit;
  MemoryRecords joined;
};

// A commit that adds, removes and updates in a group of 12 without inner nodes, and what the first
// whom it adds has after joining. All of it from one seed.
Made make(Workers* workers) {
  SeededEntropy entropy(120);
  const auto people = group_of(12, entropy);
  CommitRequest request;
  request.remove = {{7}};
  request.workers = workers;
  std::vector<Person> guests;
  std::vector<KeyPackageBundle> bundles;
  for (const auto* name : {"Ina", "Jo", "Kim"}) {
    bundles.push_back(guests.emplace_back(name, entropy).key_package());
    request.add.push_back(bundles.back().message);
  }
  Made out{people[0]->commit(request).value(), {}};
  auto& first = guests.front();
  JoinOptions options;
  options.workers = workers;
  const auto group = Group::join(welcome_of(out.commit), bundles.front().private_record,
                                 first.identity, first.acquaintances, now_s, options);
  out.joined.apply(group.value().records().value());
  return out;
}

// Leaves 0 to 5: Anna, Bo, Carla, Dan with a wrong signature, Eve, Finn with a lifetime too long.
struct BadLeaves {
  BadLeaves() {
    anna.create();
    mine.emplace(forge_key_package(bo));
    const auto invitation = invite(anna, *mine);
    auto tree = *invitation.epoch.tree;
    for (const auto* name : {"Carla", "Dan", "Eve", "Finn"}) {
      Person person(name, entropy);
      KeyPackageForgery forgery;
      if (person.name == "Finn")
        forgery.edit_leaf = [](LeafNode& leaf) { leaf.lifetime.not_after = UINT64_MAX; };
      auto leaf = forge_key_package(person, forgery).key_package.leaf_node;
      if (person.name == "Dan") leaf.signature.bytes[0] ^= 1;
      REQUIRE(tree.add(Leaf::of(leaf)));
    }
    tree.rehash();
    welcome = forge_welcome_with_tree(anna, invitation, tree.encode());
  }
  Errc join_with(Workers* workers) {
    bo.acquaintances.asked.clear();
    JoinOptions options;
    options.workers = workers;
    return error_of(
        Group::join(welcome, mine->encode(), bo.identity, bo.acquaintances, now_s, options));
  }
  SeededEntropy entropy{121};
  Person anna{"Anna", entropy}, bo{"Bo", entropy};
  std::optional<PrivateKeyPackage> mine;
  Bytes welcome;
};

}  // namespace

TEST_CASE("a commit and a join are the same with lent threads and without") {
  const auto expected = make(nullptr);
  for (const std::size_t count : {1u, 2u, 5u}) {
    LentThreads threads(count);
    const auto made = make(&threads);
    CHECK(made.commit.message == expected.commit.message);
    CHECK(welcome_of(made.commit) == welcome_of(expected.commit));
    CHECK(made.joined.all() == expected.joined.all());
    // The seals to ten members, those to three newcomers, the checks of fourteen leaves and two.
    CHECK(threads.runs == std::vector<std::size_t>{10, 3, 16});
  }
}

TEST_CASE("the first bad leaf decides, whichever thread sees it first") {
  LentThreads two(2), one(1);
  for (Workers* workers :
       {static_cast<Workers*>(nullptr), static_cast<Workers*>(&one), static_cast<Workers*>(&two)}) {
    BadLeaves leaves;
    CHECK(leaves.join_with(workers) == Errc::mls_leaf_signature_invalid);
    CHECK(leaves.bo.acquaintances.asked == std::vector<std::string>{"Anna", "Bo", "Carla"});
    // What the application says of an earlier leaf comes before what is wrong with a later one.
    leaves.bo.acquaintances.refused = {"Bo"};
    CHECK(leaves.join_with(workers) == Errc::mls_credential_refused);
    CHECK(leaves.bo.acquaintances.asked == std::vector<std::string>{"Anna", "Bo"});
  }
}

TEST_CASE("of several failures the first in order is reported") {
  LentThreads threads(3);
  for (Workers* workers : {static_cast<Workers*>(nullptr), static_cast<Workers*>(&threads)}) {
    const auto fail_from = [&](std::size_t first) {
      return map_pieces<int>(workers, 20, [&](std::size_t i) -> Result<int> {
        if (i == first) return Errc::key_invalid;
        if (i > first) return Errc::decrypt_failed;
        return static_cast<int>(i);
      });
    };
    CHECK(error_of(fail_from(0)) == Errc::key_invalid);
    CHECK(error_of(fail_from(12)) == Errc::key_invalid);
    CHECK(fail_from(20).value()[19] == 19);
  }
  // A key that nobody can encrypt to, among others.
  SeededEntropy entropy(122);
  std::vector<Recipient> recipients(3, {crypto::DhKeyPair::generate(entropy).public_key, {}});
  recipients[1].key = {};
  CHECK(error_of(encrypt_to_all("label", {}, recipients, &threads, entropy)) == Errc::key_invalid);
}
