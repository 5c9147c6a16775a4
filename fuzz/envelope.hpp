// An MLS message as far as a relay looks at it: the header that it reads is in the authenticated
// data, and the rest is ciphertext.
#pragma once

#include "base/codec.hpp"

namespace tern::fuzzing {

inline Bytes private_message(std::uint8_t content_type, ByteSpan authenticated_data) {
  Writer writer;
  writer.number(std::uint16_t{1}).number(std::uint16_t{2}).vector(Bytes(16, 1));
  writer.number(std::uint64_t{5}).number(content_type).vector(authenticated_data);
  writer.vector(Bytes(28, 2)).vector(Bytes(100, 3));
  return std::move(writer).take();
}

}  // namespace tern::fuzzing
