#include "history.hpp"

#include <algorithm>

namespace tern::test {

using namespace mls;

namespace {

// Most groups are small, some grow to 30, a few to 50.
std::size_t draw_size(std::uint64_t seed, Entropy& entropy) {
  const std::size_t more = seed % 32 == 0 ? 49 : seed % 8 == 4 ? 29 : 7;
  return 2 + entropy.below(more);
}

}  // namespace

History::History(std::uint64_t seed)
    : entropy_(seed), size_max_(draw_size(seed, entropy_)), office_("office", entropy_) {
  members_.push_back(newcomer());
  members_[0]->create("a group", any_extensions());
  check_agreement();
}

void History::run(std::size_t epochs) {
  for (std::size_t i = 0; i < epochs; ++i) {
    speak();
    propose();
    propose();
    restart_somebody();
    if (chance(6)) branch_off();
    if (chance(6)) begin_anew();
    change_epoch();
    check_agreement();
    check_records();
    check_outsiders();
  }
}

std::unique_ptr<Person> History::newcomer() {
  auto person = std::make_unique<Person>("person " + std::to_string(count_++), entropy_);
  auto& knows = person->acquaintances;
  knows.let_in = {SenderType::member, SenderType::external, SenderType::new_member_proposal,
                  SenderType::new_member_commit};
  for (const auto* name : {"one", "two", "three"})
    knows.external_psks[to_bytes(as_bytes(name))] = Bytes(32, static_cast<std::uint8_t>(*name));
  // Told by who invites them.
  if (!members_.empty()) knows.resumption_psks = members_[0]->acquaintances.resumption_psks;
  return person;
}

History::Joining History::invite() {
  auto person = newcomer();
  auto bundle = person->key_package();
  return {std::move(person), std::move(bundle)};
}

WireFormat History::any_format() {
  if (!chance(40)) return WireFormat::private_message;
  ++happened_["a PublicMessage"];
  return WireFormat::public_message;
}

// Some messages of some members, which each receiver gets in an order of its own.
void History::speak() {
  std::vector<std::pair<Person*, Bytes>> messages;
  for (auto count = entropy_.below(4); count > 0; --count) {
    auto& sender = anybody();
    messages.emplace_back(&sender, sender.say("from " + sender.name));
  }
  for (const auto& receiver : members_) {
    for (std::size_t i = messages.size(); i > 1; --i)
      std::swap(messages[i - 1], messages[entropy_.below(i)]);
    for (const auto& [sender, message] : messages)
      if (sender != receiver.get()) REQUIRE(receiver->hear(message) == "from " + sender->name);
  }
}

void History::restart_somebody() {
  if (chance(50)) anybody().reopen();
}

void History::deliver_to_members(Person& committer, ByteSpan message) {
  People staying;
  for (auto& member : members_) {
    if (member.get() == &committer) {
      staying.push_back(std::move(member));
      continue;
    }
    const auto received = member->receive(message);
    INFO(member->name << ": " << (received ? "" : received.error().message()));
    REQUIRE(received.has_value());
    auto& list = std::get<CommitReceived>(*received).removes_me ? outsiders_ : staying;
    if (&list == &outsiders_) ++happened_["a removal"];
    list.push_back(std::move(member));
  }
  members_ = std::move(staying);
}

// What was proposed or asked for in the epoch that is over is over with it.
void History::welcome(const PendingCommit& commit) {
  const auto tree = commit.next->ratchet_tree().value();
  JoinOptions options;
  options.ratchet_tree = ByteSpan(tree);
  for (auto& joining : invited_) {
    const auto is_for = [&](const auto& one) { return one.key_package == joining.bundle.ref; };
    if (std::none_of(commit.welcomes.begin(), commit.welcomes.end(), is_for)) continue;
    joining.person->join(commit, joining.bundle, options);
    ++happened_["a join by Welcome"];
    members_.push_back(std::move(joining.person));
  }
  invited_.clear();
}

void History::check_agreement() {
  for (const auto& member : members_) {
    REQUIRE(agree(*members_[0], *member));
    REQUIRE(member->group().member_count() == members_.size());
    REQUIRE(member->group().find(member->identity.signing_key.verify_key()).value() ==
            member->group().own_leaf());
    member->acquaintances.remember_epoch(member->group());
  }
}

// What was written piece by piece is what would be written at once.
void History::check_records() {
  for (const auto& member : members_) {
    MemoryRecords whole;
    whole.apply(member->group().records().value());
    REQUIRE(member->records.all() == whole.all());
  }
}

// Somebody who was removed has the keys of an epoch, or of a group, that is over.
void History::check_outsiders() {
  if (members_.size() < 2) return;
  const auto message = members_[0]->say("among ourselves");
  for (std::size_t i = 1; i < members_.size(); ++i)
    REQUIRE(members_[i]->hear(message) == "among ourselves");
  const auto& group = members_[0]->group();
  for (const auto& outsider : outsiders_) {
    const auto error = error_of(outsider->receive(message));
    const bool is_same_group = to_bytes(outsider->group().group_id()) == to_bytes(group.group_id());
    REQUIRE(error == (is_same_group ? Errc::mls_epoch_mismatch : Errc::mls_group_id_mismatch));
    REQUIRE(to_bytes(outsider->group().epoch_authenticator()) !=
            to_bytes(group.epoch_authenticator()));
  }
}

}  // namespace tern::test
