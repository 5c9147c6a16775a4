#include <algorithm>

#include "history.hpp"

namespace tern::test {

using namespace mls;

PreSharedKeyId History::any_psk() {
  constexpr const char* names[] = {"one", "two", "three"};
  const auto& epochs = members_[0]->acquaintances.resumption_psks;
  if (epochs.empty() || chance(50)) {
    ++happened_["an external PSK"];
    return external_psk(names[entropy_.below(3)]);
  }
  const auto& [epoch, key] =
      *std::next(epochs.begin(), static_cast<std::ptrdiff_t>(entropy_.below(epochs.size())));
  ++happened_["a resumption PSK"];
  PreSharedKeyId id;
  id.type = PskType::resumption;
  id.psk_group_id = epoch.first;
  id.psk_epoch = epoch.second;
  return id;
}

Extensions History::any_extensions() {
  Extensions out;
  if (chance(60)) {
    Writer senders;
    write_list(senders, std::vector<ExternalSender>{{office_.identity.signing_key.verify_key(),
                                                     office_.identity.credential}});
    out.push_back({extension_external_senders, std::move(senders).take()});
  }
  if (chance(60)) out.push_back({extension_tern_policy, Bytes(entropy_.below(40))});
  if (chance(30))
    out.push_back({extension_required_capabilities,
                   encode(RequiredCapabilities{{extension_tern_policy}, {}, {1}})});
  return out;
}

bool History::has_external_senders() {
  return find_extension(members_[0]->group().group_context_extensions(),
                        extension_external_senders) != nullptr;
}

void History::propose() {
  if (chance(40)) return;
  if (chance(30)) return propose_from_outside();
  auto& sender = anybody();
  auto sent = propose_as(sender);
  if (!sent) return;
  INFO((*sent ? "" : sent->error().message()));
  REQUIRE(sent->has_value());
  sender.records.apply((*sent)->changes);
  all_receive(&sender, (*sent)->message);
}

std::optional<Result<Protected>> History::propose_as(Person& sender) {
  auto& group = sender.group();
  const Envelope envelope(as_bytes("beside"), any_format());
  const auto& me = sender.identity;
  switch (entropy_.below(5)) {
    case 0:
      return group.propose_update(envelope, me, entropy_);
    case 1:
      return group.propose_remove(anybody().group().own_leaf(), envelope, me, entropy_);
    case 2:
      return group.propose_psk(any_psk(), envelope, me, entropy_);
    case 3:
      ++happened_["a proposal of extensions"];
      return group.propose_extensions(any_extensions(), envelope, me, sender.acquaintances,
                                      entropy_);
    default:
      break;
  }
  if (members_.size() + invited_.size() >= size_max_) return std::nullopt;
  invited_.push_back(invite());
  return group.propose_add(invited_.back().bundle.message, envelope, me, sender.acquaintances,
                           now_s, entropy_);
}

// §12.1.8: of the office, if the group names it, or of somebody new.
void History::propose_from_outside() {
  const auto& group = members_[0]->group();
  const ProposalPlace place{group.group_id(), group.epoch(), as_bytes("from outside")};
  const bool has_room = members_.size() + invited_.size() < size_max_;
  if (chance(40)) {
    if (!has_room) return;
    ++happened_["a proposal of somebody new"];
    invited_.push_back(invite());
    const auto& guest = invited_.back();
    return all_receive(
        nullptr, propose_joining(place, guest.bundle.message, guest.person->identity).value());
  }
  if (!has_external_senders()) return;
  ++happened_["a proposal of an external sender"];
  Proposal proposal = Remove{anybody().group().own_leaf()};
  const auto what = entropy_.below(4);
  if (what == 1 && has_room) {
    invited_.push_back(invite());
    proposal = Add{key_package_in(invited_.back().bundle.message)};
  } else if (what == 2) {
    auto psk = any_psk();
    psk.psk_nonce = fresh_psk_nonce(entropy_);
    proposal = PreSharedKeyProposal{std::move(psk)};
  } else if (what == 3) {
    proposal = GroupContextExtensions{any_extensions()};
  }
  all_receive(nullptr, external_proposal(place, 0, proposal, office_.identity.signing_key).value());
}

void History::all_receive(const Person* sender, ByteSpan message) {
  for (const auto& receiver : members_) {
    if (receiver.get() == sender) continue;
    const auto received = receiver->receive(message);
    INFO(receiver->name << ": " << (received ? "" : received.error().message()));
    REQUIRE(received.has_value());
  }
}

}  // namespace tern::test
