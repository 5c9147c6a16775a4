#include "client/members.hpp"

#include <algorithm>

#include "client/intents.hpp"
#include "client/leaving.hpp"
#include "client/policy.hpp"

namespace tern::client::members {
namespace {

using Who = wire::GroupPolicy::Who;

Result<void> check_ready(const Chat& chat) {
  if (chat.record.state == ChatState::left || chat.record.leaving) return Errc::chat_left;
  if (chat.record.state == ChatState::split) return Errc::chat_split;
  if (chat.record.state != ChatState::active) return Errc::chat_not_ready;
  if (chat.record.one_to_one)
    return Error(Errc::policy_violated, "a chat of two has no other members");
  return {};
}

Result<void> check_allowed(Step& step, Chat& chat, Who Policy::*who) {
  TERN_TRY(check_ready(chat));
  TERN_ASSIGN(const auto* const group, chat.group());
  TERN_ASSIGN(const auto policy, policy_in(group->group_context_extensions()));
  if (policy.allows(policy.*who, step.device.account.id)) return {};
  return Error(Errc::policy_violated, "only the group's admins may do this");
}

Result<void> check_add(Step& step, Chat& chat, std::span<const AccountId> accounts) {
  TERN_TRY(check_allowed(step, chat, &Policy::may_add));
  if (chat.record.devices + accounts.size() > limits::chat_devices_max)
    return Error(Errc::chat_too_large,
                 "a chat of more than " + std::to_string(limits::chat_devices_max) + " devices");
  return {};
}

void wait(Step& step, Chat& chat, Waiter waiter) {
  step.then([&chat, waiter = std::move(waiter)] { chat.waiters.push_back(waiter); });
}

// The caller learns what was wrong; the step goes on, for nothing was changed.
Result<void> refuse(Step& step, Engine::Done done, const Error& error) {
  if (is_storage(error.errc())) return error;
  step.answer(std::move(done), error);
  return {};
}

void append_new(std::vector<AccountId>& to, const AccountId& account) {
  if (std::find(to.begin(), to.end(), account) == to.end()) to.push_back(account);
}

}  // namespace

Result<void> add(Step& step, Chat& chat, std::span<const AccountId> accounts, Engine::Done done) {
  const auto checked = check_add(step, chat, accounts);
  if (!checked) return refuse(step, std::move(done), checked.error());
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  Waiter waiter{Waiter::What::added, {}, std::move(done)};
  for (const auto& account : accounts) {
    if (roster.has(account)) continue;
    append_new(intents.add, account);
    append_new(waiter.accounts, account);
    std::erase(intents.remove, account);
  }
  if (waiter.accounts.empty()) {
    step.answer(std::move(waiter.done), {});
    return {};
  }
  wait(step, chat, std::move(waiter));
  step.sync();
  step.look_at(chat);
  return intents.store(step.rows, chat.row);
}

Result<void> remove(Step& step, Chat& chat, const AccountId& account, Engine::Done done) {
  if (account == step.device.account.id)
    return refuse(step, std::move(done), Error(Errc::invalid_argument, "oneself: leave instead"));
  const auto checked = check_allowed(step, chat, &Policy::may_remove);
  if (!checked) return refuse(step, std::move(done), checked.error());
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  if (!roster.has(account)) return refuse(step, std::move(done), Error(Errc::not_found));
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  append_new(intents.remove, account);
  std::erase(intents.add, account);
  wait(step, chat, {Waiter::What::removed, {account}, std::move(done)});
  step.sync();
  step.look_at(chat);
  return intents.store(step.rows, chat.row);
}

Result<void> leave(Step& step, Chat& chat, Engine::Done done) {
  if (chat.record.state == ChatState::left) {
    step.answer(std::move(done), {});
    return {};
  }
  if (chat.record.one_to_one)
    return refuse(step, std::move(done), Error(Errc::policy_violated, "a chat of two is not left"));
  TERN_TRY(leaving::begin(step, chat));
  if (chat.record.state == ChatState::left) {
    step.answer(std::move(done), {});
  } else {
    wait(step, chat, {Waiter::What::left, {}, std::move(done)});
  }
  return {};
}

}  // namespace tern::client::members
