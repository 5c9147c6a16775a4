#include "client/numbers.hpp"

#include "client/registration.hpp"
#include "client/step.hpp"
#include "crypto/pin.hpp"
#include "crypto/work.hpp"
#include "tern/phone_number.hpp"

namespace tern::client::numbers {
namespace {

using What = Purpose::What;

// A step's share, some 30 ms; and more than any relay has a reason to want.
constexpr std::uint64_t tries_a_step = 65'536;
constexpr std::uint8_t work_bits_max = 26;
// A challenge may have gone stale while work was found for it; then one more.
constexpr std::uint32_t works_max = 3;
// A relay that knows this device, and then says that it does not.
constexpr std::int64_t unknown_retry_ms = 5'000;

Result<void> add(Step& step, std::shared_ptr<NumberCall> call) {
  if (step.device.record.deleted) return Errc::account_deleted;
  TERN_TRY(registration::want(step, {}));
  step.then(
      [&device = step.device, call = std::move(call)] { device.numbers.calls.push_back(call); });
  return {};
}

Result<void> set_pin_of(NumberCall& call, std::string_view pin, std::string_view number) {
  if (pin.empty()) return {};
  TERN_ASSIGN(call.pin, crypto::pin_proof(pin, number));
  call.has_pin = true;
  return {};
}

wire::PinProof proof_of(const NumberCall& call) {
  return call.has_pin ? *wire::PinProof::from(call.pin.span()) : wire::PinProof{};
}

void finish(Step& step, const Result<void>& result) {
  auto& numbers = step.device.numbers;
  if (numbers.calls.empty()) return;
  step.answer(numbers.calls.front()->done, result);
  step.then([&numbers] {
    numbers.calls.pop_front();
    numbers.asking = false;
    numbers.work.reset();
  });
}

void send_request(Step& step, const NumberCall& call, const wire::WorkChallenge& challenge,
                  std::uint64_t nonce) {
  step.send({What::request_code, {}}, wire::RequestCode{call.number, challenge, nonce});
}

void send(Step& step, const NumberCall& call) {
  const auto& account = step.device.account;
  switch (call.what) {
    case What::request_code:
      send_request(step, call, {}, 0);
      break;
    case What::confirm:
      step.send({call.what, {}}, wire::Confirm{call.number, call.code, proof_of(call)});
      break;
    case What::set_pin:
      step.send({call.what, {}}, wire::SetPin{proof_of(call)});
      break;
    default:
      step.send({call.what, {}}, wire::DeleteAccount{account.account_key.sign(
                                     wire::signed_deletion(account.id, account.device))});
  }
  step.then([&numbers = step.device.numbers] { numbers.asking = true; });
}

void look_for_work(Step& step) {
  auto& numbers = step.device.numbers;
  const auto& call = *numbers.calls.front();
  const auto work = *numbers.work;
  const auto nonce =
      crypto::find_work(work.challenge, as_bytes(call.number), work.bits, work.next, tries_a_step);
  if (nonce) send_request(step, call, work.challenge, *nonce);
  step.then([&numbers, found = nonce.has_value()] {
    if (found)
      numbers.work.reset();
    else
      numbers.work->next += tries_a_step;
  });
}

Result<void> confirmed(Step& step) {
  auto& record = step.edit_device();
  record.number = step.device.numbers.calls.front()->number;
  record.number_confirmed = true;
  step.sync();
  // What was known under an earlier number goes on.
  step.then([&sync = step.device.contacts] { sync.active = sync.directory.epoch != 0; });
  return {};
}

Result<void> deleted(Step& step) {
  auto& record = step.edit_device();
  record.registration_wanted = record.registered = record.number_confirmed = false;
  record.number.clear();
  record.deleted = true;
  step.sync();
  return {};
}

}  // namespace

Result<void> request_code(Step& step, std::string_view number, Engine::Done done) {
  if (!is_e164(number)) return Errc::number_invalid;
  auto& record = step.edit_device();
  record.asked_number = std::string(number);
  step.sync();
  auto call = std::make_shared<NumberCall>();
  call->number = std::string(number);
  call->done = std::move(done);
  return add(step, std::move(call));
}

Result<void> confirm(Step& step, std::string_view code, std::string_view pin, Engine::Done done) {
  const auto& number = step.device.record.asked_number;
  if (number.empty()) return Errc::code_expired;
  auto call = std::make_shared<NumberCall>();
  call->what = What::confirm;
  call->number = number;
  call->code = std::string(code);
  TERN_TRY(set_pin_of(*call, pin, number));
  call->done = std::move(done);
  return add(step, std::move(call));
}

Result<void> set_pin(Step& step, std::string_view pin, Engine::Done done) {
  if (!step.device.record.number_confirmed) return Errc::number_not_confirmed;
  auto call = std::make_shared<NumberCall>();
  call->what = What::set_pin;
  TERN_TRY(set_pin_of(*call, pin, step.device.record.number));
  call->done = std::move(done);
  return add(step, std::move(call));
}

Result<void> delete_account(Step& step, Engine::Done done) {
  auto call = std::make_shared<NumberCall>();
  call->what = What::delete_account;
  call->done = std::move(done);
  TERN_TRY(add(step, std::move(call)));
  step.edit_device().deleting = true;
  step.sync();
  return {};
}

Result<void> gone(Step& step) {
  if (!step.device.record.deleting || step.device.record.deleted) return {};
  TERN_TRY(deleted(step));
  contacts::fail(step, Errc::account_deleted);
  for (const auto& call : step.device.numbers.calls)
    step.answer(call->done, call->what == What::delete_account
                                ? Result<void>()
                                : Result<void>(Errc::account_deleted));
  step.then([&numbers = step.device.numbers] { numbers = {}; });
  return {};
}

Result<void> go_on(Step& step) {
  auto& device = step.device;
  auto& numbers = device.numbers;
  if (std::exchange(numbers.go_on_deleting, false)) {
    auto call = std::make_shared<NumberCall>();
    call->what = What::delete_account;
    numbers.calls.push_back(std::move(call));
  }
  if (!device.link.online() || !device.standing.registered || numbers.calls.empty()) return {};
  if (numbers.work) {
    look_for_work(step);
  } else if (!numbers.asking) {
    send(step, *numbers.calls.front());
  }
  return {};
}

std::int64_t retry_at(const Device& device) {
  const auto& numbers = device.numbers;
  const bool waits =
      !numbers.calls.empty() && device.standing.registered && (numbers.work || !numbers.asking);
  return waits ? 0 : never_ms;
}

void line_fell(Device& device) {
  auto& numbers = device.numbers;
  numbers.work.reset();
  if (!std::exchange(numbers.asking, false)) return;
  const auto call = numbers.calls.front();
  if (call->what != What::request_code) return;
  numbers.calls.pop_front();
  if (call->done) call->done(Errc::connection_lost);
}

Result<void> answered(Step& step, What what, const wire::Answer& answer) {
  if (const auto* wanted = std::get_if<wire::WorkWanted>(&answer);
      wanted && what == What::request_code && wanted->bits <= work_bits_max &&
      step.device.numbers.calls.front()->works++ < works_max) {
    step.then([&numbers = step.device.numbers,
               work = NumberWork{wanted->challenge, wanted->bits, 0}] { numbers.work = work; });
    return {};
  }
  const bool sent = std::holds_alternative<wire::CodeSent>(answer) && what == What::request_code;
  const bool done = std::holds_alternative<wire::Done>(answer) && what != What::request_code;
  if (!sent && !done) {
    step.device.link.close(Errc::frame_malformed);
    return {};
  }
  if (what == What::confirm) TERN_TRY(confirmed(step));
  if (what == What::delete_account) return gone(step);
  finish(step, {});
  return {};
}

Result<void> refused(Step& step, const wire::Refused& refused) {
  if (refused.code == Errc::not_registered && step.device.record.deleting) return gone(step);
  if (refused.code == Errc::not_registered) {
    step.device.standing.registered = false;
    step.device.standing.retry_at = step.now.mono_ms + unknown_retry_ms;
    step.then([&numbers = step.device.numbers] { numbers.asking = false; });
    return {};
  }
  if (step.device.record.deleting) step.edit_device().deleting = false;  // the app is told
  Error error(refused.code);
  if (refused.retry_after_ms > 0)
    error = std::move(error).with_retry_after(std::chrono::milliseconds(refused.retry_after_ms));
  finish(step, error);
  return {};
}

}  // namespace tern::client::numbers
