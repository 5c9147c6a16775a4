#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"
#include "store/table.hpp"
#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

StorageKey key_of(std::uint8_t fill) { return *StorageKey::from(Bytes(32, fill)); }

}  // namespace

TEST_CASE("a sealed row opens in its place") {
  crypto::initialize().value();
  crypto::SystemEntropy entropy;
  const Sealer sealer(key_of(1), entropy);
  const auto sealed = sealer.seal(one, as_bytes("row"), as_bytes("Tot straks!"));
  CHECK(as_text(sealer.open(one, as_bytes("row"), sealed).value()) == "Tot straks!");
}
