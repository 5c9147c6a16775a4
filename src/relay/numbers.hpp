// Phone numbers: whose they are, and how somebody shows that one is theirs.
#pragma once

#include "relay/code_jobs.hpp"
#include "relay/requests.hpp"

namespace tern::relay {

inline constexpr std::int64_t code_valid_s = 600;
inline constexpr std::uint8_t code_tries_max = 5;
inline constexpr std::int64_t work_window_s = 600;
inline constexpr std::uint32_t pin_tries_per_day = 5;
/// An account of which no device has been connected for so long keeps its number from nobody: it
/// was given to somebody else meanwhile.
inline constexpr std::uint32_t pin_protects_days = 30;

/// nullopt: the answer comes when the code has been sent.
Result<std::optional<wire::Answer>> request_code(Context& context, const Caller& caller,
                                                 const wire::RequestCode& request);
/// The code could not be sent: nobody waits for it, and it is not counted against the number.
Result<void> take_back_code(Context& context, const CodeJob& job);
Result<wire::Answer> confirm(Context& context, const Caller& caller, const wire::Confirm& request);
Result<wire::Answer> set_pin(Context& context, const Caller& caller, const wire::SetPin& request);

/// A device of the account is connected today.
Result<void> note_seen(Context& context, const AccountId& account);
/// The account has no number any more, and nobody else has it.
Result<void> give_up_number(Context& context, const AccountId& account, OwnerRow& row);

}  // namespace tern::relay
