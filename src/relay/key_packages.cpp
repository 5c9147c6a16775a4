// publish_key_packages and claim_key_packages.
#include <algorithm>
#include <unordered_set>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/entry_frames.hpp"
#include "relay/requests.hpp"
#include "wire/certificate.hpp"

namespace tern::relay {
namespace {

constexpr std::size_t key_package_bytes_max = 8 * 1024;

Result<void> check_published(const wire::PublishKeyPackages& request) {
  for (const auto& key_package : request.single_use) {
    if (key_package.empty()) return Errc::malformed;
    if (key_package.size() > key_package_bytes_max) return Errc::entry_too_large;
  }
  if (request.last_resort.size() > key_package_bytes_max) return Errc::entry_too_large;
  return {};
}

struct Claimed {
  AccountId account;
  DeviceId device;
  std::optional<StoredKeyPackage> taken;
};

/// What is claimed, before anything is taken.
struct Claim {
  std::vector<AccountId> accounts;
  std::vector<Bytes> device_lists;
  std::vector<Claimed> devices;
};

/// Where the account's device list stands in the claim.
Result<std::size_t> add_account(Context& context, const AccountId& account, Claim& claim) {
  const auto found = std::find(claim.accounts.begin(), claim.accounts.end(), account);
  if (found != claim.accounts.end())
    return static_cast<std::size_t>(found - claim.accounts.begin());
  TERN_ASSIGN(auto row, context.store.account(account));
  if (!row) return Errc::account_unknown;
  claim.accounts.push_back(account);
  claim.device_lists.push_back(std::move(row->device_list));
  return claim.accounts.size() - 1;
}

Result<void> add_device(Context& context, const DeviceId& device, Claim& claim) {
  const auto same = [&device](const Claimed& other) { return other.device == device; };
  if (std::any_of(claim.devices.begin(), claim.devices.end(), same)) return {};
  if (claim.devices.size() == limits::claim_devices_max) return Errc::batch_too_large;
  TERN_ASSIGN(const auto row, context.store.device(device));
  if (!row || row->revoked) return Errc::account_unknown;
  TERN_TRY(add_account(context, row->account, claim));
  claim.devices.push_back({row->account, device, {}});
  return {};
}

Result<void> add_devices_of(Context& context, const AccountId& account, const DeviceId& claimer,
                            Claim& claim) {
  TERN_ASSIGN(const auto index, add_account(context, account, claim));
  TERN_ASSIGN(const auto list, wire::decode_device_list(claim.device_lists[index]));
  for (const auto& device_key : list.device_keys) {
    const auto device = crypto::device_id(crypto::VerifyKey{device_key.bytes});
    // Nobody adds itself; and a device on the list may not have registered yet.
    TERN_ASSIGN(const auto registered, context.store.device(device));
    if (device == claimer || !registered) continue;
    TERN_TRY(add_device(context, device, claim));
  }
  return {};
}

// Single-use ones are for many: whoever claims all that a device has published gets its last resort
// for the rest.
Result<std::optional<StoredKeyPackage>> choose_key_package(Context& context,
                                                           const DeviceId& device) {
  if (context.device_rates.is_drained(context.now.mono_ms, device)) {
    TERN_ASSIGN(auto last_resort, context.store.last_resort(device));
    if (last_resort) return last_resort;
  }
  return context.store.next_key_package(device);
}

// All of it must fit into one frame, or the key packages would be lost on the way.
Result<void> choose_key_packages(Context& context, Claim& claim) {
  std::size_t bytes = 0;
  for (const auto& list : claim.device_lists) bytes += list.size() + wire::entry_overhead_bytes;
  for (auto& device : claim.devices) {
    TERN_ASSIGN(device.taken, choose_key_package(context, device.device));
    bytes += wire::entry_overhead_bytes + (device.taken ? device.taken->key_package.size() : 0);
  }
  if (bytes > entries_bytes_max) return Errc::batch_too_large;
  return {};
}

Result<void> take_key_packages(Context& context, const Claim& claim) {
  for (const auto& device : claim.devices) {
    if (!device.taken) continue;
    if (device.taken->number != 0) context.batch.claimed.push_back(device.device);
    TERN_TRY(context.store.take_key_package(device.device, device.taken->number));
    TERN_ASSIGN(const auto left, context.store.key_packages_left(device.device));
    if (left < limits::key_packages_refill_below)
      context.batch.key_packages_low.emplace_back(device.device, left);
  }
  return {};
}

wire::Claimed answer_of(Context& context, Claim& claim) {
  wire::Claimed out;
  for (auto& list : claim.device_lists)
    out.device_lists.push_back(context.batch.keep(std::move(list)));
  for (auto& device : claim.devices) {
    ByteSpan key_package;
    if (device.taken) key_package = context.batch.keep(std::move(device.taken->key_package));
    out.devices.push_back({device.account, device.device, key_package});
  }
  return out;
}

}  // namespace

Result<wire::Answer> publish_key_packages(Context& context, const Caller& caller,
                                          const wire::PublishKeyPackages& request) {
  TERN_TRY(check_published(request));
  const auto& device = caller.identity.device;
  if (request.replace) TERN_TRY(context.store.forget_key_packages(device));
  TERN_TRY(
      context.store.put_key_packages(device, request.single_use, limits::key_packages_published));
  if (!request.last_resort.empty())
    TERN_TRY(context.store.put_last_resort(device, request.last_resort));
  wire::KeyPackagesPublished answer;
  TERN_ASSIGN(answer.left, context.store.key_packages_left(device));
  return wire::Answer(answer);
}

Result<wire::Answer> claim_key_packages(Context& context, const Caller& caller,
                                        const wire::ClaimKeyPackages& request) {
  if (request.accounts.size() + request.devices.size() > limits::claim_devices_max)
    return Errc::batch_too_large;
  Claim claim;
  for (const auto& account : request.accounts)
    TERN_TRY(add_devices_of(context, account, caller.identity.device, claim));
  for (const auto& device : request.devices) TERN_TRY(add_device(context, device, claim));
  TERN_TRY(choose_key_packages(context, claim));
  TERN_TRY(take_key_packages(context, claim));
  return wire::Answer(answer_of(context, claim));
}

}  // namespace tern::relay
