#pragma once

#include <catch2/catch.hpp>

#include "tern/result.hpp"

namespace tern::wire::test {

/// What decodes to itself alone: cut anywhere, longer, or of another version it is refused.
template <class Decode>
void cut_everywhere(const Bytes& bytes, Decode decode) {
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK(decode(ByteSpan(bytes).first(length)).error() == Errc::truncated);
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(decode(longer).error() == Errc::trailing_bytes);
  Bytes later = bytes;
  later[0] = 2;
  CHECK(decode(later).error() == Errc::unsupported_version);
}

}  // namespace tern::wire::test
