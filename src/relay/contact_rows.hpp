// The rows of directory_store.hpp as bytes. Beside rows.hpp, by its rules.
#pragma once

#include "relay/directory_store.hpp"

namespace tern::relay {

/// A key that begins with an epoch, without a heap allocation.
class EpochKey {
 public:
  explicit EpochKey(std::uint32_t epoch) { add(epoch, 4); }
  EpochKey& part(std::uint8_t part) { return add(part, 1); }
  EpochKey& segment(std::uint8_t segment) { return add(segment, 1); }
  EpochKey& tag(wire::Tag tag) { return add(tag, wire::tag_bytes); }
  EpochKey& version(std::uint64_t version) { return add(version, 8); }
  EpochKey& account(const AccountId& account) {
    for (const auto byte : account.bytes) bytes_[size_++] = byte;
    return *this;
  }
  ByteSpan span() const { return ByteSpan(bytes_).first(size_); }
  operator ByteSpan() const { return span(); }

 private:
  EpochKey& add(std::uint64_t number, std::size_t bytes) {
    while (bytes-- > 0) bytes_[size_++] = static_cast<std::uint8_t>(number >> (8 * bytes));
    return *this;
  }
  std::array<std::uint8_t, 32> bytes_;
  std::size_t size_ = 0;
};

// Errors of all of them: storage_damaged.
Bytes encode(const NumberRow& row);
Result<NumberRow> decode_number_row(ByteSpan bytes);

Bytes encode(const OwnerRow& row);
Result<OwnerRow> decode_owner_row(ByteSpan bytes);

Bytes encode(const MeterRow& row);
Result<MeterRow> decode_meter_row(ByteSpan bytes);

/// The epoch is the key's.
Bytes encode(const EpochRow& row);
Result<EpochRow> decode_epoch_row(std::uint32_t epoch, ByteSpan bytes);

Bytes encode(const DirectoryState& state);
Result<DirectoryState> decode_directory_state(ByteSpan bytes);

Bytes encode(const DirectoryChange& change);
Result<DirectoryChange> decode_directory_change(ByteSpan bytes);

Bytes encode_sends(std::span<const std::int64_t> sends);
Result<std::vector<std::int64_t>> decode_sends(ByteSpan bytes);

/// As a key; and back.
Bytes encode(const ContactDue& due);
Result<ContactDue> decode_contact_due(ByteSpan key);

/// The tag and account of a key of the records.
Result<Member> decode_record_key(ByteSpan key);

}  // namespace tern::relay
