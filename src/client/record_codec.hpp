// How the client's own rows are written: the presentation language of base/codec.hpp, into memory
// that wipes itself, for rows hold what people wrote.
#pragma once

#include <algorithm>

#include "base/codec.hpp"
#include "crypto/secret.hpp"

namespace tern::client {

using RecordWriter = BasicWriter<crypto::SecretBytes>;

inline void write_flag(RecordWriter& writer, bool value) {
  writer.number(static_cast<std::uint8_t>(value ? 1 : 0));
}
inline void write_signed(RecordWriter& writer, std::int64_t value) {
  writer.number(static_cast<std::uint64_t>(value));
}
template <class Fixed>
void write_ids(RecordWriter& writer, const std::vector<Fixed>& ids) {
  writer.length(ids.size() * Fixed::size_bytes);
  for (const auto& id : ids) writer.raw(id);
}

/// Reads a row that this program wrote and the seal has authenticated, so that one question at the
/// end is enough: after a failure every read gives zeros and finish() says storage_damaged.
class RecordReader {
 public:
  explicit RecordReader(ByteSpan bytes) : reader_(bytes) {}

  template <std::unsigned_integral T>
  T number() {
    return keep(reader_.number<T>());
  }
  bool flag() { return number<std::uint8_t>() != 0; }
  std::int64_t signed_number() { return static_cast<std::int64_t>(number<std::uint64_t>()); }
  ByteSpan vector() { return keep(reader_.vector()); }
  template <std::size_t N>
  void secret(crypto::Secret<N>& out) {
    const auto raw = keep(reader_.raw(N));
    std::copy(raw.begin(), raw.end(), out.mutable_span().begin());
  }
  template <class Fixed>
  Fixed fixed() {
    return keep(reader_.fixed<Fixed>());
  }
  template <class Fixed>
  std::vector<Fixed> ids() {
    Reader list(vector());
    std::vector<Fixed> out;
    while (!list.empty()) {
      const auto id = list.fixed<Fixed>();
      if (!id) break;
      out.push_back(*id);
    }
    failed_ = failed_ || !list.empty();
    return out;
  }
  /// Whether to read on; false after a failure, so that loops end.
  bool more() const { return !failed_ && !reader_.empty(); }
  Result<void> finish(std::string_view what) const {
    if (!failed_ && reader_.empty()) return {};
    return Error(Errc::storage_damaged, "a " + std::string(what) + " row does not parse");
  }

 private:
  template <class T>
  T keep(Result<T> result) {
    if (result) return std::move(result).value();
    failed_ = true;
    return T{};
  }
  Reader reader_;
  bool failed_ = false;
};

}  // namespace tern::client
