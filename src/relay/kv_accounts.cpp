// KvLogTransaction: accounts, devices, key packages and shared GroupInfos.
#include "base/check.hpp"
#include "base/try.hpp"
#include "relay/kv_log_transaction.hpp"
#include "relay/tables.hpp"

namespace tern::relay {

Result<std::optional<AccountRow>> KvLogTransaction::account(const AccountId& account) {
  TERN_ASSIGN(const auto row, rows_.get(tables::accounts, account));
  std::optional<AccountRow> out;
  if (row) {
    TERN_ASSIGN(out, decode_account_row(*row));
  }
  return out;
}

Result<void> KvLogTransaction::put_account(const AccountId& account, const AccountRow& row) {
  return put(tables::accounts, account, encode(row));
}

Result<std::optional<DeviceRow>> KvLogTransaction::device(const DeviceId& device) {
  TERN_ASSIGN(const auto row, rows_.get(tables::devices, device));
  std::optional<DeviceRow> out;
  if (row) {
    TERN_ASSIGN(out, decode_device_row(*row));
  }
  return out;
}

Result<std::optional<DeviceId>> KvLogTransaction::device_with(
    const crypto::DhPublicKey& transport_key) {
  TERN_ASSIGN(const auto row, rows_.get(tables::transport_keys, transport_key));
  if (!row) return std::optional<DeviceId>();
  return DeviceId::from(*row);
}

Result<void> KvLogTransaction::put_device(const DeviceId& device, const DeviceRow& row) {
  TERN_ASSIGN(const auto before, this->device(device));
  if (before && before->transport_key != row.transport_key)
    TERN_TRY(erase(tables::transport_keys, before->transport_key));
  if (!before) TERN_TRY(put(tables::account_devices, Key(row.account, device), {}));
  TERN_TRY(put(tables::transport_keys, row.transport_key, device));
  return put(tables::devices, device, encode(row));
}

Result<std::uint64_t> KvLogTransaction::store_counter(const DeviceId& device) {
  TERN_ASSIGN(const auto row, rows_.get(tables::store_counters, device));
  if (!row) return std::uint64_t{0};
  return decode_number(*row);
}

Result<void> KvLogTransaction::raise_store_counter(const DeviceId& device, std::uint64_t counter) {
  TERN_ASSIGN(const auto present, store_counter(device));
  if (counter <= present) return {};
  return put_lazily(tables::store_counters, device, encode_number(counter));
}

Result<std::vector<std::uint64_t>> KvLogTransaction::key_package_numbers(const DeviceId& device) {
  std::vector<std::uint64_t> out;
  TERN_TRY(rows_.scan(tables::key_packages, device, Key(device, 1), [&](ByteSpan key, ByteSpan) {
    std::uint64_t number = 0;
    for (auto byte : key.last(8)) number = number << 8 | byte;
    out.push_back(number);
    return Scan::next;
  }));
  return out;
}

Result<std::uint32_t> KvLogTransaction::key_packages_left(const DeviceId& device) {
  TERN_ASSIGN(const auto numbers, key_package_numbers(device));
  return static_cast<std::uint32_t>(numbers.size());
}

Result<std::optional<StoredKeyPackage>> KvLogTransaction::next_key_package(const DeviceId& device) {
  std::optional<StoredKeyPackage> out;
  TERN_TRY(
      rows_.scan(tables::key_packages, device, Key(device, 1), [&](ByteSpan key, ByteSpan value) {
        std::uint64_t number = 0;
        for (auto byte : key.last(8)) number = number << 8 | byte;
        out = StoredKeyPackage{number, to_bytes(value)};
        return Scan::stop;
      }));
  if (out) return out;
  return last_resort(device);
}

Result<std::optional<StoredKeyPackage>> KvLogTransaction::last_resort(const DeviceId& device) {
  TERN_ASSIGN(const auto row, rows_.get(tables::key_packages, Key(device, 0)));
  std::optional<StoredKeyPackage> out;
  if (row) out = StoredKeyPackage{0, to_bytes(*row)};
  return out;
}

Result<void> KvLogTransaction::take_key_package(const DeviceId& device, std::uint64_t number) {
  // RFC 9420 §16.8: the last resort is given again rather than leaving a device unreachable.
  if (number == 0) return {};
  return erase(tables::key_packages, Key(device, number));
}

Result<void> KvLogTransaction::put_key_packages(const DeviceId& device,
                                                std::span<const ByteSpan> added,
                                                std::size_t keep_max) {
  TERN_ASSIGN(auto numbers, key_package_numbers(device));
  for (const auto& key_package : added) {
    numbers.push_back(numbers.empty() ? 1 : numbers.back() + 1);
    TERN_TRY(put(tables::key_packages, Key(device, numbers.back()), key_package));
  }
  for (std::size_t i = 0; i + keep_max < numbers.size(); ++i)
    TERN_TRY(erase(tables::key_packages, Key(device, numbers[i])));
  return {};
}

Result<void> KvLogTransaction::put_last_resort(const DeviceId& device, ByteSpan key_package) {
  return put(tables::key_packages, Key(device, 0), key_package);
}

Result<void> KvLogTransaction::forget_key_packages(const DeviceId& device) {
  TERN_ASSIGN(auto numbers, key_package_numbers(device));
  numbers.push_back(0);
  for (auto number : numbers) TERN_TRY(erase(tables::key_packages, Key(device, number)));
  return {};
}

Result<void> KvLogTransaction::put_shared_group_info(const SharedGroupInfo& where,
                                                     std::uint32_t references,
                                                     ByteSpan group_info) {
  const Key key(where.log, where.commit_seq);
  TERN_TRY(put(tables::group_info_uses, key, encode_number(references)));
  return put(tables::group_infos, key, group_info);
}

Result<Bytes> KvLogTransaction::shared_group_info(const SharedGroupInfo& where) {
  TERN_ASSIGN(const auto row, rows_.get(tables::group_infos, Key(where.log, where.commit_seq)));
  if (!row) return Error(Errc::storage_damaged, "a Welcome's GroupInfo is missing");
  return to_bytes(*row);
}

Result<void> KvLogTransaction::release_group_info(const SharedGroupInfo& where) {
  const Key key(where.log, where.commit_seq);
  TERN_ASSIGN(const auto uses, rows_.get(tables::group_info_uses, key));
  if (!uses) return Error(Errc::storage_damaged, "a Welcome's GroupInfo is missing");
  TERN_ASSIGN(const auto count, decode_number(*uses));
  if (count > 1) return put_lazily(tables::group_info_uses, key, encode_number(count - 1));
  TERN_TRY(erase_lazily(tables::group_info_uses, key));
  return erase_lazily(tables::group_infos, key);
}

}  // namespace tern::relay
