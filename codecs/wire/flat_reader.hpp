// Reading a FlatBuffer that came from outside: sized, verified and counted before it is believed.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include "base/try.hpp"
#include "entry_generated.h"
#include "wire/frames.hpp"

namespace tern::wire {

/// The longest honest list is that of a Resume or Resumed, a table for each log.
inline constexpr std::uint32_t flat_tables_max = 2 * limits::resume_logs_max;
/// The deepest honest path is frame, append, welcomes, welcome.
inline constexpr std::uint32_t flat_depth_max = 8;

/// One buffer being read. Spans that it hands out point into the bytes that it was made with.
class FlatReader {
 public:
  explicit FlatReader(ByteSpan bytes);
  FlatReader(const FlatReader&) = delete;
  FlatReader& operator=(const FlatReader&) = delete;

  /// nullptr when the bytes are not a sound buffer with this root.
  template <class Root>
  const Root* root() const {
    flatbuffers::Verifier::Options options;
    options.max_depth = flat_depth_max;
    options.max_tables = flat_tables_max;
    flatbuffers::Verifier verifier(aligned_.data(), aligned_.size(), options);
    if (!verifier.VerifyBuffer<Root>(nullptr)) return nullptr;
    return flatbuffers::GetRoot<Root>(aligned_.data());
  }

  ByteSpan bytes(const flatbuffers::Vector<std::uint8_t>* vector);
  std::string_view text(const flatbuffers::String* string);
  /// Of a struct that is nothing but bytes.
  template <class Struct>
  ByteSpan bytes_of(const Struct& from) {
    return claim(from.bytes()->data(), sizeof(Struct));
  }

  /// To be asked last. Offsets may point twice at one place: 512 entries that share a payload of
  /// 256 KiB would make a small frame cost its reader 128 MiB.
  bool claims_bytes_twice() const { return claimed_ > bytes_.size(); }

 private:
  ByteSpan claim(const std::uint8_t* from, std::size_t size);

  ByteSpan bytes_;
  Bytes copy_;  // where bytes_ lie at an address that scalars must not be read from
  ByteSpan aligned_;
  std::size_t claimed_ = 0;
};

/// The 16 or 32 bytes of an id or hash.
template <class Fixed, class Struct>
Fixed fixed_from(const Struct& from) {
  static_assert(sizeof(Struct) == Fixed::size_bytes);
  return *Fixed::from({from.bytes()->data(), Fixed::size_bytes});
}
template <class Fixed, class Struct>
Fixed fixed_or_zero(const Struct* from) {
  return from ? fixed_from<Fixed>(*from) : Fixed{};
}

/// What there may be at most, and the error when there is more.
struct Limit {
  const char* what;
  std::size_t max;
  Errc over;
};
/// "entries in an append: 513; 512 are allowed"
Error over_limit(const Limit& limit, std::size_t size);

/// A list, each element made by `read(reader, element)`; an absent one is empty.
template <class Out, class In, class Read>
Result<std::vector<Out>> list_from(FlatReader& reader, const flatbuffers::Vector<In>* in,
                                   const Limit& limit, Read read) {
  std::vector<Out> out;
  if (!in) return out;
  if (in->size() > limit.max) return over_limit(limit, in->size());
  out.reserve(in->size());
  for (const auto* element : *in) {
    TERN_ASSIGN(Out value, Result<Out>(read(reader, *element)));
    out.push_back(std::move(value));
  }
  return out;
}
template <class Fixed>
Result<std::vector<Fixed>> ids_from(FlatReader& reader,
                                    const flatbuffers::Vector<const fb::Id*>* in,
                                    const Limit& limit) {
  return list_from<Fixed>(reader, in, limit,
                          [](FlatReader&, const fb::Id& id) { return fixed_from<Fixed>(id); });
}

/// Errors: malformed as frame_malformed (no such kind), entry_too_large. `seq` is left at 0.
Result<Entry> entry_from(FlatReader& reader, const fb::Entry& entry);
LogPosition position_from(FlatReader& reader, const fb::LogPosition& position);
ByteSpan blob_from(FlatReader& reader, const fb::Blob& blob);

inline constexpr Limit frame_limit{"bytes in a frame", limits::frame_bytes_max,
                                   Errc::frame_too_large};
inline constexpr Limit payload_limit{"bytes in an entry's payload", limits::entry_payload_bytes_max,
                                     Errc::entry_too_large};
inline constexpr Limit welcome_limit{"bytes in a Welcome", limits::welcome_bytes_max,
                                     Errc::entry_too_large};
inline constexpr Limit signal_limit{"bytes in a signal", limits::entry_payload_bytes_max,
                                    Errc::entry_too_large};

inline constexpr Limit blob_limit{"bytes in a blob", limits::blob_bytes_max, Errc::blob_too_large};
inline constexpr Limit chunk_limit{"bytes in a blob's chunk", limits::blob_chunk_bytes,
                                   Errc::blob_too_large};

}  // namespace tern::wire
