#include "wire/flat_writer.hpp"

namespace tern::wire {

OffsetOfList<std::uint8_t> flat_bytes(FlatBuilder& builder, ByteSpan bytes) {
  if (bytes.empty()) return 0;
  return builder.CreateVector(bytes.data(), bytes.size());
}

OffsetOfList<std::uint8_t> flat_required_bytes(FlatBuilder& builder, ByteSpan bytes) {
  return builder.CreateVector(bytes.data(), bytes.size());
}

OffsetOfList<Offset<fb::Blob>> flat_blobs(FlatBuilder& builder,
                                          const std::vector<ByteSpan>& blobs) {
  return flat_list<fb::Blob>(builder, blobs, [](FlatBuilder& b, ByteSpan blob) {
    return fb::CreateBlob(b, flat_bytes(b, blob));
  });
}

Offset<fb::Entry> flat_entry(FlatBuilder& builder, const Entry& entry) {
  const auto payload = flat_bytes(builder, entry.own ? ByteSpan{} : entry.payload);
  const auto id = flat(entry.id);
  return fb::CreateEntry(builder, &id, static_cast<std::uint8_t>(entry.kind), entry.base, entry.own,
                         payload);
}

OffsetOfList<Offset<fb::LogPosition>> flat_positions(FlatBuilder& builder,
                                                     const std::vector<LogPosition>& positions) {
  return flat_list<fb::LogPosition>(
      builder, positions, [](FlatBuilder& b, const LogPosition& position) {
        const auto log = flat(position.log);
        const auto hash = flat(position.hash);
        return fb::CreateLogPosition(b, &log, position.seq,
                                     position.hash.is_zero() ? nullptr : &hash);
      });
}

std::size_t flat_room(const std::vector<Entry>& entries) {
  std::size_t bytes = frame_overhead_bytes;
  for (const Entry& entry : entries) bytes += entry_overhead_bytes + entry.payload.size();
  return bytes;
}

Bytes flat_take(FlatBuilder& builder) {
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace tern::wire
