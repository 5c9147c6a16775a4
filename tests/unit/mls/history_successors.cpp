#include <algorithm>

#include "history.hpp"

namespace tern::test {

using namespace mls;

namespace {

// The same person in another group.
std::unique_ptr<Person> in_another_group(const Person& person, Entropy& entropy) {
  auto out = std::make_unique<Person>(person.name, entropy);
  out->identity = clone(person.identity);
  out->acquaintances = person.acquaintances;
  return out;
}

}  // namespace

// The first of `who` makes the group that the others are welcomed to.
History::People History::follow(const Predecessor& kind, const std::vector<Person*>& who,
                                std::string_view group_id, const Extensions& extensions) {
  People out;
  std::vector<KeyPackageBundle> bundles;
  CommitRequest request;
  request.predecessor = Predecessor{&who[0]->group(), kind.usage};
  for (const auto* person : who) {
    out.push_back(in_another_group(*person, entropy_));
    bundles.push_back(out.back()->key_package());
    if (person != who[0]) request.add.push_back(bundles.back().message);
  }
  out[0]->create(group_id, extensions);
  auto commit = out[0]->commit(request);
  INFO((commit ? "" : commit.error().message()));
  REQUIRE(commit.has_value());
  for (std::size_t i = 1; i < who.size(); ++i) {
    JoinOptions options;
    options.predecessor = &who[i]->group();
    out[i]->join(*commit, bundles[i], options);
  }
  out[0]->accept(std::move(commit->next));
  for (const auto& person : out) REQUIRE(agree(*out[0], *person));
  return out;
}

// §11.3: some of the members, in a group of their own beside this one.
void History::branch_off() {
  if (members_.size() < 2) return;
  std::vector<Person*> some;
  for (const auto& member : members_)
    if (chance(50)) some.push_back(member.get());
  if (some.size() < 2) return;
  ++happened_["a branch"];
  const auto branch = follow({nullptr, ResumptionPskUsage::branch}, some,
                             "a branch " + std::to_string(count_++), any_extensions());
  const auto message = branch[0]->say("only some of us");
  for (std::size_t i = 1; i < branch.size(); ++i)
    REQUIRE(branch[i]->hear(message) == "only some of us");
  for (const auto& member : members_)
    REQUIRE(error_of(member->receive(message)) == Errc::mls_group_id_mismatch);
}

// §11.2: the group ends, and goes on as another one.
void History::begin_anew() {
  if (members_.size() < 2) return;
  const ReInit next{to_bytes(as_bytes("group " + std::to_string(count_++))), protocol_version_mls10,
                    cipher_suite_3, any_extensions()};
  auto& committer = anybody();
  CommitRequest request;
  request.format = any_format();
  request.reinit = next;
  auto commit = committer.commit(request);
  INFO((commit ? "" : commit.error().message()));
  REQUIRE(commit.has_value());
  deliver_to_members(committer, commit->message);
  committer.accept(std::move(commit->next));
  invited_.clear();
  check_agreement();
  for (const auto& member : members_) {
    REQUIRE(member->group().reinit() == next);
    REQUIRE(error_of(member->group().protect(as_bytes("too late"), {}, member->identity,
                                             entropy_)) == Errc::mls_reinitialized);
  }
  ++happened_["a ReInit"];
  restart_somebody();
  std::vector<Person*> all;
  for (const auto& member : members_) all.push_back(member.get());
  std::swap(all[0], all[entropy_.below(all.size())]);
  members_ =
      follow({nullptr, ResumptionPskUsage::reinit}, all, as_text(next.group_id), next.extensions);
  check_agreement();
}

}  // namespace tern::test
