// What a passive client sees: a group of people who invite it and go on, written down as a vector
// of the passive-client format.
#pragma once

#include <nlohmann/json.hpp>

#include "free_commit.hpp"

namespace tern::test {

/// A person of another implementation: other lifetimes, capabilities, credentials, extensions.
struct Foreign {
  std::optional<mls::Lifetime> lifetime = std::nullopt;
  std::optional<mls::Credential> credential = std::nullopt;
  std::function<void(mls::LeafNode&)> edit_leaf = {};
  std::function<void(mls::KeyPackage&)> edit_key_package = {};
};

class PassiveScenario {
 public:
  /// A group of `count` people, who let in whatever valid messages there are.
  PassiveScenario(std::uint64_t seed, std::string comment, std::size_t count,
                  const mls::Extensions& extensions = {});

  // -- before the Welcome
  /// The passive client's KeyPackage is of another implementation. Returns the message.
  Bytes observe(const Foreign& foreign = {});
  /// All members, and the passive client, have this PSK.
  mls::PreSharedKeyId share_psk(std::string_view name);
  /// The commit that adds the passive client; a tree that is not in it comes beside it.
  void welcome(Person& committer, mls::PendingCommit commit);
  /// observe() and welcome() by a commit of the first member.
  void welcome_plainly();

  // -- after it
  void propose(Person& sender, Result<mls::Protected> sent);
  /// Of somebody who is no member.
  void propose(ByteSpan message);
  void commit(Person& committer, mls::PendingCommit commit);
  void commit(Person& committer, const mls::CommitRequest& request = {});
  /// By an external commit; with `replaces` a member of before.
  void join_externally(Person& joiner, const mls::ExternalJoinRequest& request = {});

  /// Somebody new, who is in no group until a commit adds their KeyPackage.
  Person& newcomer();
  /// A KeyPackage of theirs, with which the next commit that adds it makes them a member.
  Bytes invite(Person& newcomer, const Foreign& foreign = {});
  Person& person(std::size_t i) { return *people_[i]; }
  std::size_t size() const { return people_.size(); }
  mls::LeafIndex observer_leaf() { return observer_.group().own_leaf(); }
  SeededEntropy& entropy() { return entropy_; }
  nlohmann::json vector() const { return vector_; }

 private:
  void let_in(Person& person);
  mls::KeyPackageBundle key_package(Person& person, const Foreign& foreign);
  void deliver_to_others(const Person* committer, ByteSpan message);
  void let_newcomers_join(const mls::PendingCommit& commit, const mls::JoinOptions& options);
  void end_epoch(ByteSpan commit);
  void check_agreement();

  SeededEntropy entropy_;
  Person observer_;
  mls::PrivateKeyPackage mine_;
  mls::KeyPackageBundle bundle_;
  std::vector<std::unique_ptr<Person>> people_, newcomers_, gone_;
  std::map<const Person*, mls::KeyPackageBundle> invited_;
  nlohmann::json vector_;
  nlohmann::json proposals_ = nlohmann::json::array();
  std::size_t count_ = 0;
  bool observes_ = false;
};

}  // namespace tern::test
