// What a member reads from another's application message.
#include "target.hpp"
#include "wire/content.hpp"

namespace {

// Where its words are not aligned, a flat buffer is copied before it is read.
void check_elsewhere(tern::ByteSpan input, const tern::Bytes& expected) {
  tern::Bytes shifted = {0};
  shifted.insert(shifted.end(), input.begin(), input.end());
  const auto content = tern::wire::decode_content(tern::ByteSpan(shifted).subspan(1));
  expect(content && encode(*content) == expected, "it does not matter where a message lies");
}

}  // namespace

void fuzz(tern::ByteSpan input) {
  const auto content = tern::wire::decode_content(input);
  if (!content) return;
  const tern::Bytes again = encode(*content);
  const auto second = tern::wire::decode_content(again);
  expect(second.has_value(), "what is read and written can be read");
  expect(encode(*second) == again, "and is the same");
  check_elsewhere(input, again);
}
