#include "sim/worlds/lying_member.hpp"

#include <algorithm>

#include "mls/proposal.hpp"
#include "sim/stolen_folder.hpp"

namespace tern::sim {
namespace {

void spoil_confirmation(mls::AuthenticatedContent& message) {
  message.auth.confirmation_tag = mls::Mac{};
}

}  // namespace

// Who is meant by the spoiled secrets cannot follow; the others can.
void LyingMember::break_path(HostileMember::Commit& commit) {
  const auto which = stage_.choices.below(4);
  commit.forgery.edit_path = [which](mls::UpdatePath& path) {
    if (which == 0) {
      path.nodes.clear();
    } else if (which == 1 || path.nodes.size() < 2) {
      // With a single node nobody could follow, and only a restart of the log would help.
      path.leaf_node.signature.bytes[0] ^= 1;
    } else {
      auto& node = which == 2 ? path.nodes.back() : path.nodes.front();
      for (auto& secret : node.encrypted_path_secret) secret.ciphertext[0] ^= 1;
    }
  };
}

void LyingMember::lie_about_members(HostileMember::Commit& commit) {
  std::vector<DeviceId> struck;
  const bool all = stage_.choices.one_in(2);
  for (const auto& person : stage_.people)
    if (!person.lies && (all || struck.empty())) struck.push_back(person.device->id());
  commit.edit_header = [struck](wire::EntryHeader& header) {
    header.access.mode = wire::AccessChange::Mode::change;
    header.access.removed = struck;
  };
  if (stage_.choices.one_in(2)) commit.forgery.edit_message = spoil_confirmation;
}

void LyingMember::propose(HostileMember::Commit& commit) {
  auto& proposals = commit.forgery.proposals;
  switch (stage_.choices.below(4)) {
    case 0:
      proposals = {mls::Proposal(mls::ReInit{Bytes{1}})};
      return;
    case 1: {
      mls::PreSharedKeyId psk;
      psk.psk_id = {1};
      psk.psk_nonce = Bytes(32, 1);
      proposals = {mls::Proposal(mls::PreSharedKeyProposal{psk})};
      return;
    }
    case 2:
      // Larger than anything that a chat's policy is.
      proposals = {mls::Proposal(
          mls::GroupContextExtensions{{{mls::extension_tern_policy, Bytes(100'000, 1)}}})};
      return;
    default: {
      const StolenFolder mine(*stage_.people.back().device);
      const StolenFolder theirs(*stage_.people[1].device);
      const auto group = mine.group(stage_.rooms.front().id);
      if (!group) return;
      const auto leaf = group->find(theirs.signing_key().verify_key());
      if (leaf && *leaf) proposals = {mls::Proposal(mls::Remove{**leaf})};
    }
  }
}

HostileMember::Commit LyingMember::draw() {
  HostileMember::Commit out;
  switch (stage_.choices.below(4)) {
    case 0:
      break_path(out);
      break;
    case 1:
      lie_about_members(out);
      break;
    case 2:
      propose(out);
      break;
    default:
      out.forgery.edit_message = spoil_confirmation;
  }
  return out;
}

void LyingMember::act() {
  auto& person = stage_.people.back();
  if (!person.lies || !person.device->running() || stage_.rooms.empty()) return;
  const auto& chat = stage_.rooms.front().id;
  const auto info = person.device->engine().chat_info(chat);
  if (!info || info->state != ChatState::active) return;
  if (!member_) {
    member_.emplace(stage_.world, *person.device);
    member_->plan(chat, draw());
    stage_.tell(name_of(person) + "'s next commit will be a lie");
  }
  const auto line = name_of(person) + " lies " + std::to_string(++said_);
  const std::string_view text = line;
  static_cast<void>(person.device->engine().send_texts(person.device->now(), chat, {&text, 1}));
  person.device->run_outputs();
}

}  // namespace tern::sim
