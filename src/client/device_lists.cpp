#include "client/device_lists.hpp"

#include "base/try.hpp"
#include "crypto/log_id.hpp"

namespace tern::client {

AccountId account_of(const wire::PublicKey& account_key) {
  return crypto::account_id(*crypto::VerifyKey::from(account_key));
}

DeviceId device_of(const wire::PublicKey& device_key) {
  return crypto::device_id(*crypto::VerifyKey::from(device_key));
}

bool signed_by(const wire::PublicKey& key, ByteSpan message, const wire::Signature& signature) {
  return crypto::verify(*crypto::VerifyKey::from(key), message,
                        *crypto::Signature::from(signature));
}

namespace device_lists {
namespace {

RowId row_of(const ReadRows& rows, const AccountId& account) {
  return rows.sealer().row_id(tables::device_lists, account);
}

}  // namespace

Result<std::optional<wire::DeviceList>> newest(const ReadRows& rows, const AccountId& account) {
  TERN_ASSIGN(const auto row, rows.get(tables::device_lists, row_of(rows, account)));
  if (!row) return std::optional<wire::DeviceList>();
  TERN_ASSIGN(auto list, wire::decode_device_list(*row));
  return std::optional(std::move(list));
}

Result<std::vector<AccountId>> accounts(const ReadRows& rows) {
  std::vector<AccountId> out;
  TERN_TRY(rows.scan(tables::device_lists, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    TERN_ASSIGN(const auto list, wire::decode_device_list(value));
    out.push_back(account_of(list.account_key));
    return Scan::next;
  }));
  return out;
}

Result<wire::DeviceList> accept(Rows& rows, ByteSpan encoded) {
  TERN_ASSIGN(auto list, wire::decode_device_list(encoded));
  if (!signed_by(list.account_key, wire::signed_bytes(list), list.signature))
    return Error(Errc::signature_invalid, "a device list that its account did not sign");
  const auto account = account_of(list.account_key);
  TERN_ASSIGN(const auto seen, newest(rows, account));
  if (seen && seen->number > list.number)
    return Error(Errc::device_list_outdated, "device list " + std::to_string(list.number) +
                                                 " of an account whose list " +
                                                 std::to_string(seen->number) + " was seen");
  if (!seen || seen->number < list.number)
    TERN_TRY(rows.put(tables::device_lists, row_of(rows, account), encoded));
  return list;
}

}  // namespace device_lists
}  // namespace tern::client
