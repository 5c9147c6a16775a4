// KvLogTransaction: what is left of an account that is no more.
#include "base/check.hpp"
#include "base/try.hpp"
#include "relay/kv_log_transaction.hpp"
#include "relay/tables.hpp"

namespace tern::relay {

Result<bool> KvLogTransaction::is_being_deleted(const AccountId& account) {
  TERN_ASSIGN(const auto row, rows_.get(tables::deletions, account));
  return row.has_value();
}

Result<void> KvLogTransaction::put_deletion(const AccountId& account) {
  return put(tables::deletions, account, {});
}

Result<void> KvLogTransaction::erase_deletion(const AccountId& account) {
  return erase(tables::deletions, account);
}

Result<std::optional<AccountId>> KvLogTransaction::next_deletion() {
  std::optional<AccountId> out;
  TERN_TRY(rows_.scan(tables::deletions, {}, {}, [&](ByteSpan key, ByteSpan) {
    out = AccountId::from(key);
    return Scan::stop;
  }));
  return out;
}

Result<void> KvLogTransaction::erase_account(const AccountId& account) {
  return erase(tables::accounts, account);
}

Result<std::vector<DeviceId>> KvLogTransaction::devices_of(const AccountId& account,
                                                           std::size_t count_max) {
  std::vector<DeviceId> out;
  TERN_TRY(rows_.scan(tables::account_devices, account, account, [&](ByteSpan key, ByteSpan) {
    if (out.size() == count_max) return Scan::stop;
    out.push_back(*DeviceId::from(key.last(DeviceId::size_bytes)));
    return Scan::next;
  }));
  return out;
}

Result<void> KvLogTransaction::erase_device(const DeviceId& device) {
  TERN_ASSIGN(const auto row, this->device(device));
  if (!row) return {};
  TERN_TRY(erase(tables::transport_keys, row->transport_key));
  TERN_TRY(erase(tables::account_devices, Key(row->account, device)));
  TERN_TRY(erase(tables::store_counters, device));
  return erase(tables::devices, device);
}

Result<void> KvLogTransaction::drop_member(const LogId& log, const DeviceId& device) {
  TERN_ASSIGN(const auto membership, member(log, device));
  TERN_ASSIGN(auto* const state, held(log));
  if (membership && membership->on_list() && state->state && state->state->members > 0) {
    --state->state->members;
    state->changed = true;
  }
  return erase_member(log, device);
}

Result<void> KvLogTransaction::erase_log(const LogId& log) {
  TERN_ASSIGN(auto* const state, held(log));
  if (!state->state) return {};
  TERN_CHECK(state->state->first_kept > state->state->head);
  *state = {};
  return erase(tables::logs, log);
}

Result<std::vector<BlobName>> KvLogTransaction::blobs_of(const AccountId& owner,
                                                         std::size_t count_max) {
  std::vector<BlobName> out;
  TERN_TRY(rows_.scan(tables::blobs, owner, owner, [&](ByteSpan key, ByteSpan) {
    if (out.size() == count_max) return Scan::stop;
    out.push_back({owner, *BlobAddress::from(key.last(BlobAddress::size_bytes))});
    return Scan::next;
  }));
  return out;
}

// Its blobs are numbered in it: as long as chunks of theirs are there, none may have their numbers.
Result<bool> KvLogTransaction::forget_blob_use(const AccountId& owner) {
  bool there = false;
  TERN_TRY(rows_.scan(tables::dropped_blobs, owner, owner, [&](ByteSpan, ByteSpan) {
    there = true;
    return Scan::stop;
  }));
  if (!there) TERN_TRY(erase(tables::blob_uses, owner));
  return !there;
}

}  // namespace tern::relay
