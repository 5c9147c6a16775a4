#include "client/claims.hpp"

#include <algorithm>

#include "client/chat_work.hpp"
#include "client/device_lists.hpp"

namespace tern::client::claims {
namespace {

constexpr std::int64_t retry_ms = 30'000;

template <class Id>
bool contains(const std::vector<Id>& ids, const Id& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool claimed_any_of(const Chat& chat, const AccountId& account) {
  return std::any_of(chat.claimed.begin(), chat.claimed.end(),
                     [&](const auto& claimed) { return claimed.account == account; });
}

bool claimed_device(const Chat& chat, const DeviceId& device) {
  return std::any_of(chat.claimed.begin(), chat.claimed.end(),
                     [&](const auto& claimed) { return claimed.device == device; });
}

bool rests(const Step& step, const Chat& chat, const AccountId& account) {
  const auto found = chat.pace.resting.find(account);
  return found != chat.pace.resting.end() && found->second > step.now.mono_ms;
}

void tell_once(Step& step, Chat& chat, Errc code, std::string message) {
  if (std::exchange(chat.pace.told_unreachable, true)) return;
  step.problem(chat.id(), code, std::move(message));
}

// The relay could name anybody's device: only what was asked for, and what its account has signed,
// counts.
Result<void> accept(Step& step, Chat& chat, const wire::ClaimedDevice& device) {
  if (!contains(chat.line.claimed_accounts, device.account) &&
      !contains(chat.line.claimed_devices, device.device))
    return Error(Errc::certificate_invalid, "a KeyPackage of somebody who was not asked for");
  TERN_ASSIGN(const auto list, device_lists::newest(step.rows, device.account));
  const bool listed =
      list && std::any_of(list->device_keys.begin(), list->device_keys.end(),
                          [&](const auto& key) { return device_of(key) == device.device; });
  if (!listed) return Error(Errc::device_revoked, "a KeyPackage of a device on no list");
  if (device.key_package.empty())
    return Error(Errc::no_key_package, "a device without KeyPackages to add it by");
  TERN_ASSIGN(const auto info,
              mls::inspect_key_package(device.key_package,
                                       static_cast<std::uint64_t>(step.now.wall_ms / 1000)));
  TERN_TRY(step.device.authentication.check_newcomer(info));
  TERN_ASSIGN(const auto seat, seat_of(info.credential));
  if (seat.device != device.device || seat.account != device.account)
    return Error(Errc::certificate_invalid, "a KeyPackage of another device than claimed");
  if (!claimed_device(chat, device.device))
    chat.claimed.push_back({device.device, device.account, to_bytes(device.key_package)});
  return {};
}

}  // namespace

void let_rest(Step& step, Chat& chat, const AccountId& account) {
  chat.pace.resting[account] = step.now.mono_ms + retry_ms;
  step.device.timers.wake(chat.id(), step.now.mono_ms + retry_ms);
}

Result<bool> request(Step& step, Chat& chat, const Intents& intents) {
  if (chat.line.claiming) return true;
  wire::ClaimKeyPackages claim;
  for (const auto& account : intents.add) {
    if (claim.accounts.size() >= chat.pace.claim_accounts) break;
    if (!claimed_any_of(chat, account) && !rests(step, chat, account))
      claim.accounts.push_back(account);
  }
  const auto own_list = wire::decode_device_list(step.device.account.device_list);
  const bool creates = chat.record.state != ChatState::active;
  if (creates && !claim.accounts.empty() && own_list && own_list->device_keys.size() > 1)
    claim.accounts.push_back(step.device.account.id);
  for (const auto& device : intents.add_again) {
    if (claim.devices.size() >= chat.pace.claim_accounts) break;
    if (!claimed_device(chat, device)) claim.devices.push_back(device);
  }
  if (claim.accounts.empty() && claim.devices.empty()) return false;
  if (chat.pace.claim_at > step.now.mono_ms) {
    step.device.timers.wake(chat.id(), chat.pace.claim_at);
    return true;
  }
  step.send({Purpose::What::claim, chat.id()}, claim);
  step.then([&chat, accounts = claim.accounts, devices = claim.devices] {
    chat.line.claiming = true;
    chat.line.claimed_accounts = accounts;
    chat.line.claimed_devices = devices;
  });
  return true;
}

Result<void> received(Step& step, Chat& chat, const wire::Claimed& claimed) {
  const auto asked = chat.line.claimed_accounts;
  chat.line.claiming = false;
  step.look_at(chat);
  chat.pace.claim_accounts = Pace{}.claim_accounts;
  for (const auto& list : claimed.device_lists) {
    const auto accepted = device_lists::accept(step.rows, list);
    if (accepted) continue;
    if (is_storage(accepted.error().errc())) return accepted.error();
    step.problem(chat.id(), accepted.error().errc(), accepted.error().message());
  }
  std::optional<Error> why;
  for (const auto& device : claimed.devices) {
    const auto accepted = accept(step, chat, device);
    if (accepted) continue;
    if (is_storage(accepted.error().errc())) return accepted.error();
    why = accepted.error();
  }
  for (const auto& account : asked) {
    if (claimed_any_of(chat, account) || account == step.device.account.id) continue;
    let_rest(step, chat, account);
    tell_once(step, chat, why ? why->errc() : Errc::no_key_package,
              why ? why->message() : "an account without a device to add");
  }
  return {};
}

namespace {

// One of those asked for is unknown: halves are asked for until it is alone. A person to write to
// may come yet; a group goes on without.
Result<void> unknown_account(Step& step, Chat& chat) {
  const auto& asked = chat.line.claimed_accounts;
  if (asked.size() > 1) {
    chat.pace.claim_accounts = asked.size() / 2;
    return {};
  }
  chat.pace.claim_accounts = Pace{}.claim_accounts;
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  if (asked.empty()) {
    intents.add_again.clear();
    return intents.store(step.rows, chat.row);
  }
  const std::string sentence = "the relay knows no account " + asked.front().hex();
  if (chat.record.one_to_one) {
    tell_once(step, chat, Errc::account_unknown, sentence + "; what is written waits for it");
    back_off(step, chat, retry_ms);
    return {};
  }
  step.problem(chat.id(), Errc::account_unknown, sentence + "; the group goes on without");
  std::erase(intents.add, asked.front());
  std::erase(intents.restart, asked.front());
  for (const auto& waiter : chat.waiters)
    if (waiter.what == Waiter::What::added && contains(waiter.accounts, asked.front()))
      step.answer(waiter.done, Error(Errc::account_unknown, sentence));
  step.then([&chat, account = asked.front()] {
    std::erase_if(chat.waiters, [&](const Waiter& waiter) {
      return waiter.what == Waiter::What::added && contains(waiter.accounts, account);
    });
  });
  return intents.store(step.rows, chat.row);
}

}  // namespace

Result<void> refused(Step& step, Chat& chat, const wire::Refused& refused) {
  chat.line.claiming = false;
  step.look_at(chat);
  if (refused.code == Errc::account_unknown) return unknown_account(step, chat);
  const auto asked = chat.line.claimed_accounts.size();
  if (refused.code == Errc::batch_too_large && asked > 1) {
    chat.pace.claim_accounts = asked / 2;
    return {};
  }
  const auto wait_ms = std::max<std::int64_t>(refused.retry_after_ms, 1'000);
  chat.pace.claim_at = step.now.mono_ms + wait_ms;
  step.device.timers.wake(chat.id(), chat.pace.claim_at);
  if (refused.code != Errc::rate_limited)
    step.problem(chat.id(), refused.code, "the relay gave no KeyPackages");
  return {};
}

}  // namespace tern::client::claims
