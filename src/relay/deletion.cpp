#include "relay/deletion.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/code_sends.hpp"
#include "relay/directory.hpp"
#include "relay/numbers.hpp"
#include "wire/certificate.hpp"

namespace tern::relay {
namespace {

// One run's share.
constexpr std::size_t rows_per_run_max = 1'000;
constexpr std::size_t blobs_per_run_max = 128;
constexpr std::size_t verifications_at_once_max = 256;
// What was written on a day is due two days later, and lies around a while if nothing runs.
constexpr std::uint32_t due_days_back = 4;

Result<void> check_proof(Context& context, const Caller& caller, ByteSpan proof) {
  TERN_ASSIGN(const auto key, account_key(context.store, caller.identity.account));
  const auto signature = crypto::Signature::from(proof);
  const auto word = wire::signed_deletion(caller.identity.account, caller.identity.device);
  if (!signature || !crypto::verify(key, word, *signature)) return Errc::certificate_invalid;
  return {};
}

Result<void> erase_dues(Context& context, ContactDue due) {
  const auto last = contact_due_day(context.wall_s());
  for (auto day = last - std::min(last, due_days_back); day <= last; ++day) {
    due.day = day;
    TERN_TRY(context.store.erase_contact_due(due));
  }
  return {};
}

// More than these are older than a day: the sweep is at them.
Result<void> erase_verifications(Context& context, const AccountId& account) {
  TERN_ASSIGN(const auto numbers,
              context.store.verifications_of(account, verifications_at_once_max));
  for (const auto& number : numbers) {
    TERN_TRY(context.store.erase_verification(account, number));
    ContactDue due;
    due.verification = {account, number};
    TERN_TRY(erase_dues(context, due));
  }
  const auto sends = sends_for(account);
  TERN_TRY(context.store.put_sends(sends, {}));
  ContactDue due;
  due.sends = sends;
  return erase_dues(context, due);
}

// As a newer device list would: none of them is let in any more.
Result<void> cut_off(Context& context, const DeviceId& device) {
  TERN_ASSIGN(auto row, context.store.device(device));
  if (!row) return {};
  row->revoked = true;
  TERN_TRY(context.store.put_device(device, *row));
  auto& batch = context.batch;
  batch.revoked.insert(device);
  batch.store_counters.erase(device);
  if (const auto* const session = context.sessions.online(device))
    batch.closing[session->connection] = Errc::device_revoked;
  for (const auto& [connection, identity] : batch.bound) {
    if (identity.device == device) batch.closing[connection] = Errc::device_revoked;
  }
  return {};
}

/// What is left of one account, within a run's share.
class Remains {
 public:
  Remains(Context& context, const AccountId& account) : context_(context), account_(account) {}

  /// Whether all of it is gone.
  Result<bool> erase() {
    TERN_ASSIGN(const bool blobs_gone, drop_blobs());
    TERN_ASSIGN(const auto devices, context_.store.devices_of(account_, rows_per_run_max));
    for (const auto& device : devices) {
      TERN_ASSIGN(const bool gone, erase_device(device));
      if (!gone) return false;
    }
    if (!blobs_gone || devices.size() == rows_per_run_max) return false;
    TERN_TRY(erase_verifications(context_, account_));
    TERN_TRY(context_.store.erase_deletion(account_));
    return true;
  }

 private:
  Result<bool> drop_blobs() {
    TERN_ASSIGN(const auto blobs, context_.store.blobs_of(account_, blobs_per_run_max));
    for (const auto& name : blobs) {
      TERN_ASSIGN(const auto row, context_.store.blob(name));
      if (!row) return Error(Errc::storage_damaged, "a blob of a deleted account is missing");
      TERN_TRY(context_.store.drop_blob(name, *row));
    }
    if (!blobs.empty()) context_.batch.blobs_dropped = true;
    if (blobs.size() == blobs_per_run_max) return false;
    return context_.store.forget_blob_use(account_);
  }

  Result<bool> erase_device(const DeviceId& device) {
    if (left_ == 0) return false;
    TERN_TRY(context_.store.forget_key_packages(device));
    TERN_ASSIGN(const bool inbox_gone, erase_inbox(device));
    if (!inbox_gone) return false;
    TERN_ASSIGN(const bool left_all, leave_logs(device));
    if (!left_all) return false;
    TERN_TRY(context_.store.erase_device(device));
    take(1);
    return true;
  }

  Result<bool> erase_inbox(const DeviceId& device) {
    const auto inbox = crypto::inbox_log_id(device);
    TERN_ASSIGN(const auto state, context_.store.log(inbox));
    if (!state) return true;
    TERN_ASSIGN(const auto forgotten, context_.store.forget(inbox, state->head, left_));
    take(forgotten);
    if (state->first_kept + forgotten <= state->head) return false;
    TERN_TRY(context_.store.drop_member(inbox, device));
    TERN_TRY(context_.store.erase_log(inbox));
    return true;
  }

  Result<bool> leave_logs(const DeviceId& device) {
    std::vector<LogId> logs;
    TERN_TRY(context_.store.logs_of(device, [&](const LogId& log) {
      if (logs.size() >= left_) return Scan::stop;
      logs.push_back(log);
      return Scan::next;
    }));
    for (const auto& log : logs) {
      TERN_TRY(context_.store.drop_member(log, device));
      context_.batch.changed_access.insert(log);
    }
    const bool all = logs.size() < left_;
    take(logs.size());
    return all;
  }

  void take(std::size_t rows) { left_ -= std::min(left_, rows); }

  Context& context_;
  AccountId account_;
  std::size_t left_ = rows_per_run_max;
};

}  // namespace

Result<wire::Answer> delete_account(Context& context, const Caller& caller,
                                    const wire::DeleteAccount& request) {
  const auto& account = caller.identity.account;
  TERN_TRY(check_proof(context, caller, request.proof));
  TERN_ASSIGN(const auto row, context.store.account(account));
  const auto list = wire::decode_device_list(row->device_list);
  if (!list) return Error(Errc::storage_damaged, "a device list does not parse");
  TERN_ASSIGN(auto owner, context.store.owner(account));
  if (owner) TERN_TRY(give_up_number(context, account, *owner));
  TERN_TRY(context.store.erase_owner(account));
  TERN_TRY(context.store.erase_meter(account));
  TERN_TRY(erase_verifications(context, account));
  for (const auto& key : list->device_keys)
    TERN_TRY(cut_off(context, crypto::device_id(crypto::VerifyKey{key.bytes})));
  TERN_TRY(context.store.erase_account(account));
  TERN_TRY(context.store.put_deletion(account));
  context.batch.accounts_deleted = true;
  context.batch.log_lines.push_back("account deleted account=" + context.events.tag(account));
  return wire::Answer(wire::Done{});
}

Result<bool> erase_deleted(Context& context) {
  TERN_ASSIGN(const auto account, context.store.next_deletion());
  if (!account) return false;
  TERN_TRY(Remains(context, *account).erase());
  return true;
}

}  // namespace tern::relay
