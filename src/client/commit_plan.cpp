// What the group needs from this device: the reasons to commit.
#include <algorithm>

#include "client/commits.hpp"
#include "client/leaf_time.hpp"
#include "client/rejoin.hpp"
#include "client/seating.hpp"

namespace tern::client::commits {
namespace {

const SeatedLeaf* find(const std::vector<SeatedLeaf>& leaves, const DeviceId& device) {
  const auto found = std::find_if(leaves.begin(), leaves.end(), [&](const SeatedLeaf& leaf) {
    return leaf.seat.device == device;
  });
  return found == leaves.end() ? nullptr : &*found;
}

void remove(CommitPlan& plan, const SeatedLeaf& leaf) {
  if (std::find(plan.remove.begin(), plan.remove.end(), leaf.leaf) != plan.remove.end()) return;
  plan.remove.push_back(leaf.leaf);
  plan.removed.push_back(leaf.seat);
  plan.wanted = true;
}

void add(CommitPlan& plan, const ClaimedKeyPackage& claimed) {
  const auto same = [&](const ClaimedKeyPackage& other) { return other.device == claimed.device; };
  if (plan.add.size() >= limits::adds_per_commit_max ||
      std::any_of(plan.add.begin(), plan.add.end(), same))
    return;
  plan.add.push_back(claimed);
  plan.wanted = true;
}

// A claim may be older than what is wanted now.
bool is_wanted(const Intents& intents, const ClaimedKeyPackage& claimed, const SeatedLeaf* seated) {
  if (!seated) return intents.adds(claimed.account);
  return seated->seat.account == claimed.account && intents.adds_again(claimed.device);
}

// What people asked for.
void plan_intents(const Step& step, const Chat& chat, const Intents& intents,
                  const std::vector<SeatedLeaf>& leaves, CommitPlan& plan) {
  for (const auto& leaf : leaves) {
    const bool mine = leaf.seat.device == step.device.account.device;
    if (!mine && intents.removes(leaf.seat.account)) remove(plan, leaf);
  }
  for (const auto& claimed : chat.claimed) {
    const auto* seated = find(leaves, claimed.device);
    if (!is_wanted(intents, claimed, seated)) continue;
    if (seated) remove(plan, *seated);
    add(plan, claimed);
  }
}

// Whoever lost the thread comes back by a removal and an add in one commit.
Result<void> plan_rejoins(Step& step, Chat& chat, const mls::Group& group,
                          const std::vector<rejoin::Asked>& asked,
                          const std::vector<SeatedLeaf>& leaves, CommitPlan& plan) {
  for (const auto& device : asked) {
    const auto* seated = find(leaves, device.proof.device);
    if (!seated || plan.add.size() >= limits::adds_per_commit_max) continue;
    TERN_ASSIGN(const auto present, leaf_time_at(group, seated->leaf));
    if (device.leaf_time <= present) {
      TERN_TRY(rejoin::give_up(step, chat, device.proof.device));
      continue;
    }
    remove(plan, *seated);
    // The proof is for this one, whatever else the relay has handed out.
    std::erase_if(plan.add, [&](const auto& other) { return other.device == device.proof.device; });
    add(plan, {device.proof.device, seated->seat.account, device.key_package});
    plan.returning.push_back(device.proof);
  }
  return {};
}

// What any member may do waits a random moment, so that one is first and the others see it done.
bool volunteers_now(Step& step, Chat& chat, bool needed) {
  if (!needed) {
    chat.pace.volunteer_at = never_ms;
    return false;
  }
  if (chat.pace.volunteer_at == never_ms) {
    const auto jitter = static_cast<std::uint64_t>(step.device.config.rejoin_jitter_ms) + 1;
    chat.pace.volunteer_at =
        step.now.mono_ms + static_cast<std::int64_t>(step.device.entropy.below(jitter));
  }
  // A time that has passed would wake it at once, again and again, while something else is waited
  // for.
  const bool now = chat.pace.volunteer_at <= step.now.mono_ms;
  if (!now) step.device.timers.wake(chat.id(), chat.pace.volunteer_at);
  return now;
}

// Two who are not in one epoch would set each other's list right for ever.
constexpr std::uint32_t repairs_max = 3;

}  // namespace

bool repairs_access(const Chat& chat) {
  return chat.record.access_repair && chat.pace.repairs < repairs_max;
}

Result<CommitPlan> plan(Step& step, Chat& chat, const mls::Group& group) {
  CommitPlan out;
  const auto proposed = group.pending_removals();
  if (std::find(proposed.begin(), proposed.end(), group.own_leaf()) != proposed.end()) {
    out.before_messages = true;
    out.can_commit = false;
    return out;
  }
  out.before_messages = group.has_pending_proposals();
  TERN_ASSIGN(const auto intents, Intents::load(step.rows, chat.row));
  TERN_ASSIGN(const auto asked, rejoin::waiting(step, chat));
  // Whatever it is made for: the relay waits for no other one to hear who is in.
  out.repair_access = repairs_access(chat);
  // Nobody else can: it does not wait for them.
  out.needed = chat.record.renew_leaf;
  out.wanted = out.needed;
  const bool volunteers =
      volunteers_now(step, chat, out.before_messages || out.repair_access || !asked.empty());
  if (intents.empty() && !volunteers) return out;
  TERN_ASSIGN(const auto leaves, seated_leaves(group));
  plan_intents(step, chat, intents, leaves, out);
  if (!volunteers) return out;
  TERN_TRY(plan_rejoins(step, chat, group, asked, leaves, out));
  out.needed = out.needed || out.before_messages || out.repair_access;
  out.wanted = out.wanted || out.needed;
  // Of those who asked nobody is to be brought back, and nothing else was waited for.
  if (!out.wanted) chat.pace.volunteer_at = never_ms;
  return out;
}

}  // namespace tern::client::commits
