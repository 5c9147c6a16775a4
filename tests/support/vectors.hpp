// The published test vectors, which are too large for the repository: from the folder that the
// environment names in TERN_VECTORS, else from `shared/vectors` beside the source. Small ones of
// the library's own making, in the same formats, are in tests/vectors/own: with that folder in
// TERN_VECTORS the same tests run over them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tern/bytes.hpp"

namespace tern::test {

/// The parsed file, e.g. "hpke/rfc9180-x25519-hkdfsha256-chacha20poly1305.json".
/// nullopt, and a loud SKIPPED, when there is no folder of vectors on this machine; a folder
/// without the file, or a file that is no JSON, fails the test.
std::optional<nlohmann::json> load_vectors(const std::string& file);

/// The same for a file that not every folder of vectors has: nullopt, and said so, without it.
std::optional<nlohmann::json> load_further_vectors(const std::string& file);

/// The bytes of a hex string in a vector; anything else fails the test.
Bytes hex(const nlohmann::json& value);

/// The same as a FixedBytes or a crypto::Secret; a wrong length fails the test.
[[noreturn]] void fail_length(const nlohmann::json& value, std::size_t bytes);
template <class Fixed>
Fixed hex_as(const nlohmann::json& value) {
  auto out = Fixed::from(hex(value));
  if (!out) fail_length(value, Fixed::size_bytes);
  return std::move(*out);
}

}  // namespace tern::test
