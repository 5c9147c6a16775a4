// What crypto does to the heap: this program's operator new and delete count and look.
#include <malloc.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "crypto/aead.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "crypto/dh.hpp"
#include "crypto/hash.hpp"
#include "crypto/signature.hpp"

namespace {

constexpr std::uint8_t secret_byte = 0xa7;
constexpr std::size_t secret_bytes = 517;

std::size_t allocations = 0;
std::size_t large_frees = 0;
std::size_t secrets_left_behind = 0;

// The size is the allocator's: clang's operator delete is not told it.
void look_before_freeing(void* memory) {
  const auto size = malloc_usable_size(memory);
  if (size < secret_bytes) return;
  ++large_frees;
  const auto* bytes = static_cast<const volatile std::uint8_t*>(memory);
  std::size_t in_a_row = 0;
  for (std::size_t i = 0; i < size; ++i) {
    in_a_row = bytes[i] == secret_byte ? in_a_row + 1 : 0;
    if (in_a_row == 16) ++secrets_left_behind;
  }
}

}  // namespace

// Not inlined: g++ would see malloc() meet operator delete, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size ? size : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory) look_before_freeing(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

using namespace tern;
using namespace tern::crypto;

TEST_CASE("the heap never gets secret bytes back unwiped") {
  secrets_left_behind = large_frees = 0;
  {
    SecretBytes grown;
    const std::array<std::uint8_t, 1> byte{secret_byte};
    for (std::size_t i = 0; i < 4 * secret_bytes; ++i)
      grown.insert(grown.end(), byte.begin(), byte.end());
    SecretBytes replaced(Bytes(0));
    replaced = std::move(grown);
    replaced = SecretBytes(1);
    const SecretBytes filled = [] {
      SecretBytes out(secret_bytes);
      for (auto& each : out.mutable_span()) each = secret_byte;
      return out;
    }();
    CHECK(filled.clone().size() == secret_bytes);
  }
  CHECK(large_frees >= 4);
  CHECK(secrets_left_behind == 0);

  { const Bytes plain(secret_bytes, secret_byte); }
  CHECK(secrets_left_behind == 1);  // the eye sees what is not wiped
}

TEST_CASE("the functions on a message's way allocate nothing") {
  DeterministicEntropy entropy(1);
  const auto signer = SigningKey::generate(entropy);
  const auto pair = DhKeyPair::generate(entropy);
  const Bytes message(256, 1);
  std::array<std::uint8_t, 256 + aead_tag_bytes> sealed;
  std::array<std::uint8_t, 256> opened;
  const Secret<32> key;
  bool good = true;

  const auto before = allocations;
  good &= !sha256(message).is_zero();
  good &= !blake2b(message).is_zero();
  const auto prk = hkdf_extract(key.span(), message);
  hkdf_expand(prk.span(), {message, message}, opened);
  aead_seal_into(sealed, key.span(), {}, message, message);
  good &= aead_open_into(opened, key.span(), {}, message, sealed).has_value();
  const auto signature = signer.sign(message);
  good &= verify(signer.verify_key(), message, signature);
  good &= dh(pair.private_key, pair.public_key).has_value();
  const auto after = allocations;

  CHECK(good);
  CHECK(after == before);
}
