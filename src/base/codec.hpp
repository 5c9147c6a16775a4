// Reader and Writer for the TLS presentation language with the variable-length vectors of
// RFC 9420 §2.1: what MLS, certificates and state records are written in.
#pragma once

#include <array>
#include <concepts>

#include "base/try.hpp"
#include "tern/bytes.hpp"

namespace tern {

/// Appends big-endian integers and length-prefixed vectors to a byte container.
/// `Out` is Bytes, or SecretBytes where what is written holds keys.
template <class Out>
class BasicWriter {
 public:
  template <std::unsigned_integral T>
  BasicWriter& number(T value) {
    std::array<std::uint8_t, sizeof(T)> bytes;
    for (auto at = bytes.size(); at-- > 0; value = static_cast<T>(value >> 4 >> 4))
      bytes[at] = static_cast<std::uint8_t>(value);
    return raw(bytes);
  }
  BasicWriter& raw(ByteSpan bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// opaque value<V>: RFC 9420 §2.1.2, the shortest of 1, 2 or 4 bytes of length, then the bytes.
  BasicWriter& vector(ByteSpan bytes) {
    length(bytes.size());
    return raw(bytes);
  }
  BasicWriter& length(std::size_t bytes) {
    if (bytes < 0x40) return number(static_cast<std::uint8_t>(bytes));
    if (bytes < 0x4000) return number(static_cast<std::uint16_t>(bytes | 0x4000));
    return number(static_cast<std::uint32_t>(bytes | 0x80000000));
  }
  /// A vector of structures: `fill(writer)` writes them, the length goes before.
  template <class Fill>
  BasicWriter& vector_of(Fill&& fill) {
    BasicWriter inner;
    fill(inner);
    return vector(inner.out_);
  }
  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  /// Takes back what was written behind the first `bytes`, and keeps its memory.
  void rewind(std::size_t bytes) {
    if (bytes < out_.size()) out_.resize(bytes);
  }
  std::size_t size() const { return out_.size(); }
  ByteSpan span() const { return out_; }
  Out take() && { return std::move(out_); }

 private:
  Out out_;
};
using Writer = BasicWriter<Bytes>;

/// Reads what Writer wrote. Returned spans point into the bytes given to the constructor.
class Reader {
 public:
  explicit Reader(ByteSpan bytes) : rest_(bytes) {}

  template <std::unsigned_integral T>
  Result<T> number() {
    TERN_ASSIGN(const ByteSpan bytes, raw(sizeof(T)));
    T value = 0;
    for (auto byte : bytes) value = static_cast<T>(value << 8 | byte);
    return value;
  }
  Result<ByteSpan> raw(std::size_t bytes) {
    if (bytes > rest_.size()) return Error(Errc::truncated);
    const auto out = rest_.first(bytes);
    rest_ = rest_.subspan(bytes);
    return out;
  }
  /// opaque value<V>, at most `bytes_max` long. Errors: truncated, length_not_minimal, too_long.
  Result<ByteSpan> vector(std::size_t bytes_max = 0x3fffffff);
  template <class Fixed>
  Result<Fixed> fixed() {
    TERN_ASSIGN(const ByteSpan bytes, raw(Fixed::size_bytes));
    return *Fixed::from(bytes);
  }
  bool empty() const { return rest_.empty(); }
  ByteSpan rest() const { return rest_; }
  /// Errors with trailing_bytes unless everything was read.
  Result<void> finish() const {
    if (!rest_.empty()) return Errc::trailing_bytes;
    return {};
  }

 private:
  ByteSpan rest_;
};

}  // namespace tern
