// Histories at random: groups of 2 to 30 who add, remove, update, propose, speak and restart.
// Whatever the order, all members agree after each epoch, and who is out cannot follow.
#include "people.hpp"

using namespace tern;
using namespace tern::test;

namespace {

class History {
 public:
  // Most groups are small, a quarter of them grow to 30.
  explicit History(std::uint64_t seed)
      : entropy_(seed), size_max_(2 + entropy_.below(seed % 4 == 0 ? 29 : 7)) {
    members_.push_back(newcomer());
    members_[0]->create();
  }

  void run(std::size_t epochs) {
    for (std::size_t i = 0; i < epochs; ++i) {
      speak();
      propose();
      restart_somebody();
      change_epoch();
      check_agreement();
      check_records();
      check_outsiders();
    }
  }

 private:
  struct Joining {
    std::unique_ptr<Person> person;
    mls::KeyPackageBundle bundle;
  };

  std::unique_ptr<Person> newcomer() {
    return std::make_unique<Person>("person " + std::to_string(count_++), entropy_);
  }
  Joining invite() {
    auto person = newcomer();
    auto bundle = person->key_package();
    return {std::move(person), std::move(bundle)};
  }
  Person& anybody() { return *members_[entropy_.below(members_.size())]; }
  bool chance(std::uint64_t percent) { return entropy_.below(100) < percent; }

  // Some messages of some members, which each receiver gets in an order of its own.
  void speak() {
    std::vector<std::pair<Person*, Bytes>> messages;
    for (auto count = entropy_.below(6); count > 0; --count) {
      auto& sender = anybody();
      messages.emplace_back(&sender, sender.say("from " + sender.name));
    }
    for (const auto& receiver : members_) {
      for (std::size_t i = messages.size(); i > 1; --i)
        std::swap(messages[i - 1], messages[entropy_.below(i)]);
      for (const auto& [sender, message] : messages)
        if (sender != receiver.get()) REQUIRE(receiver->hear(message) == "from " + sender->name);
    }
    if (!messages.empty()) last_message_ = messages.back().second;
  }

  void restart_somebody() {
    if (chance(50)) anybody().reopen();
  }

  void propose() {
    if (chance(50)) return;
    auto& sender = anybody();
    auto& group = sender.group();
    Result<mls::Protected> sent = Errc::internal;
    const auto what = entropy_.below(3);
    if (what == 0) {
      sent = group.propose_update({}, sender.identity, entropy_);
    } else if (what == 1) {
      sent = group.propose_remove(anybody().group().own_leaf(), {}, sender.identity, entropy_);
    } else if (members_.size() < size_max_) {
      invited_.push_back(invite());
      sent = group.propose_add(invited_.back().bundle.message, {}, sender.identity,
                               sender.acquaintances, now_s, entropy_);
    } else {
      return;
    }
    REQUIRE(sent.has_value());
    sender.records.apply(sent->changes);
    for (const auto& receiver : members_)
      if (receiver.get() != &sender) REQUIRE(receiver->receive(sent->message).has_value());
  }

  mls::CommitRequest wish(const Person& committer) {
    mls::CommitRequest request;
    request.include_pending = !chance(10);
    if (chance(60)) {
      const auto room = size_max_ > members_.size() ? size_max_ - members_.size() : 0;
      for (auto count = entropy_.below(room + 1); count > 0; --count) {
        invited_.push_back(invite());
        request.add.push_back(invited_.back().bundle.message);
      }
    } else if (members_.size() > 2 && chance(60)) {
      auto& victim = anybody();
      if (&victim != &committer) request.remove.push_back(victim.group().own_leaf());
    }
    if (chance(10))
      request.group_context_extensions =
          mls::Extensions{{mls::extension_tern_policy, Bytes(entropy_.below(40))}};
    return request;
  }

  void change_epoch() {
    auto& committer = anybody();
    auto commit = committer.commit(wish(committer));
    INFO((commit ? "" : commit.error().message()));
    REQUIRE(commit.has_value());
    if (chance(30)) {
      // The commit is lost, and its maker makes another one in the same epoch.
      commit = committer.commit({});
      REQUIRE(commit.has_value());
    }
    deliver_to_members(committer, *commit);
    committer.accept(std::move(commit->next));
    welcome(*commit);
  }

  void deliver_to_members(Person& committer, const mls::PendingCommit& commit) {
    std::vector<std::unique_ptr<Person>> staying;
    for (auto& member : members_) {
      if (member.get() == &committer) {
        staying.push_back(std::move(member));
        continue;
      }
      const auto received = member->receive(commit.message);
      INFO(member->name << (received ? "" : received.error().message()));
      REQUIRE(received.has_value());
      auto& list = std::get<mls::CommitReceived>(*received).removes_me ? outsiders_ : staying;
      list.push_back(std::move(member));
    }
    members_ = std::move(staying);
    last_commit_ = commit.message;
  }

  void welcome(const mls::PendingCommit& commit) {
    for (auto& joining : invited_) {
      const auto is_for = [&](const auto& one) { return one.key_package == joining.bundle.ref; };
      const bool is_added = std::any_of(commit.welcomes.begin(), commit.welcomes.end(), is_for);
      if (!is_added) continue;
      joining.person->join(commit, joining.bundle);
      members_.push_back(std::move(joining.person));
    }
    invited_.clear();
  }

  void check_agreement() {
    for (const auto& member : members_) {
      REQUIRE(agree(*members_[0], *member));
      REQUIRE(member->group().member_count() == members_.size());
      REQUIRE(member->group().find(member->identity.signing_key.verify_key()).value() ==
              member->group().own_leaf());
    }
  }

  // Kept from epoch to epoch by what each changes, they are what a group written whole is.
  void check_records() {
    for (const auto& member : members_) {
      MemoryRecords whole;
      whole.apply(member->group().records().value());
      REQUIRE(member->records.all() == whole.all());
    }
  }

  // Somebody who was removed has the keys of an epoch that is over.
  void check_outsiders() {
    if (members_.size() < 2) return;
    const auto message = members_[0]->say("among ourselves");
    for (std::size_t i = 1; i < members_.size(); ++i)
      REQUIRE(members_[i]->hear(message) == "among ourselves");
    for (const auto& outsider : outsiders_) {
      REQUIRE(error_of(outsider->receive(message)) == Errc::mls_epoch_mismatch);
      REQUIRE(to_bytes(outsider->group().epoch_authenticator()) !=
              to_bytes(members_[0]->group().epoch_authenticator()));
    }
  }

  SeededEntropy entropy_;
  std::size_t size_max_;
  std::size_t count_ = 0;
  std::vector<std::unique_ptr<Person>> members_;
  std::vector<std::unique_ptr<Person>> outsiders_;
  std::vector<Joining> invited_;
  Bytes last_message_, last_commit_;
};

}  // namespace

namespace {

void run_histories(std::uint64_t first_seed, std::uint64_t last_seed) {
  for (auto seed = first_seed; seed <= last_seed; ++seed) {
    INFO("seed " << seed);
    History(seed).run(8);
  }
}

}  // namespace

TEST_CASE("after any history all members agree, and nobody else can follow") {
  run_histories(1, 200);
}

// Not part of a run unless asked for: mls_history_test "[long]".
TEST_CASE("after any of many histories the same holds", "[.long]") { run_histories(201, 5000); }
