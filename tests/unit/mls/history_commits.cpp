#include <algorithm>

#include "history.hpp"

namespace tern::test {

using namespace mls;

CommitRequest History::wish(const Person& committer) {
  CommitRequest request;
  request.include_pending = !chance(10);
  request.format = any_format();
  if (chance(30)) request.tree = TreeTransport::out_of_band;
  if (chance(60)) {
    const auto taken = members_.size() + invited_.size();
    const auto room = size_max_ > taken ? size_max_ - taken : 0;
    for (auto count = entropy_.below(room + 1); count > 0; --count) {
      invited_.push_back(invite());
      request.add.push_back(invited_.back().bundle.message);
    }
  } else if (members_.size() > 2 && chance(60)) {
    auto& victim = anybody();
    if (&victim != &committer) request.remove.push_back(victim.group().own_leaf());
  }
  for (auto count = entropy_.below(6); count > 3; --count) request.psks.push_back(any_psk());
  if (chance(10)) {
    ++happened_["a commit of extensions"];
    request.group_context_extensions = any_extensions();
  }
  return request;
}

void History::change_epoch() {
  if (chance(15)) return join_externally();
  auto& committer = anybody();
  if (chance(25)) return commit_freely(committer);
  commit_as_usual(committer);
}

void History::commit_as_usual(Person& committer) {
  auto commit = committer.commit(wish(committer));
  INFO((commit ? "" : commit.error().message()));
  REQUIRE(commit.has_value());
  if (chance(30)) {
    // The commit is lost, and its maker makes another one in the same epoch.
    commit = committer.commit({});
    REQUIRE(commit.has_value());
  }
  deliver_to_members(committer, commit->message);
  committer.accept(std::make_unique<Group>(commit->next->clone()));
  welcome(*commit);
}

// Of Adds and PSKs only, one's own proposals by reference as well, in any order, and with a path or
// without: what this library reads, though it does not make it.
void History::commit_freely(Person& committer) {
  FreeCommit commit;
  commit.format = any_format();
  for (const auto& pending : committer.group().state().pending.all())
    if (std::holds_alternative<Add>(pending->proposal) ||
        std::holds_alternative<PreSharedKeyProposal>(pending->proposal))
      commit.proposals.emplace_back(pending->ref);
  if (members_.size() + invited_.size() < size_max_ && chance(50)) {
    invited_.push_back(invite());
    commit.proposals.emplace_back(Add{key_package_in(invited_.back().bundle.message)});
  }
  if (chance(50)) {
    auto psk = any_psk();
    psk.psk_nonce = fresh_psk_nonce(entropy_);
    commit.proposals.emplace_back(PreSharedKeyProposal{std::move(psk)});
  }
  for (std::size_t i = commit.proposals.size(); i > 1; --i)
    std::swap(commit.proposals[i - 1], commit.proposals[entropy_.below(i)]);
  // §12.4: a commit of nothing has a path.
  commit.has_path = commit.proposals.empty() || chance(30);
  if (!commit.has_path) ++happened_["a commit without a path"];
  if (chance(30)) commit.tree = TreeTransport::out_of_band;
  const auto made = make_free_commit(committer, commit);
  deliver_to_members(committer, made.message);
  committer.accept(std::make_unique<Group>(made.next->clone()));
  welcome(made);
}

// Somebody new, or a member who takes its own leaf's place.
void History::join_externally() {
  auto& host = anybody();
  const auto info =
      host.group().group_info(TreeTransport::in_welcome, host.identity, entropy_).value();
  ExternalJoinRequest request;
  request.authenticated_data = to_bytes(as_bytes("it is me"));
  if (chance(40)) request.psks.push_back(any_psk());
  auto* joiner = &anybody();
  const bool is_new = joiner == &host || (members_.size() < size_max_ && chance(50));
  if (is_new) {
    members_.push_back(newcomer());
    joiner = members_.back().get();
  } else {
    request.replaces = joiner->group().own_leaf();
  }
  auto join = Group::join_externally(info, request, joiner->identity, joiner->acquaintances, now_s,
                                     entropy_);
  INFO((join ? "" : join.error().message()));
  REQUIRE(join.has_value());
  ++happened_[is_new ? "an external join" : "a resync"];
  deliver_to_members(*joiner, join->message);
  joiner->accept(std::move(join->next));
  invited_.clear();
}

}  // namespace tern::test
