#include "client/directory_record.hpp"

#include <algorithm>

#include "client/record_codec.hpp"
#include "crypto/hash.hpp"

namespace tern::client {
namespace {

constexpr std::string_view directory_row = "state";
constexpr std::string_view batch_row = "batch";

}  // namespace

std::uint64_t DirectoryRecord::least_version() const {
  return *std::min_element(versions.begin(), versions.end());
}

std::uint64_t DirectoryRecord::version_after_least() const {
  const auto least = least_version();
  std::uint64_t out = 0;
  for (const auto version : versions)
    if (version > least && (out == 0 || version < out)) out = version;
  return out;
}

wire::DirectoryKeyHash key_hash(const DirectoryRecord& record) {
  Writer epoch;
  epoch.number(record.epoch);
  return crypto::hash_id<wire::DirectoryKeyHash>(
      {as_bytes("tern 1 directory key"), epoch.span(), record.key});
}

crypto::SecretBytes encode(const DirectoryRecord& record) {
  RecordWriter writer;
  writer.number(record.epoch).raw(record.key);
  for (const auto version : record.versions) writer.number(version);
  write_signed(writer, record.refreshed_ms);
  return std::move(writer).take();
}

Result<DirectoryRecord> decode_directory_record(ByteSpan bytes) {
  RecordReader reader(bytes);
  DirectoryRecord out;
  out.epoch = reader.number<std::uint32_t>();
  out.key = reader.fixed<crypto::oprf::Element>();
  for (auto& version : out.versions) version = reader.number<std::uint64_t>();
  out.refreshed_ms = reader.signed_number();
  TERN_TRY(reader.finish("directory"));
  return out;
}

crypto::SecretBytes encode(const EvaluationRecord& record) {
  RecordWriter writer;
  writer.number(record.epoch);
  for (const auto& asked : record.asked)
    writer.raw(asked.contact).raw(asked.blinded.blind.span()).raw(asked.blinded.element);
  return std::move(writer).take();
}

Result<EvaluationRecord> decode_evaluation_record(ByteSpan bytes) {
  RecordReader reader(bytes);
  EvaluationRecord out;
  out.epoch = reader.number<std::uint32_t>();
  while (reader.more()) {
    auto& asked = out.asked.emplace_back();
    asked.contact = reader.fixed<RowId>();
    reader.secret(asked.blinded.blind);
    asked.blinded.element = reader.fixed<crypto::oprf::Element>();
  }
  TERN_TRY(reader.finish("evaluation"));
  return out;
}

namespace directory_rows {

Result<DirectoryRecord> get(const ReadRows& rows) {
  TERN_ASSIGN(const auto row, rows.get(tables::directory, as_bytes(directory_row)));
  if (!row) return DirectoryRecord{};
  return decode_directory_record(*row);
}

Result<void> put(Rows& rows, const DirectoryRecord& record) {
  return rows.put(tables::directory, as_bytes(directory_row), encode(record));
}

Result<DirectorySegment> segment(const ReadRows& rows, std::uint8_t number) {
  DirectorySegment out;
  TERN_ASSIGN(const auto row, rows.get(tables::segments, ByteSpan(&number, 1)));
  if (!row) return out;
  RecordReader reader(*row);
  const auto tags = wire::decode_tags(reader.vector(), wire::segment_tag_bits);
  out.records = to_bytes(reader.vector());
  TERN_TRY(reader.finish("segment"));
  if (!tags) return Error(Errc::storage_damaged, "a segment's row does not parse");
  out.tags = *tags;
  return out;
}

Result<void> put_segment(Rows& rows, std::uint8_t number, const DirectorySegment& segment) {
  RecordWriter writer;
  writer.vector(wire::encode_tags(segment.tags)).vector(segment.records);
  return rows.put(tables::segments, ByteSpan(&number, 1), writer.span());
}

Result<std::optional<EvaluationRecord>> batch(const ReadRows& rows) {
  TERN_ASSIGN(const auto row, rows.get(tables::directory, as_bytes(batch_row)));
  if (!row) return std::optional<EvaluationRecord>();
  TERN_ASSIGN(auto record, decode_evaluation_record(*row));
  return std::optional(std::move(record));
}

Result<void> put_batch(Rows& rows, const EvaluationRecord& record) {
  return rows.put(tables::directory, as_bytes(batch_row), encode(record));
}

Result<void> erase_batch(Rows& rows) { return rows.erase(tables::directory, as_bytes(batch_row)); }

}  // namespace directory_rows
}  // namespace tern::client
