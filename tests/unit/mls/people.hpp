// People with a device each, for tests of mls: an identity, a group, and the records that keep it.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "mls/group.hpp"
#include "support/seeded_entropy.hpp"
#include "tern/limits.hpp"

namespace tern::test {

inline constexpr std::uint64_t now_s = 1'700'000'000;
inline constexpr std::uint64_t day_s = 24 * 60 * 60;
inline constexpr mls::Lifetime lifetime{now_s - day_s, now_s + 89 * day_s};

/// Accepts everybody but those who are named; remembers whom it was asked about.
class Acquaintances final : public mls::Authenticator {
 public:
  Result<void> check_leaf(const mls::Credential& credential, const crypto::VerifyKey&) override;
  Result<void> check_successor(const mls::Credential& before,
                               const mls::Credential& after) override;
  bool judges_received_lifetimes() const override { return judges_lifetimes; }
  std::uint64_t leaf_lifetime_s_max() const override { return longest_s; }
  Result<std::optional<crypto::SecretBytes>> find_psk(const mls::PreSharedKeyId& id) override;
  Bytes client_of(const mls::Credential& credential) const override;
  Result<void> check_public_message(mls::SenderType sender) override;
  Result<void> check_proposal(const mls::Sender& sender, const mls::Proposal& proposal) override;
  /// Keeps the resumption PSK of the epoch that `group` is in.
  void remember_epoch(const mls::Group& group);

  std::set<std::string> refused;
  std::set<std::string> refused_successors;
  std::vector<std::string> asked;
  bool judges_lifetimes = false;
  std::uint64_t longest_s = limits::mls_leaf_lifetime_s_max;
  std::map<Bytes, Bytes> external_psks;  // by psk_id
  std::map<std::pair<Bytes, std::uint64_t>, Bytes> resumption_psks;
  std::set<Bytes> same_clients;  // names of one and the same
  std::set<mls::SenderType> let_in;
  std::set<mls::ProposalType> refused_proposals;
};

mls::PreSharedKeyId external_psk(std::string_view id);
mls::PreSharedKeyId resumption_psk(const mls::Group& group);

/// Records in memory, as a device would have them on its disk.
class MemoryRecords final : public mls::RecordSource {
 public:
  Result<std::optional<crypto::SecretBytes>> get(ByteSpan key) const override;
  void apply(const mls::RecordChanges& changes);
  const std::map<Bytes, Bytes>& all() const { return records_; }
  std::map<Bytes, Bytes>& all() { return records_; }
  /// Whether these bytes are in any record.
  bool contain(ByteSpan bytes) const;
  mutable std::size_t reads = 0;
  mutable std::size_t bytes_read = 0;

 private:
  std::map<Bytes, Bytes> records_;
};

mls::Identity make_identity(const std::string& name, Entropy& entropy);
mls::Identity clone(const mls::Identity& identity);

class Person {
 public:
  Person(const std::string& name, Entropy& entropy);

  mls::KeyPackageBundle key_package(mls::Lifetime valid = lifetime);
  void create(std::string_view group_id = "a group", const mls::Extensions& extensions = {});
  void join(const mls::PendingCommit& commit, const mls::KeyPackageBundle& mine,
            const mls::JoinOptions& options = {});
  /// Makes a commit, and keeps what it used of this epoch.
  Result<mls::PendingCommit> commit(const mls::CommitRequest& request);
  Result<mls::PendingCommit> add(const std::vector<Bytes>& key_packages);
  /// The next epoch begins: of one's own commit, or somebody's.
  void accept(std::unique_ptr<mls::Group> next);
  Bytes say(std::string_view text);
  /// Receives and keeps what comes of it; commits are accepted.
  Result<mls::Received> receive(ByteSpan message);
  /// The text of an application message; fails the test when it is none.
  std::string hear(ByteSpan message);
  /// Forgets the Group and reads it again from the records.
  void reopen();

  mls::Group& group() { return *group_; }
  Entropy& entropy() { return *entropy_; }

  std::string name;
  mls::Identity identity;
  Acquaintances acquaintances;
  MemoryRecords records;

 private:
  Entropy* entropy_;
  std::optional<mls::Group> group_;
};

/// All of them in one group: the first one created it and added the others in one commit.
std::vector<std::unique_ptr<Person>> group_of(std::size_t count, Entropy& entropy);

/// A Welcome for everybody whom the commit adds.
Bytes welcome_of(const mls::PendingCommit& commit);

/// `commit`, made by `committer`, reaches everybody else, and then its maker.
void deliver(mls::PendingCommit commit, Person& committer,
             const std::vector<std::unique_ptr<Person>>& everybody);

/// Whether two members see the same epoch: tree hash, authenticator, exporter.
bool agree(Person& a, Person& b);

/// The error of a result that must be one.
template <class T>
Errc error_of(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().errc();
}

}  // namespace tern::test

namespace Catch {
template <>
struct StringMaker<tern::Errc> {
  static std::string convert(tern::Errc code) { return std::string(tern::name(code)); }
};
}  // namespace Catch
