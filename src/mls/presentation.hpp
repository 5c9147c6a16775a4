// The TLS presentation language of RFC 9420 §2.1: how every structure of the protocol is read and
// written. A structure T has write(Writer&, const T&) and read<T>(Reader&) beside its declaration.
#pragma once

#include <utility>

#include "base/codec.hpp"

namespace tern::mls {

/// Reads one structure from the front of `reader`. Specialised for each structure.
template <class T>
Result<T> read(Reader& reader);

/// The encoding of one structure.
template <class T>
Bytes encode(const T& value) {
  Writer writer;
  write(writer, value);
  return std::move(writer).take();
}

/// One structure and nothing after it. Errors: those of its read(), trailing_bytes.
template <class T>
Result<T> decode(ByteSpan bytes) {
  Reader reader(bytes);
  TERN_ASSIGN(T value, read<T>(reader));
  TERN_TRY(reader.finish());
  return value;
}

/// T list<V>, at most `count_max` of them, else `over`.
template <class T>
Result<std::vector<T>> read_list(Reader& reader, std::size_t count_max, Errc over) {
  TERN_ASSIGN(const ByteSpan bytes, reader.vector());
  Reader items(bytes);
  std::vector<T> list;
  while (!items.empty()) {
    if (list.size() == count_max) return over;
    TERN_ASSIGN(T item, read<T>(items));
    list.push_back(std::move(item));
  }
  return list;
}

template <class T>
void write_list(Writer& writer, const std::vector<T>& list) {
  writer.vector_of([&](Writer& inner) {
    for (const auto& item : list) write(inner, item);
  });
}

/// uint16 list<V>, at most `count_max` of them, else `over`.
inline Result<std::vector<std::uint16_t>> read_u16_list(Reader& reader, std::size_t count_max,
                                                        Errc over) {
  TERN_ASSIGN(const ByteSpan bytes, reader.vector());
  if (bytes.size() / 2 > count_max) return over;
  Reader items(bytes);
  std::vector<std::uint16_t> list;
  list.reserve(bytes.size() / 2);
  while (!items.empty()) {
    TERN_ASSIGN(const auto item, items.number<std::uint16_t>());
    list.push_back(item);
  }
  return list;
}

inline void write_u16_list(Writer& writer, const std::vector<std::uint16_t>& list) {
  writer.length(list.size() * 2);
  for (auto item : list) writer.number(item);
}

/// opaque value<V> that must have exactly the length of `Fixed`, else `wrong_length`.
template <class Fixed>
Result<Fixed> read_opaque(Reader& reader, Errc wrong_length = Errc::mls_malformed) {
  TERN_ASSIGN(const ByteSpan bytes, reader.vector());
  auto value = Fixed::from(bytes);
  if (!value) return wrong_length;
  return std::move(*value);
}

/// opaque value<V>, copied.
inline Result<Bytes> read_bytes(Reader& reader) {
  TERN_ASSIGN(const ByteSpan bytes, reader.vector());
  return to_bytes(bytes);
}

/// optional<T> (§2.1.1): the presence octet, which is 0 or 1.
inline Result<bool> read_presence(Reader& reader) {
  TERN_ASSIGN(const auto presence, reader.number<std::uint8_t>());
  if (presence > 1) return Errc::mls_malformed;
  return presence == 1;
}

/// An unsigned integer as an enumerator: whether it is a known one is the caller's business.
template <class Enum>
Result<Enum> read_enum(Reader& reader) {
  TERN_ASSIGN(const auto value, reader.number<std::underlying_type_t<Enum>>());
  return static_cast<Enum>(value);
}

template <class Enum>
void write_enum(Writer& writer, Enum value) {
  writer.number(static_cast<std::underlying_type_t<Enum>>(value));
}

/// The bytes that `reader` has consumed since it was `before`.
inline ByteSpan consumed(const Reader& before, const Reader& after) {
  return before.rest().first(before.rest().size() - after.rest().size());
}

}  // namespace tern::mls
