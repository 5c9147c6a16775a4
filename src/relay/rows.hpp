// The relay's rows as bytes: big-endian numbers in a fixed order, so that keys sort by seq.
#pragma once

#include "relay/log_store.hpp"

namespace tern::relay {

/// Parts of a key one after the other, without a heap allocation.
class Key {
 public:
  explicit Key(ByteSpan part) { add(part); }
  Key(ByteSpan first, ByteSpan second) : Key(first) { add(second); }
  Key(ByteSpan id, std::uint64_t number) : Key(id) { add(number); }
  Key(ByteSpan id, std::uint64_t number, std::uint64_t part) : Key(id, number) { add(part); }
  static Key day_and_log(std::uint32_t day, ByteSpan log) { return day_and(day, log); }
  static Key day_and_blob(std::uint32_t day, const BlobName& blob) {
    auto key = day_and(day, blob.owner);
    key.add(blob.address);
    return key;
  }
  ByteSpan span() const { return ByteSpan(bytes_).first(size_); }
  operator ByteSpan() const { return span(); }

 private:
  Key() = default;
  static Key day_and(std::uint32_t day, ByteSpan id) {
    Key key;
    for (int shift = 24; shift >= 0; shift -= 8)
      key.bytes_[key.size_++] = static_cast<std::uint8_t>(day >> shift);
    key.add(id);
    return key;
  }
  void add(ByteSpan part) {
    for (auto byte : part) bytes_[size_++] = byte;
  }
  void add(std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes_[size_++] = static_cast<std::uint8_t>(number >> shift);
  }
  std::array<std::uint8_t, 52> bytes_;
  std::size_t size_ = 0;
};

/// The number that a key ends with.
std::uint64_t number_at_end(ByteSpan key);

Bytes encode(const LogState& state);
Result<LogState> decode_log_state(ByteSpan bytes);

/// One entry, into `out`, which is reused from row to row. The seq is the key's.
void encode_into(Bytes& out, const EntryRow& row);
/// The payload points into `bytes`.
Result<EntryRow> decode_entry_row(std::uint64_t seq, ByteSpan bytes);
/// Consecutive entries in one row. The first one's seq is the key's.
void encode_into(Bytes& out, std::span<const EntryRow> entries);
/// How many of `entries` one row takes, at least one, and only consecutive ones: what is stored
/// together is read, kept and forgotten together, and a value of some pages is as good as one of
/// many.
std::size_t entries_in_row(std::span<const EntryRow> entries);
/// How many a row holds.
Result<std::uint64_t> count_entries(ByteSpan bytes);
/// Those of a row from `from` on, the first of all being `first_seq`. Payloads point into `bytes`.
/// Says whether `visit` wants more.
Result<Scan> visit_entries(std::uint64_t first_seq, ByteSpan bytes, std::uint64_t from,
                           const LogTransaction::VisitEntry& visit);

Bytes encode(const Membership& membership);
Result<Membership> decode_membership(ByteSpan bytes);

Bytes encode(const DeviceRow& row);
Result<DeviceRow> decode_device_row(ByteSpan bytes);

Bytes encode(const AccountRow& row);
Result<AccountRow> decode_account_row(ByteSpan bytes);

Bytes encode(const BlobRow& row);
Result<BlobRow> decode_blob_row(ByteSpan bytes);

Bytes encode(const BlobUse& use);
Result<BlobUse> decode_blob_use(ByteSpan bytes);

Bytes encode_number(std::uint64_t number);
Result<std::uint64_t> decode_number(ByteSpan bytes);

}  // namespace tern::relay
