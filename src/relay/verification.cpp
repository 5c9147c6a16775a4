// request_code: a code for whoever has the number in hand. Whether the number is somebody's is not
// looked at, so that the answer cannot tell.
#include <algorithm>

#include "base/try.hpp"
#include "crypto/work.hpp"
#include "relay/code_sends.hpp"
#include "relay/contacts.hpp"
#include "relay/numbers.hpp"
#include "tern/phone_number.hpp"

namespace tern::relay {
namespace {

constexpr std::uint32_t work_bits_max = 32;
constexpr std::int64_t jobs_full_wait_s = 1;
constexpr std::uint32_t codes = 1'000'000;

Error wait_s(std::int64_t seconds) {
  return Error(Errc::rate_limited).with_retry_after(std::chrono::seconds(seconds));
}

// For this window of time, or the one before: whoever has begun to work is not too late.
bool shows_work(const Context& context, const Caller& caller, const wire::RequestCode& request,
                std::uint32_t bits) {
  const auto window = context.wall_s() / work_window_s;
  const auto& keys = context.contacts.keys;
  const auto& device = caller.identity.device;
  if (request.challenge != keys.challenge(device, window) &&
      request.challenge != keys.challenge(device, window - 1))
    return false;
  return crypto::work_bits(request.challenge, as_bytes(request.number), request.nonce) >= bits;
}

// Uniform: what is over the last multiple of the codes is drawn again.
std::array<std::uint8_t, 6> draw_code(Entropy& entropy) {
  constexpr auto whole = UINT64_MAX - UINT64_MAX % codes;
  auto drawn = entropy.u64();
  while (drawn >= whole) drawn = entropy.u64();
  auto rest = static_cast<std::uint32_t>(drawn % codes);
  std::array<std::uint8_t, 6> out;
  for (std::size_t i = out.size(); i-- > 0; rest /= 10)
    out[i] = static_cast<std::uint8_t>('0' + rest % 10);
  return out;
}

Result<void> check_sends(Context& context, const Caller& caller, const NumberId& number) {
  if (context.contacts.jobs.size() + context.batch.codes.size() >= code_jobs_max)
    return wait_s(jobs_full_wait_s);
  TERN_ASSIGN(const auto of_account,
              sends_wait_s(context.store, sends_for(caller.identity.account),
                           context.limits.account_codes_per_hour, context.wall_s()));
  TERN_ASSIGN(const auto of_number, sends_wait_s(context.store, sends_to(number),
                                                 context.limits.codes_per_hour, context.wall_s()));
  const auto wait = std::max(of_account, of_number);
  if (wait > 0) return wait_s(wait);
  return {};
}

}  // namespace

Result<std::optional<wire::Answer>> request_code(Context& context, const Caller& caller,
                                                 const wire::RequestCode& request) {
  if (!is_e164(request.number)) return Errc::number_invalid;
  if (!context.contacts.sends_codes) return Errc::verification_unavailable;
  const auto bits = std::min(context.limits.work_bits, work_bits_max);
  if (bits > 0 && !shows_work(context, caller, request, bits)) {
    const auto window = context.wall_s() / work_window_s;
    return std::optional(wire::Answer(
        wire::WorkWanted{context.contacts.keys.challenge(caller.identity.device, window),
                         static_cast<std::uint8_t>(bits)}));
  }
  const auto& account = caller.identity.account;
  const auto number = context.contacts.keys.number_id(request.number);
  TERN_TRY(check_sends(context, caller, number));

  Verification verification;
  verification.code = draw_code(context.entropy);
  verification.serial = context.entropy.u64();
  verification.expires_s = context.wall_s() + code_valid_s;
  verification.tries_left = code_tries_max;
  TERN_TRY(context.store.put_verification(
      account, number, context.contacts.keys.seal(account, number, verification, context.entropy)));
  ContactDue due;
  due.day = contact_due_day(context.wall_s());
  due.verification = {account, number};
  TERN_TRY(context.store.note_contact_due(due));
  TERN_TRY(count_send(context.store, sends_to(number), context.wall_s()));
  TERN_TRY(count_send(context.store, sends_for(account), context.wall_s()));
  context.batch.codes.push_back({{caller.session.connection, caller.request, account, number,
                                  verification.serial, context.wall_s()},
                                 std::string(request.number),
                                 as_text(verification.code)});
  return std::optional<wire::Answer>();
}

Result<void> take_back_code(Context& context, const CodeJob& job) {
  TERN_TRY(uncount_send(context.store, sends_to(job.number), job.sent_s));
  TERN_ASSIGN(const auto sealed, context.store.verification(job.account, job.number));
  if (!sealed) return {};
  TERN_ASSIGN(const auto verification,
              context.contacts.keys.open_verification(job.account, job.number, *sealed));
  if (verification.serial != job.serial) return {};
  return forget_verification(context.store, job.account, job.number, context.wall_s());
}

}  // namespace tern::relay
