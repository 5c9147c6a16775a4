#include "mls/succession.hpp"

#include <algorithm>
#include <set>

#include "mls/group_state.hpp"

namespace tern::mls {
namespace {

bool names_predecessor(const PreSharedKeyId& id) {
  return id.type == PskType::resumption && id.usage != ResumptionPskUsage::application;
}

// The members' clients, according to the application.
std::set<Bytes> clients_of(const RatchetTree& tree, const Authenticator& authenticator) {
  std::set<Bytes> out;
  for (const auto index : tree.leaves())
    out.insert(authenticator.client_of(tree.leaf(index)->decoded().credential));
  return out;
}

bool is_subset(const std::set<Bytes>& part, const std::set<Bytes>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

Error invalid(const char* rule) { return {Errc::mls_successor_invalid, rule}; }

// §12.4.3.1: "For usage reinit, verify that the last Commit to the referenced group contains a
// ReInit proposal and that the group_id, version, cipher_suite, and group_context.extensions fields
// of the GroupInfo match the ReInit proposal."
Result<void> check_reinit(const Epoch& before, const GroupContext& next) {
  if (!before.reinit) return invalid("§12.4.3.1: the group before was not reinitialized");
  const ReInit is{next.group_id, next.version, next.cipher_suite, next.extensions};
  if (is != *before.reinit) return invalid("§11.2: not what the ReInit said");
  return {};
}

}  // namespace

Result<PreSharedKeyId> predecessor_psk(const Predecessor& predecessor, Entropy& entropy) {
  if (!predecessor.group || predecessor.usage == ResumptionPskUsage::application)
    return Error(Errc::invalid_argument, "a predecessor with usage reinit or branch");
  if (predecessor.usage == ResumptionPskUsage::reinit && !predecessor.group->reinit())
    return invalid("§11.2: the group before was not reinitialized");
  PreSharedKeyId id;
  id.type = PskType::resumption;
  id.usage = predecessor.usage;
  id.psk_group_id = to_bytes(predecessor.group->group_id());
  id.psk_epoch = predecessor.group->epoch();
  id.psk_nonce = fresh_psk_nonce(entropy);
  return id;
}

Result<void> check_successor_members(const PreSharedKeyId& psk, const Epoch& predecessor,
                                     const Epoch& next, const Authenticator& authenticator) {
  // §12.4.1: "with the same members as the original group."
  if (psk.usage == ResumptionPskUsage::reinit &&
      !is_subset(clients_of(*next.tree, authenticator),
                 clients_of(*predecessor.tree, authenticator)))
    return invalid("§12.4.1: somebody who is no member of the group before");
  return {};
}

Result<const PreSharedKeyId*> successor_psk(std::span<const PreSharedKeyId> psks) {
  const PreSharedKeyId* found = nullptr;
  for (const auto& psk : psks) {
    if (!names_predecessor(psk)) continue;
    if (found)
      return Error(Errc::mls_proposal_psk_invalid, "§11.2, §11.3: a group follows one group");
    found = &psk;
  }
  return found;
}

Result<void> check_successor_group(const PreSharedKeyId& psk, const Epoch* predecessor,
                                   const Epoch& next, const Authenticator& authenticator) {
  if (!predecessor || predecessor->context.group_id != psk.psk_group_id ||
      predecessor->context.epoch < psk.psk_epoch)
    return Errc::mls_psk_unknown;
  // A group that has ended stays in that epoch; one that was branched off may have gone on since.
  if (psk.usage == ResumptionPskUsage::reinit && predecessor->context.epoch != psk.psk_epoch)
    return Errc::mls_psk_unknown;
  // §12.4.3.1: "verify that the epoch field in the GroupInfo is equal to 1."
  if (next.context.epoch != 1) return invalid("§12.4.3.1: not the first commit of its group");
  TERN_TRY(predecessor->read_tree());
  TERN_TRY(next.read_tree());
  const auto before = clients_of(*predecessor->tree, authenticator);
  const auto after = clients_of(*next.tree, authenticator);
  if (psk.usage == ResumptionPskUsage::reinit) {
    TERN_TRY(check_reinit(*predecessor, next.context));
    // "Additionally, verify that all the members of the old group are also members of the new
    // group, according to the application."
    if (!is_subset(before, after))
      return invalid("§12.4.3.1: a member of the group before is missing");
    return {};
  }
  // "For usage branch, verify that the version and cipher_suite of the new group match those of the
  // old group, and that the members of the new group compose a subset of the members of the old
  // group, according to the application."
  if (next.context.version != predecessor->context.version ||
      next.context.cipher_suite != predecessor->context.cipher_suite)
    return invalid("§11.3: another version or cipher suite");
  if (!is_subset(after, before))
    return invalid("§11.3: somebody who is no member of the group before");
  return {};
}

}  // namespace tern::mls
