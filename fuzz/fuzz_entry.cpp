// What is signed, hashed or compared byte by byte: there is one way to write it.
#include <algorithm>

#include "target.hpp"
#include "wire/certificate.hpp"
#include "wire/content.hpp"
#include "wire/entry.hpp"

using namespace tern::wire;

namespace {

template <class Decode>
void canonical(tern::ByteSpan input, Decode decode) {
  const auto decoded = decode(input);
  if (!decoded) return;
  const tern::Bytes again = encode(*decoded);
  expect(std::equal(input.begin(), input.end(), again.begin(), again.end()),
         "what is read is written as it was read");
}

// A signature is over all of a header but itself.
void check_restart(tern::ByteSpan input) {
  const auto header = decode_entry_header(input);
  if (!header || header->restart.generation == 0) return;
  auto resigned = *header;
  resigned.restart.signature.bytes[0] ^= 1;
  expect(signed_restart(*header, {}, 1) == signed_restart(resigned, {}, 1),
         "what a restart's author signs has no signature in it");
  resigned.seen_seq ^= 1;
  expect(signed_restart(*header, {}, 1) != signed_restart(resigned, {}, 1),
         "and all the rest of the header");
}

// A commit that brings somebody back has the request without its KeyPackage.
void check_rejoin(tern::ByteSpan input) {
  const auto request = decode_rejoin_request(input);
  if (!request) return;
  const auto again = request_of(proof_of(*request), request->log, request->key_package);
  expect(signed_bytes(again) == signed_bytes(*request) && again.signature == request->signature,
         "a request is put together again from its proof");
}

}  // namespace

void fuzz(tern::ByteSpan input) {
  canonical(input, decode_entry_header);
  canonical(input, decode_rejoin_request);
  canonical(input, decode_inbox_welcome);
  canonical(input, decode_hole);
  canonical(input, decode_device_certificate);
  canonical(input, decode_device_list);
  canonical(input, decode_group_policy);
  check_restart(input);
  check_rejoin(input);
  if (const auto envelope = peek_private_message(input))
    expect(envelope->authenticated_data.size() < input.size(), "an envelope's views are within it");
}
