// What is signed, hashed or compared byte by byte: there is one way to write it.
#include <algorithm>

#include "target.hpp"
#include "wire/certificate.hpp"
#include "wire/content.hpp"
#include "wire/entry.hpp"

namespace {

template <class Decode>
void canonical(tern::ByteSpan input, Decode decode) {
  const auto decoded = decode(input);
  if (!decoded) return;
  const tern::Bytes again = encode(*decoded);
  expect(std::equal(input.begin(), input.end(), again.begin(), again.end()),
         "what is read is written as it was read");
}

}  // namespace

void fuzz(tern::ByteSpan input) {
  using namespace tern::wire;
  canonical(input, decode_entry_header);
  canonical(input, decode_rejoin_request);
  canonical(input, decode_inbox_welcome);
  canonical(input, decode_device_certificate);
  canonical(input, decode_device_list);
  canonical(input, decode_group_policy);
  if (const auto envelope = peek_private_message(input))
    expect(envelope->authenticated_data.size() < input.size(), "an envelope's views are within it");
}
