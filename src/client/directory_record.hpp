// The relay's directory as this device has it: who is in it, by tag, in sealed rows.
#pragma once

#include <array>

#include "client/tables.hpp"
#include "crypto/oprf.hpp"
#include "wire/contact_frames.hpp"
#include "wire/content.hpp"

namespace tern::client {

/// The directory's epoch and how far its segments are.
struct DirectoryRecord {
  std::uint32_t epoch = 0;  ///< 0: never seen
  /// Of the function in this epoch: pinned, another one is never believed.
  crypto::oprf::Element key;
  /// Of each segment; 0: not here.
  std::array<std::uint64_t, wire::segments_count> versions{};
  /// When all were last at the relay's head (Unix time, milliseconds).
  std::int64_t refreshed_ms = 0;

  std::uint64_t least_version() const;
  /// The next higher than the least that a segment has; 0: all have the same.
  std::uint64_t version_after_least() const;
};

/// One segment: its tags without their first byte, and the records that travelled with them.
struct DirectorySegment {
  std::vector<wire::Tag> tags;  ///< ascending
  Bytes records;                ///< wire::directory_record_bytes for each, or none
  bool has_records() const { return !records.empty() || tags.empty(); }
};

/// Blinded numbers that the relay was, or is about to be, asked to evaluate.
struct EvaluationRecord {
  struct Asked {
    RowId contact;
    crypto::oprf::Blinded blinded;
  };
  std::uint32_t epoch = 0;
  std::vector<Asked> asked;
};

/// What devices tell each other of the key, to find out whether they were all shown the same.
wire::DirectoryKeyHash key_hash(const DirectoryRecord& record);

crypto::SecretBytes encode(const DirectoryRecord& record);
Result<DirectoryRecord> decode_directory_record(ByteSpan bytes);
crypto::SecretBytes encode(const EvaluationRecord& record);
Result<EvaluationRecord> decode_evaluation_record(ByteSpan bytes);

namespace directory_rows {

Result<DirectoryRecord> get(const ReadRows& rows);
Result<void> put(Rows& rows, const DirectoryRecord& record);

Result<DirectorySegment> segment(const ReadRows& rows, std::uint8_t number);
Result<void> put_segment(Rows& rows, std::uint8_t number, const DirectorySegment& segment);

Result<std::optional<EvaluationRecord>> batch(const ReadRows& rows);
Result<void> put_batch(Rows& rows, const EvaluationRecord& record);
Result<void> erase_batch(Rows& rows);

}  // namespace directory_rows
}  // namespace tern::client
