// What a device reads from its relay.
#include "target.hpp"
#include "wire/frames.hpp"

namespace {

tern::Bytes encode_any(const tern::wire::ServerFrame& frame) {
  return std::visit([](const auto& member) { return encode(member); }, frame);
}

}  // namespace

void fuzz(tern::ByteSpan input) {
  const auto frame = tern::wire::decode_server_frame(input);
  if (!frame || !*frame) return;
  const tern::Bytes again = encode_any(**frame);
  const auto second = tern::wire::decode_server_frame(again);
  expect(second && *second, "what is read and written can be read");
  expect(encode_any(**second) == again, "and is the same");
}
