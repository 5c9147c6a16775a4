#include "client/registration.hpp"

#include "client/key_packages.hpp"
#include "client/resuming.hpp"

namespace tern::client::registration {
namespace {

constexpr std::int64_t retry_ms = 30'000;
/// Published ones are renewed long before they expire (limits::key_package_lifetime_days).
constexpr std::int64_t renew_after_s = 60 * day_s;

bool too_old(const Device& device, Now now) {
  return now.wall_ms / 1000 - device.record.key_packages_made_s > renew_after_s;
}

bool wants_key_packages(const Device& device, Now now) {
  const auto& record = device.record;
  return device.standing.key_packages_left < device.config.key_packages_refill_below ||
         record.renew_single_use || record.renew_last_resort || too_old(device, now);
}

bool under_way(const Device& device) {
  return device.link.under_way(Purpose::What::register_device) ||
         device.link.under_way(Purpose::What::publish);
}

bool anything_missing(const Device& device, Now now) {
  if (!device.record.registration_wanted || device.record.deleting) return false;
  return !device.standing.registered || wants_key_packages(device, now);
}

void answer_waiters(Step& step, const Result<void>& result) {
  for (const auto& waiter : step.device.registration_waiters) step.answer(waiter, result);
  step.then([&device = step.device] { device.registration_waiters.clear(); });
}

void send_registration(Step& step) {
  const auto& account = step.device.account;
  const auto proof =
      account.identity.signing_key.sign(wire::signed_registration(account.certificate));
  step.send({Purpose::What::register_device, {}},
            wire::Register{account.certificate, account.device_list, proof});
}

// All of them are made anew where private halves are missing or old: then the relay forgets the
// rest.
Result<void> publish(Step& step) {
  auto& device = step.device;
  auto& record = step.edit_device();
  const bool replace = record.renew_single_use || too_old(device, step.now);
  const auto left = replace ? 0 : device.standing.key_packages_left;
  const auto wanted = device.config.key_packages_published;
  const auto count = wanted - std::min<std::size_t>(left, wanted);
  const bool last_resort = replace || record.renew_last_resort;
  TERN_TRY(key_packages::erase_expired(step.rows, step.now));
  // Later than any request of this device to be added again: whoever has kept one could answer it
  // once more when the device has come into a chat by an older leaf.
  const auto identity =
      identity_at(device.account, leaf_time_after(step.now, device.record.leaf_time));
  TERN_ASSIGN(const auto made, key_packages::make(step.rows, step.now, identity, count, last_resort,
                                                  device.entropy));
  // Their private halves are on the disk before anybody can use them.
  step.sync();
  wire::PublishKeyPackages request;
  for (const auto& key_package : made.single_use) request.single_use.push_back(key_package);
  request.last_resort = made.last_resort;
  step.then([&device, last_resort, ref = made.last_resort_ref] {
    device.standing.last_resort = last_resort ? std::optional(ref) : std::nullopt;
  });
  request.replace = replace;
  step.send({Purpose::What::publish, {}}, request);
  return {};
}

}  // namespace

Result<void> want(Step& step, Engine::Done done) {
  if (step.device.record.deleted) return Errc::account_deleted;
  const bool known = step.device.record.registered;
  if (!step.device.record.registration_wanted) {
    step.edit_device().registration_wanted = true;
    step.sync();
  }
  if (known) {
    step.answer(std::move(done), {});
  } else {
    step.then([&device = step.device, done = std::move(done)] {
      device.registration_waiters.push_back(done);
    });
  }
  return {};
}

Result<void> go_on(Step& step) {
  const auto& device = step.device;
  if (!device.link.online() || under_way(device)) return {};
  if (!anything_missing(device, step.now) || device.standing.retry_at > step.now.mono_ms) return {};
  if (!device.standing.registered) {
    send_registration(step);
    return {};
  }
  return publish(step);
}

Result<void> registered(Step& step) {
  step.device.standing.registered = true;
  // The inbox exists from now on: where it and the logs stand is asked for anew.
  step.send({Purpose::What::resume, {}}, resuming::request(step.device));
  return {};
}

Result<void> published(Step& step, const wire::KeyPackagesPublished& answer) {
  const auto& last_resort = step.device.standing.last_resort;
  if (last_resort) TERN_TRY(key_packages::replaced(step.rows, step.now, *last_resort));
  auto& record = step.edit_device();
  record.registered = true;
  record.renew_single_use = false;
  record.renew_last_resort = false;
  record.key_packages_made_s = step.now.wall_ms / 1000;
  step.device.standing.key_packages_left = answer.left;
  step.device.standing.retry_at = step.now.mono_ms + retry_ms;
  answer_waiters(step, {});
  return {};
}

Result<void> refused(Step& step, const wire::Refused& refused) {
  const auto wait_ms = std::max<std::int64_t>(refused.retry_after_ms, retry_ms);
  step.device.standing.retry_at = step.now.mono_ms + wait_ms;
  step.problem({}, refused.code, "the relay refused this device's registration");
  if (!is_retryable(refused.code)) answer_waiters(step, refused.code);
  return {};
}

std::int64_t retry_at(const Device& device, Now now) {
  if (!device.link.online() || under_way(device) || !anything_missing(device, now)) return never_ms;
  return std::max(device.standing.retry_at, now.mono_ms);
}

}  // namespace tern::client::registration
