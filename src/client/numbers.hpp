// The account's phone number: asking for a code, handing it back, the PIN, and giving all of it up.
// One after the other, each when there is a line and the device is registered.
#pragma once

#include <deque>

#include "client/engine.hpp"
#include "client/link.hpp"

namespace tern::client {

class Step;
struct Device;

struct NumberCall {
  Purpose::What what = Purpose::What::request_code;
  std::string number;
  std::string code;
  crypto::Secret<32> pin;
  bool has_pin = false;
  Engine::Done done;
};

/// Proof of work being looked for, some of it each step so that nothing waits for it.
struct NumberWork {
  wire::WorkChallenge challenge;
  std::uint8_t bits = 0;
  std::uint64_t next = 0;
};

struct NumberCalls {
  std::deque<std::shared_ptr<NumberCall>> calls;
  bool asking = false;  ///< the first of them is on the line
  std::optional<NumberWork> work;
};

namespace numbers {

/// The relay does not know this device: if the account was to be deleted, it is.
Result<void> gone(Step& step);
/// Errors: number_invalid (request_code), number_not_confirmed (set_pin).
Result<void> request_code(Step& step, std::string_view number, Engine::Done done);
Result<void> confirm(Step& step, std::string_view code, std::string_view pin, Engine::Done done);
Result<void> set_pin(Step& step, std::string_view pin, Engine::Done done);
Result<void> delete_account(Step& step, Engine::Done done);

Result<void> go_on(Step& step);
std::int64_t retry_at(const Device& device);
/// A code that was asked for may or may not be on its way: the app is told. The rest is asked
/// again.
void line_fell(Device& device);

Result<void> answered(Step& step, Purpose::What what, const wire::Answer& answer);
Result<void> refused(Step& step, const wire::Refused& refused);

}  // namespace numbers
}  // namespace tern::client
