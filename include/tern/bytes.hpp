// Bytes, views of bytes, and the fixed-size identifiers that tern hands out.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// An owned byte string.
using Bytes = std::vector<std::uint8_t>;
/// A read-only view of bytes that somebody else owns for the length of the call.
using ByteSpan = std::span<const std::uint8_t>;
/// A writable view of bytes.
using MutableByteSpan = std::span<std::uint8_t>;

/// The bytes of a text, without copying it.
inline ByteSpan as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text that these bytes spell, copied; the caller knows that it is text.
inline std::string as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteSpan bytes) { return {bytes.begin(), bytes.end()}; }

/// Lower-case hex, two digits a byte.
std::string to_hex(ByteSpan bytes);
/// Hex of either case back to bytes; nullopt on an odd length or a digit that is none.
std::optional<Bytes> from_hex(std::string_view hex);

/// RFC 4648 base32 in lower case, without padding: what a person copies.
std::string to_base32(ByteSpan bytes);
/// Base32 of either case; nullopt on a letter outside the alphabet or non-zero spare bits.
std::optional<Bytes> from_base32(std::string_view text);

/// N public bytes that cannot be mistaken for N bytes of another meaning (`Tag`).
template <class Tag, std::size_t N>
struct FixedBytes {
  static constexpr std::size_t size_bytes = N;
  std::array<std::uint8_t, N> bytes{};

  /// nullopt when `from` is not exactly N bytes long.
  static std::optional<FixedBytes> from(ByteSpan from) noexcept {
    if (from.size() != N) return std::nullopt;
    FixedBytes out;
    for (std::size_t i = 0; i < N; ++i) out.bytes[i] = from[i];
    return out;
  }
  ByteSpan span() const noexcept { return bytes; }
  operator ByteSpan() const noexcept { return bytes; }
  std::string hex() const { return to_hex(bytes); }
  bool is_zero() const noexcept { return *this == FixedBytes{}; }
  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
};

/// A person: the first 16 bytes of BLAKE2b-256 over the account's Ed25519 public key.
using AccountId = FixedBytes<struct AccountIdTag, 16>;
/// One installation: the first 16 bytes of BLAKE2b-256 over the device's Ed25519 public key.
using DeviceId = FixedBytes<struct DeviceIdTag, 16>;
/// A log at the relay: a chat or a device's inbox. A chat's id is its log's id.
using LogId = FixedBytes<struct LogIdTag, 16>;
using ChatId = LogId;
/// 16 random bytes made by the sender: an entry's idempotency key.
using EntryId = FixedBytes<struct EntryIdTag, 16>;
/// A message's id is the id of the entry that first carried it.
using MessageId = EntryId;
/// Where a file's or a recording's ciphertext is at the relay: BLAKE2b-256 over its length and the
/// BLAKE2b-256 of each of its chunks of 64 KiB.
using BlobAddress = FixedBytes<struct BlobAddressTag, 32>;
/// BLAKE2b-256 over a recording's Opus packets, each behind its length (16 bits, big endian).
using VoiceHash = FixedBytes<struct VoiceHashTag, 32>;

}  // namespace tern

template <class Tag, std::size_t N>
struct std::hash<tern::FixedBytes<Tag, N>> {
  // Identifiers are hashes or random already: their first bytes are as good as any hash of them.
  std::size_t operator()(const tern::FixedBytes<Tag, N>& id) const noexcept {
    static_assert(N >= sizeof(std::size_t));
    std::size_t out = 0;
    for (std::size_t i = 0; i < sizeof(out); ++i) out = out << 8 | id.bytes[i];
    return out;
  }
};
