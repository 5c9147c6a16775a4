// A phone number that somebody has in an address book, in any region. The first byte is the
// region's length.
#include "target.hpp"
#include "tern/phone_number.hpp"

using namespace tern;

void fuzz(ByteSpan input) {
  if (input.empty() || input.size() < 1 + input[0] % 4U) return;
  const std::string region = as_text(input.subspan(1, input[0] % 4U));
  const std::string written = as_text(input.subspan(1 + region.size()));
  const auto number = to_e164(written, region);
  if (!number) {
    expect(!number.error().message().empty(), "a refusal says why");
    return;
  }
  expect(is_e164(*number), "what is read is E.164");
  const auto again = to_e164(*number, region);
  expect(again.has_value() ? *again == *number : false, "and is read as itself");
}
