// What a relay reads from a device.
#include "target.hpp"
#include "wire/frames.hpp"

void fuzz(tern::ByteSpan input) {
  using namespace tern::wire;
  const auto decoded = decode_request(input);
  const auto* frame = decoded ? std::get_if<RequestFrame>(&*decoded) : nullptr;
  if (!frame) return;
  expect(request_id(input) == frame->id, "a request that is read has its id");
  const tern::Bytes again = encode(*frame);
  const auto second = decode_request(again);
  expect(second.has_value(), "what is read and written can be read");
  expect(encode(std::get<RequestFrame>(*second)) == again, "and is the same");
}
