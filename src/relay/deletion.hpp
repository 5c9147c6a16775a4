// delete_account: what makes an account one goes at once, what it has gathered a share at a time.
#pragma once

#include "relay/requests.hpp"

namespace tern::relay {

Result<wire::Answer> delete_account(Context& context, const Caller& caller,
                                    const wire::DeleteAccount& request);

/// A bounded share of what is left of deleted accounts. Whether there is more.
Result<bool> erase_deleted(Context& context);

/// A retry for who registers an account that is still being deleted.
inline constexpr std::int64_t deletion_retry_s = 5;

}  // namespace tern::relay
