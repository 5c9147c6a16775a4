// Keys in memory: they wipe themselves, move but never copy, and cannot be compared or printed by
// accident.
#pragma once

#include <memory>

#include "tern/bytes.hpp"

namespace tern::crypto {

/// Overwrites with zeros in a way that the compiler keeps.
void wipe(MutableByteSpan bytes) noexcept;

/// Whether both are equal, in time that depends only on the lengths.
[[nodiscard]] bool ct_equal(ByteSpan a, ByteSpan b) noexcept;

/// N secret bytes. Reading them is `span()`, so that every use can be found by searching for it.
template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t size_bytes = N;
  Secret() = default;
  ~Secret() { wipe(bytes_); }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  /// A deliberate copy: both will wipe themselves.
  Secret clone() const {
    Secret out;
    out.bytes_ = bytes_;
    return out;
  }
  static std::optional<Secret> from(ByteSpan bytes) {
    if (bytes.size() != N) return std::nullopt;
    Secret out;
    for (std::size_t i = 0; i < N; ++i) out.bytes_[i] = bytes[i];
    return out;
  }
  ByteSpan span() const noexcept { return bytes_; }
  MutableByteSpan mutable_span() noexcept { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

/// Gives memory back only after wiping it, so that a growing vector leaves no copy behind.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    wipe({reinterpret_cast<std::uint8_t*>(memory), count * sizeof(T)});
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(WipingAllocator, WipingAllocator) { return true; }
};

/// Secret bytes of a length known at run time, e.g. a state record. Converts to ByteSpan for
/// reading; `clone()` is the only copy.
class SecretBytes {
 public:
  using Storage = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;
  using value_type = std::uint8_t;
  SecretBytes() = default;
  explicit SecretBytes(std::size_t bytes) : bytes_(bytes) {}
  explicit SecretBytes(ByteSpan bytes) : bytes_(bytes.begin(), bytes.end()) {}
  SecretBytes(SecretBytes&&) noexcept = default;
  SecretBytes& operator=(SecretBytes&&) noexcept = default;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  SecretBytes clone() const { return SecretBytes(span()); }
  ByteSpan span() const noexcept { return bytes_; }
  operator ByteSpan() const noexcept { return bytes_; }
  MutableByteSpan mutable_span() noexcept { return bytes_; }
  std::size_t size() const noexcept { return bytes_.size(); }
  bool empty() const noexcept { return bytes_.empty(); }

  // What BasicWriter<SecretBytes> needs.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  auto begin() const noexcept { return bytes_.begin(); }
  auto end() const noexcept { return bytes_.end(); }
  template <class It>
  void insert(Storage::const_iterator at, It first, It last) {
    bytes_.insert(at, first, last);
  }

 private:
  Storage bytes_;
};

}  // namespace tern::crypto
