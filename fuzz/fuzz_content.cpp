// What a member reads from another's application message.
#include "target.hpp"
#include "wire/content.hpp"

void fuzz(tern::ByteSpan input) {
  const auto content = tern::wire::decode_content(input);
  if (!content) return;
  const tern::Bytes again = encode(*content);
  const auto second = tern::wire::decode_content(again);
  expect(second.has_value(), "what is read and written can be read");
  expect(encode(*second) == again, "and is the same");
}
