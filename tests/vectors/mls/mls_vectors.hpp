// The vectors that this library can be measured by, of a file that may have those of other cipher
// suites as well.
#pragma once

#include <catch2/catch.hpp>

#include "mls/leaf_node.hpp"
#include "support/vectors.hpp"

namespace tern::test {

/// Those of cipher suite 3 and of none. `also` is another suite whose structures have the same
/// sizes and hashes as those of 3.
inline std::optional<nlohmann::json> load_mls_vectors(const std::string& file,
                                                      int also = mls::cipher_suite_3) {
  const auto all = load_vectors("mls/" + file);
  if (!all) return std::nullopt;
  auto out = nlohmann::json::array();
  for (const auto& vector : *all) {
    const int suite = vector.value("cipher_suite", int{mls::cipher_suite_3});
    if (suite == mls::cipher_suite_3 || suite == also) out.push_back(vector);
  }
  if (out.empty()) FAIL("no vector of cipher suite 3 is in " << file);
  return out;
}

}  // namespace tern::test
