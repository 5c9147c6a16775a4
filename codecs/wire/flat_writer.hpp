// Writing FlatBuffers from tern's own types.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include "entry_generated.h"
#include "wire/frames.hpp"

namespace tern::wire {

using FlatBuilder = flatbuffers::FlatBufferBuilder;
template <class T>
using Offset = flatbuffers::Offset<T>;
template <class T>
using OffsetOfList = Offset<flatbuffers::Vector<T>>;

template <class Tag>
fb::Id flat(const FixedBytes<Tag, 16>& id) {
  return fb::Id(flatbuffers::span<const std::uint8_t, 16>(id.bytes));
}
template <class Tag>
fb::Hash flat(const FixedBytes<Tag, 32>& hash) {
  return fb::Hash(flatbuffers::span<const std::uint8_t, 32>(hash.bytes));
}

/// Null offsets stand for absent fields: an empty list costs nothing.
OffsetOfList<std::uint8_t> flat_bytes(FlatBuilder& builder, ByteSpan bytes);
/// For fields that are `required`: there even when empty.
OffsetOfList<std::uint8_t> flat_required_bytes(FlatBuilder& builder, ByteSpan bytes);

/// Each element written by `write`, which returns its offset.
template <class Out, class In, class Write>
OffsetOfList<Offset<Out>> flat_list(FlatBuilder& builder, const std::vector<In>& list,
                                    Write write) {
  if (list.empty()) return 0;
  std::vector<Offset<Out>> offsets;
  offsets.reserve(list.size());
  for (const In& element : list) offsets.push_back(write(builder, element));
  return builder.CreateVector(offsets);
}
template <class Fixed>
OffsetOfList<const fb::Id*> flat_ids(FlatBuilder& builder, const std::vector<Fixed>& ids) {
  if (ids.empty()) return 0;
  std::vector<fb::Id> out;
  out.reserve(ids.size());
  for (const Fixed& id : ids) out.push_back(flat(id));
  return builder.CreateVectorOfStructs(out);
}
OffsetOfList<Offset<fb::Blob>> flat_blobs(FlatBuilder& builder, const std::vector<ByteSpan>& blobs);

Offset<fb::Entry> flat_entry(FlatBuilder& builder, const Entry& entry);
OffsetOfList<Offset<fb::LogPosition>> flat_positions(FlatBuilder& builder,
                                                     const std::vector<LogPosition>& positions);

/// Room for these entries and what stands around them, so that no payload is copied to grow.
std::size_t flat_room(const std::vector<Entry>& entries);

Bytes flat_take(FlatBuilder& builder);

}  // namespace tern::wire
