// What is signed, hashed or compared byte by byte is written canonically (base/codec.hpp), with
// its version first.
#pragma once

#include "base/codec.hpp"

namespace tern::wire {

inline constexpr std::uint8_t structure_version = 1;

inline Result<void> expect_version(Reader& reader) {
  TERN_ASSIGN(const auto version, reader.number<std::uint8_t>());
  if (version == structure_version) return {};
  return Error(Errc::unsupported_version, "version " + std::to_string(version) +
                                              " of a structure; this build knows version 1");
}

/// Ids<V>: the bytes of all, after their length.
template <class Fixed>
void write_list(Writer& writer, const std::vector<Fixed>& list) {
  writer.length(list.size() * Fixed::size_bytes);
  for (const Fixed& element : list) writer.raw(element);
}

/// Errors: too_long with more than `max`, malformed with a part of an element.
template <class Fixed>
Result<std::vector<Fixed>> read_list(Reader& reader, std::size_t max) {
  TERN_ASSIGN(const ByteSpan bytes, reader.vector(max * Fixed::size_bytes));
  if (bytes.size() % Fixed::size_bytes != 0)
    return Error(Errc::malformed, "a list that ends within an element");
  std::vector<Fixed> out(bytes.size() / Fixed::size_bytes);
  Reader elements(bytes);
  for (Fixed& element : out) {
    TERN_ASSIGN(element, elements.fixed<Fixed>());
  }
  return out;
}

}  // namespace tern::wire
