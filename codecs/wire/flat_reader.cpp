#include "wire/flat_reader.hpp"

namespace tern::wire {

FlatReader::FlatReader(ByteSpan bytes) : bytes_(bytes), aligned_(bytes) {
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(flatbuffers::largest_scalar_t) == 0;
  if (aligned) return;
  copy_ = to_bytes(bytes);
  aligned_ = copy_;
}

ByteSpan FlatReader::bytes(const flatbuffers::Vector<std::uint8_t>* vector) {
  return vector ? claim(vector->data(), vector->size()) : ByteSpan{};
}

std::string_view FlatReader::text(const flatbuffers::String* string) {
  if (!string) return {};
  const auto span = claim(string->Data(), string->size());
  return {reinterpret_cast<const char*>(span.data()), span.size()};
}

ByteSpan FlatReader::claim(const std::uint8_t* from, std::size_t size) {
  claimed_ += size;
  return bytes_.subspan(static_cast<std::size_t>(from - aligned_.data()), size);
}

Error over_limit(const Limit& limit, std::size_t size) {
  return {limit.over, std::string(limit.what) + ": " + std::to_string(size) + "; " +
                          std::to_string(limit.max) + " are allowed"};
}

Result<Entry> entry_from(FlatReader& reader, const fb::Entry& from) {
  Entry entry;
  if (from.kind() < static_cast<std::uint8_t>(EntryKind::application) ||
      from.kind() > static_cast<std::uint8_t>(EntryKind::restart))
    return Error(Errc::frame_malformed, "no entry kind " + std::to_string(from.kind()));
  entry.id = fixed_from<EntryId>(*from.entry_id());
  entry.kind = static_cast<EntryKind>(from.kind());
  entry.base = from.base();
  entry.own = from.own();
  entry.payload = reader.bytes(from.payload());
  if (entry.own && !entry.payload.empty())
    return Error(Errc::frame_malformed, "the reader's own entry comes with a payload");
  // Only a relay makes those: what it takes in an append is smaller.
  const auto& limit = entry.kind == EntryKind::welcome ? welcome_limit : payload_limit;
  if (entry.payload.size() > limit.max) return over_limit(limit, entry.payload.size());
  return entry;
}

LogPosition position_from(FlatReader&, const fb::LogPosition& from) {
  return {.log = fixed_from<LogId>(*from.log()),
          .seq = from.seq(),
          .hash = fixed_or_zero<LogHash>(from.hash())};
}

ByteSpan blob_from(FlatReader& reader, const fb::Blob& blob) { return reader.bytes(blob.bytes()); }

}  // namespace tern::wire
