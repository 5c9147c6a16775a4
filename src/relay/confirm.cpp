// confirm and set_pin: the code is right, and the number is the caller's from now on.
#include <algorithm>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/code_sends.hpp"
#include "relay/contacts.hpp"
#include "relay/directory.hpp"
#include "relay/numbers.hpp"
#include "tern/phone_number.hpp"
#include "wire/certificate.hpp"

namespace tern::relay {
namespace {

std::uint32_t today(const Context& context) { return day_of(context.wall_s()); }

wire::Answer refused_with_tries(Context& context, const Caller& caller, Errc code,
                                std::uint32_t left) {
  context.batch.refusals.emplace_back(caller.session.connection, code);
  wire::Refused out;
  out.code = code;
  out.limit = left;
  return out;
}

// One of the digits is compared like all of them, and a code of another length like one.
bool is_code(const Verification& verification, std::string_view code) {
  std::array<std::uint8_t, 6> given{};
  const auto length = std::min(code.size(), given.size());
  std::copy_n(code.begin(), length, given.begin());
  const bool same = crypto::ct_equal(verification.code, given);
  return same && code.size() == given.size();
}

// An account that is connected now is there, whatever its row says.
Result<bool> is_connected(Context& context, const AccountId& account) {
  TERN_ASSIGN(const auto row, context.store.account(account));
  if (!row) return false;
  const auto list = wire::decode_device_list(row->device_list);
  if (!list) return Error(Errc::storage_damaged, "a device list does not parse");
  const auto& keys = list->device_keys;
  return std::any_of(keys.begin(), keys.end(), [&](const wire::PublicKey& key) {
    return context.sessions.online(crypto::device_id(crypto::VerifyKey{key.bytes})) != nullptr;
  });
}

Result<bool> pin_protects(Context& context, const AccountId& account, const OwnerRow& row) {
  if (!row.pin) return false;
  if (today(context) <= row.seen_day + pin_protects_days) return true;
  return is_connected(context, account);
}

// nullopt: the caller may have it. The tries are those of the number's owner, whoever asks. Asking
// without one is no guess.
Result<std::optional<wire::Answer>> check_pin(Context& context, const Caller& caller,
                                              const AccountId& account, OwnerRow row,
                                              const wire::PinProof& pin) {
  TERN_ASSIGN(const bool protects, pin_protects(context, account, row));
  if (!protects) return std::optional<wire::Answer>();
  const auto day = today(context);
  const auto tried = row.pin_day == day ? row.pin_tries : 0;
  if (tried >= pin_tries_per_day)
    return Error(Errc::rate_limited)
        .with_retry_after(std::chrono::seconds((std::int64_t{day} + 1) * day_s - context.wall_s()));
  const auto given = context.contacts.keys.pin_hash(account, pin);
  if (!pin.is_zero() && crypto::ct_equal(given, *row.pin)) return std::optional<wire::Answer>();
  row.pin_day = day;
  row.pin_tries = tried + (pin.is_zero() ? 0 : 1);
  if (!pin.is_zero()) TERN_TRY(context.store.put_owner(account, row));
  return std::optional(
      refused_with_tries(context, caller, Errc::pin_wrong, pin_tries_per_day - row.pin_tries));
}

// nullopt: it is right.
Result<std::optional<wire::Answer>> check_code(Context& context, const Caller& caller,
                                               const NumberId& number, std::string_view code) {
  const auto& account = caller.identity.account;
  const auto& keys = context.contacts.keys;
  TERN_ASSIGN(const auto sealed, context.store.verification(account, number));
  if (!sealed) return Errc::code_expired;
  TERN_ASSIGN(auto verification, keys.open_verification(account, number, *sealed));
  if (verification.tries_left == 0 || context.wall_s() >= verification.expires_s)
    return Errc::code_expired;
  if (is_code(verification, code)) return std::optional<wire::Answer>();
  --verification.tries_left;
  TERN_TRY(context.store.put_verification(
      account, number, keys.seal(account, number, verification, context.entropy)));
  return std::optional(
      refused_with_tries(context, caller, Errc::code_wrong, verification.tries_left));
}

Result<void> take_number(Context& context, const Caller& caller, const NumberId& number,
                         std::string_view text) {
  const auto& account = caller.identity.account;
  TERN_ASSIGN(const auto key, account_key(context.store, account));
  TERN_ASSIGN(const auto records, records_for(context, text, key));
  TERN_ASSIGN(const auto former, context.store.number(number));
  if (former) {
    TERN_ASSIGN(auto row, context.store.owner(former->account));
    if (!row) return Error(Errc::storage_damaged, "a number's account has no row");
    TERN_TRY(give_up_number(context, former->account, *row));
  }
  TERN_ASSIGN(const auto present, context.store.owner(account));
  auto row = present.value_or(OwnerRow{});
  // Its PIN goes too: the proof of it is salted with the number.
  if (row.number) TERN_TRY(give_up_number(context, account, row));
  if (!present) row.first_confirmed_s = context.wall_s();
  row.number = number;
  row.seen_day = today(context);
  TERN_TRY(context.store.put_owner(account, row));
  TERN_TRY(context.store.put_number(
      number, {account, context.contacts.keys.seal_number(number, text, context.entropy)}));
  TERN_TRY(add_to_directory(context, account, records));
  return forget_verification(context.store, account, number, context.wall_s());
}

}  // namespace

Result<void> give_up_number(Context& context, const AccountId& account, OwnerRow& row) {
  if (!row.number) return {};
  TERN_TRY(remove_from_directory(context, account));
  TERN_TRY(context.store.erase_number(*row.number));
  row.number.reset();
  // It was to keep this number.
  row.pin.reset();
  return context.store.put_owner(account, row);
}

Result<wire::Answer> confirm(Context& context, const Caller& caller, const wire::Confirm& request) {
  if (!is_e164(request.number)) return Errc::number_invalid;
  const auto number = context.contacts.keys.number_id(request.number);
  TERN_ASSIGN(const auto holder, context.store.number(number));
  // The answer to the first was lost.
  if (holder && holder->account == caller.identity.account) return wire::Answer(wire::Done{});
  TERN_ASSIGN(auto wrong, check_code(context, caller, number, request.code));
  if (wrong) return std::move(*wrong);
  if (holder) {
    TERN_ASSIGN(const auto row, context.store.owner(holder->account));
    if (!row) return Error(Errc::storage_damaged, "a number's account has no row");
    TERN_ASSIGN(auto kept, check_pin(context, caller, holder->account, *row, request.pin));
    if (kept) return std::move(*kept);
  }
  TERN_TRY(take_number(context, caller, number, request.number));
  context.batch.log_lines.push_back("number confirmed account=" +
                                    context.events.tag(caller.identity.account));
  return wire::Answer(wire::Done{});
}

Result<wire::Answer> set_pin(Context& context, const Caller& caller, const wire::SetPin& request) {
  const auto& account = caller.identity.account;
  TERN_ASSIGN(auto row, context.store.owner(account));
  if (!row || !row->number) return Errc::number_not_confirmed;
  row->pin.reset();
  if (!request.pin.is_zero()) row->pin = context.contacts.keys.pin_hash(account, request.pin);
  row->pin_tries = 0;
  TERN_TRY(context.store.put_owner(account, *row));
  return wire::Answer(wire::Done{});
}

Result<void> note_seen(Context& context, const AccountId& account) {
  TERN_ASSIGN(auto row, context.store.owner(account));
  if (!row || row->seen_day >= today(context)) return {};
  row->seen_day = today(context);
  return context.store.put_owner_lazily(account, *row);
}

}  // namespace tern::relay
