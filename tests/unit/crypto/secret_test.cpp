#include "crypto/secret.hpp"

#include <catch2/catch.hpp>
#include <concepts>
#include <new>
#include <ostream>

#include "base/codec.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::copy_constructible<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
static_assert(!std::copy_constructible<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<Secret<32>>);
static_assert(!std::equality_comparable<Secret<32>> && !std::equality_comparable<SecretBytes>);
static_assert(!printable<Secret<32>> && !printable<SecretBytes>);
static_assert(!std::convertible_to<Secret<32>, ByteSpan>, "reading a secret is said aloud");

Secret<32> some_secret() {
  Secret<32> out;
  for (std::uint8_t i = 0; i < 32; ++i) out.mutable_span()[i] = static_cast<std::uint8_t>(i + 1);
  return out;
}

bool all_zero(ByteSpan bytes) {
  for (const auto byte : bytes)
    if (byte != 0) return false;
  return true;
}

}  // namespace

TEST_CASE("a secret's memory is zero once the secret is gone") {
  alignas(Secret<32>) std::uint8_t memory[sizeof(Secret<32>)];
  auto* secret = new (memory) Secret<32>(some_secret());
  REQUIRE_FALSE(all_zero(secret->span()));
  secret->~Secret();
  // Volatile: the compiler must look at what is there, not reason that the object has no value.
  for (const volatile auto& byte : memory) CHECK(byte == 0);
}

TEST_CASE("a secret that was moved from is zero") {
  auto first = some_secret();
  const Secret<32> second = std::move(first);
  CHECK(all_zero(first.span()));  // NOLINT: what is left behind is the point
  CHECK(ct_equal(second.span(), some_secret().span()));

  auto third = some_secret();
  Secret<32> fourth;
  fourth = std::move(third);
  CHECK(all_zero(third.span()));  // NOLINT
  CHECK(ct_equal(fourth.span(), some_secret().span()));
}

TEST_CASE("a secret moved onto itself is kept") {
  auto secret = some_secret();
  auto& same = secret;
  secret = std::move(same);
  CHECK(ct_equal(secret.span(), some_secret().span()));
}

TEST_CASE("a clone has the bytes and its own memory") {
  auto secret = some_secret();
  const auto copy = secret.clone();
  wipe(secret.mutable_span());
  CHECK(ct_equal(copy.span(), some_secret().span()));
}

TEST_CASE("a secret is made from exactly its number of bytes") {
  const Bytes bytes(33, 7);
  CHECK(Secret<32>::from(ByteSpan(bytes).first(32)));
  CHECK_FALSE(Secret<32>::from(ByteSpan(bytes).first(31)));
  CHECK_FALSE(Secret<32>::from(bytes));
}

TEST_CASE("equal means every byte and the length") {
  const Bytes bytes{1, 2, 3};
  CHECK(ct_equal(bytes, Bytes{1, 2, 3}));
  CHECK(ct_equal({}, {}));
  CHECK_FALSE(ct_equal(bytes, Bytes{1, 2}));
  CHECK_FALSE(ct_equal(bytes, Bytes{1, 2, 3, 0}));
  CHECK_FALSE(ct_equal(bytes, Bytes{0, 2, 3}));
  CHECK_FALSE(ct_equal(bytes, Bytes{1, 2, 0x83}));
  CHECK_FALSE(ct_equal(bytes, {}));
}

TEST_CASE("wiping nothing is allowed") {
  wipe({});
  Bytes bytes(100, 0xff);
  wipe(bytes);
  CHECK(all_zero(bytes));
}

TEST_CASE("secret bytes move, clone and are written to by a Writer") {
  BasicWriter<SecretBytes> writer;
  writer.number<std::uint16_t>(0x0102).vector(as_bytes("key"));
  auto bytes = std::move(writer).take();
  CHECK(to_hex(bytes) == "0102036b6579");

  const auto copy = bytes.clone();
  const SecretBytes moved = std::move(bytes);
  CHECK(bytes.empty());  // NOLINT
  CHECK(ct_equal(copy, moved));
}
