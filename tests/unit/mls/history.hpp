// A history at random: a group of 2 to 50 who add, remove, update, mix PSKs in, change extensions,
// join by themselves, speak, restart, branch off and begin anew, in PrivateMessages and public
// ones. After each epoch all members must agree, and who is out must not be able to follow.
#pragma once

#include "free_commit.hpp"
#include "mls/external_proposal.hpp"

namespace tern::test {

class History {
 public:
  explicit History(std::uint64_t seed);
  void run(std::size_t epochs);
  /// What there was in it, and how often.
  using Happened = std::map<std::string, std::size_t>;
  const Happened& happened() const { return happened_; }

 private:
  using People = std::vector<std::unique_ptr<Person>>;
  struct Joining {
    std::unique_ptr<Person> person;
    mls::KeyPackageBundle bundle;
  };

  // -- people (history.cpp)
  std::unique_ptr<Person> newcomer();
  Joining invite();
  Person& anybody() { return *members_[entropy_.below(members_.size())]; }
  bool chance(std::uint64_t percent) { return entropy_.below(100) < percent; }
  mls::WireFormat any_format();
  void speak();
  void restart_somebody();
  void deliver_to_members(Person& committer, ByteSpan message);
  void welcome(const mls::PendingCommit& commit);
  void check_agreement();
  void check_records();
  void check_outsiders();

  // -- proposals (history_proposals.cpp)
  void propose();
  std::optional<Result<mls::Protected>> propose_as(Person& sender);
  void propose_from_outside();
  void all_receive(const Person* sender, ByteSpan message);
  mls::PreSharedKeyId any_psk();
  mls::Extensions any_extensions();
  bool has_external_senders();

  // -- commits (history_commits.cpp)
  void change_epoch();
  mls::CommitRequest wish(const Person& committer);
  void commit_as_usual(Person& committer);
  void commit_freely(Person& committer);
  void join_externally();

  // -- groups that follow (history_successors.cpp)
  void branch_off();
  void begin_anew();
  People follow(const mls::Predecessor& kind, const std::vector<Person*>& who,
                std::string_view group_id, const mls::Extensions& extensions);

  SeededEntropy entropy_;
  std::size_t size_max_;
  Person office_;  // the external sender
  std::size_t count_ = 0;
  People members_, outsiders_;
  std::vector<Joining> invited_;
  Happened happened_;
};

}  // namespace tern::test
