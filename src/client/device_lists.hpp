// The newest signed device list that this device has seen of each account (design §1): nobody
// accepts a device that is not on it, nor an older list.
#pragma once

#include "client/tables.hpp"
#include "wire/certificate.hpp"

namespace tern::client {

AccountId account_of(const wire::PublicKey& account_key);
DeviceId device_of(const wire::PublicKey& device_key);
/// Whether `signature` is by `key` over `message`.
[[nodiscard]] bool signed_by(const wire::PublicKey& key, ByteSpan message,
                             const wire::Signature& signature);

namespace device_lists {

/// nullopt: none was seen.
Result<std::optional<wire::DeviceList>> newest(const ReadRows& rows, const AccountId& account);
/// Of whom one was seen.
Result<std::vector<AccountId>> accounts(const ReadRows& rows);
/// Checks the signature and that nothing newer was seen, and keeps the list.
/// Errors: signature_invalid, device_list_outdated, and those of decoding.
Result<wire::DeviceList> accept(Rows& rows, ByteSpan encoded);

}  // namespace device_lists
}  // namespace tern::client
