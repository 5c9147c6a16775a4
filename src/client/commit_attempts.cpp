#include "client/commit_attempts.hpp"

#include <algorithm>

#include "client/claims.hpp"
#include "client/rejoin.hpp"

namespace tern::client::commits {
namespace {

bool is_of(const std::vector<wire::RejoinProof>& proofs, const DeviceId& device) {
  return std::any_of(proofs.begin(), proofs.end(),
                     [&](const auto& proof) { return proof.device == device; });
}

// With its removal, if it was to come back: that alone would be an expulsion.
void leave_out(CommitPlan& plan, const DeviceId& device) {
  std::erase_if(plan.add, [&](const auto& add) { return add.device == device; });
  std::erase_if(plan.returning, [&](const auto& proof) { return proof.device == device; });
  for (std::size_t i = plan.removed.size(); i-- > 0;) {
    if (plan.removed[i].device != device) continue;
    plan.removed.erase(plan.removed.begin() + static_cast<std::ptrdiff_t>(i));
    plan.remove.erase(plan.remove.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// What is not wanted any more, for waiters to be told once, however much of it there is.
struct GivenUp {
  bool everything = false;
  std::vector<AccountId> adds;
  std::optional<Error> why;

  bool concerns(const Waiter& waiter) const {
    if (waiter.what == Waiter::What::left) return false;
    if (everything) return true;
    return waiter.what == Waiter::What::added &&
           std::any_of(adds.begin(), adds.end(), [&](const AccountId& account) {
             return std::find(waiter.accounts.begin(), waiter.accounts.end(), account) !=
                    waiter.accounts.end();
           });
  }
};

void answer_waiters(Step& step, Chat& chat, const GivenUp& given_up) {
  if (!given_up.why) return;
  for (const auto& waiter : chat.waiters)
    if (given_up.concerns(waiter)) step.answer(waiter.done, *given_up.why);
  step.then([&chat, given_up] {
    std::erase_if(chat.waiters, [&](const Waiter& waiter) { return given_up.concerns(waiter); });
  });
}

// The rules have changed since it was asked for.
Result<void> give_up_all(Step& step, Chat& chat, CommitPlan& plan, const Error& why,
                         GivenUp& given_up) {
  step.problem(chat.id(), why.errc(), "not committed: " + why.message());
  for (const auto& proof : plan.returning) TERN_TRY(rejoin::give_up(step, chat, proof.device));
  chat.claimed.clear();
  plan.add.clear();
  plan.remove.clear();
  plan.removed.clear();
  plan.returning.clear();
  given_up.everything = true;
  given_up.why = why;
  return Intents().store(step.rows, chat.row);
}

// The chat has no room for it: it need not be tried again.
Result<void> give_up_account(Step& step, Chat& chat, const Seat& seat, const Error& why,
                             GivenUp& given_up) {
  given_up.adds.push_back(seat.account);
  given_up.why = why;
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  std::erase(intents.add, seat.account);
  std::erase(intents.add_again, seat.device);
  return intents.store(step.rows, chat.row);
}

Result<void> give_up_add(Step& step, Chat& chat, CommitPlan& plan, const ClaimedKeyPackage& add,
                         const Error& why, GivenUp& given_up) {
  step.problem(chat.id(), why.errc(), "a device cannot be added: " + why.message());
  const bool asked = is_of(plan.returning, add.device);
  leave_out(plan, add.device);
  if (asked) return rejoin::give_up(step, chat, add.device);
  std::erase_if(chat.claimed, [&](const auto& claimed) { return claimed.device == add.device; });
  if (why == Errc::chat_too_large)
    return give_up_account(step, chat, {add.device, add.account, 0}, why, given_up);
  claims::let_rest(step, chat, add.account);
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  std::erase(intents.add_again, add.device);
  return intents.store(step.rows, chat.row);
}

// Whether the group takes the first `count` of the adds, tried on a copy of it.
bool takes(const Step& step, const mls::Group& group, const CommitPlan& plan, std::size_t count) {
  auto& device = step.device;
  mls::CommitRequest request;
  for (std::size_t i = 0; i < count; ++i) request.add.push_back(plan.add[i].key_package);
  request.remove = plan.remove;
  auto copy = group.clone();
  return copy
      .commit(request, device.account.identity, device.authentication,
              static_cast<std::uint64_t>(step.now.wall_ms / 1000), device.entropy)
      .has_value();
}

// The first whom the group does not take beside those before it; nullopt: it takes nobody.
std::optional<std::size_t> first_refused(const Step& step, const mls::Group& group,
                                         const CommitPlan& plan) {
  if (!takes(step, group, plan, 0)) return std::nullopt;
  std::size_t taken = 0;
  auto refused = plan.add.size();
  while (refused - taken > 1) {
    const auto middle = taken + (refused - taken) / 2;
    (takes(step, group, plan, middle) ? taken : refused) = middle;
  }
  return taken;
}

Result<void> leave_out_adds(Step& step, Chat& chat, const mls::Group& group, CommitPlan& plan,
                            const Error& why, GivenUp& given_up) {
  if (why == Errc::chat_too_large && plan.add.size() > 1) {
    // The others come in the next commit.
    for (auto left = plan.add.size() / 2; left > 0; --left)
      leave_out(plan, DeviceId(plan.add.back().device));
    return {};
  }
  std::optional<std::size_t> guilty = 0;
  if (plan.add.size() > 1) guilty = first_refused(step, group, plan);
  if (!guilty) return why;
  return give_up_add(step, chat, plan, ClaimedKeyPackage(plan.add[*guilty]), why, given_up);
}

// Of this plan there is less afterwards, or an error comes back.
Result<void> reduce(Step& step, Chat& chat, const mls::Group& group, CommitPlan& plan,
                    const Error& why, GivenUp& given_up) {
  // Not the plan's fault.
  if (is_storage(why.errc()) || why == Errc::mls_state_malformed) return why;
  if (plan.add.empty() && plan.remove.empty()) return why;
  if (why == Errc::policy_violated) return give_up_all(step, chat, plan, why, given_up);
  if (plan.add.empty()) return why;
  return leave_out_adds(step, chat, group, plan, why, given_up);
}

}  // namespace

Result<bool> make_what_can_be(Step& step, Chat& chat, mls::Group& group, CommitPlan plan,
                              bool creates_log) {
  GivenUp given_up;
  bool pending = false;
  do {
    const auto made = make(step, chat, group, plan, creates_log);
    pending = made.has_value();
    if (!made) TERN_TRY(reduce(step, chat, group, plan, made.error(), given_up));
  } while (!pending && (!plan.add.empty() || !plan.remove.empty() || plan.needed));
  answer_waiters(step, chat, given_up);
  // For those who were to come in the next commit.
  if (!pending) step.device.timers.wake(chat.id(), step.now.mono_ms + 1);
  return pending;
}

Result<void> give_up_adds(Step& step, Chat& chat, const Error& why) {
  if (!chat.record.commit_pending) return {};
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  GivenUp given_up;
  for (const auto& seat : pending->added) {
    TERN_TRY(rejoin::give_up(step, chat, seat.device));
    TERN_TRY(give_up_account(step, chat, seat, why, given_up));
    std::erase_if(chat.claimed, [&](const auto& claimed) { return claimed.device == seat.device; });
  }
  answer_waiters(step, chat, given_up);
  return {};
}

}  // namespace tern::client::commits
