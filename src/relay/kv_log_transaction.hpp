// One batch over ordered tables. A log's state is read and written once a batch, however many
// requests touch it.
#pragma once

#include <unordered_map>

#include "relay/log_store.hpp"
#include "relay/rows.hpp"

namespace tern::relay {

class KvLogTransaction final : public LogTransaction {
 public:
  explicit KvLogTransaction(store::WriteTransaction& rows) : rows_(rows) {}

  /// Writes what is still held back. How the commit must be made; nullopt: there is nothing.
  Result<std::optional<store::Durability>> finish();

  Result<std::optional<LogState>> log(const LogId& log) override;
  Result<void> create_log(const LogId& log, const LogState& state) override;
  Result<void> append(const LogId& log, const LogState& before, const LogState& after,
                      std::span<const EntryRow> rows) override;
  Result<void> read(const LogId& log, std::uint64_t from, std::uint64_t to,
                    const VisitEntry& visit) override;
  Result<std::size_t> forget(const LogId& log, std::uint64_t to, std::size_t count_max) override;
  Result<std::uint64_t> inbox_share(const LogId& inbox, const DeviceId& author) override;

  Result<std::optional<Membership>> member(const LogId& log, const DeviceId& device) override;
  Result<void> put_member(const LogId& log, const DeviceId& device,
                          const Membership& membership) override;
  Result<void> update_member(const LogId& log, const DeviceId& device,
                             const Membership& membership) override;
  Result<void> erase_member(const LogId& log, const DeviceId& device) override;
  Result<void> members(const LogId& log, const VisitMember& visit) override;
  Result<void> struck(const LogId& log, const VisitMember& visit) override;
  Result<void> logs_of(const DeviceId& device,
                       const std::function<Scan(const LogId&)>& visit) override;
  Result<void> advance_cursor(const LogId& log, const DeviceId& device,
                              std::uint64_t acked) override;

  Result<std::optional<AccountRow>> account(const AccountId& account) override;
  Result<void> put_account(const AccountId& account, const AccountRow& row) override;
  Result<std::optional<DeviceRow>> device(const DeviceId& device) override;
  Result<std::optional<DeviceId>> device_with(const crypto::DhPublicKey& transport_key) override;
  Result<void> put_device(const DeviceId& device, const DeviceRow& row) override;
  Result<std::uint64_t> store_counter(const DeviceId& device) override;
  Result<void> raise_store_counter(const DeviceId& device, std::uint64_t counter) override;

  Result<std::uint32_t> key_packages_left(const DeviceId& device) override;
  Result<std::optional<StoredKeyPackage>> next_key_package(const DeviceId& device) override;
  Result<std::optional<StoredKeyPackage>> last_resort(const DeviceId& device) override;
  Result<void> take_key_package(const DeviceId& device, std::uint64_t number) override;
  Result<void> put_key_packages(const DeviceId& device, std::span<const ByteSpan> added,
                                std::size_t keep_max) override;
  Result<void> put_last_resort(const DeviceId& device, ByteSpan key_package) override;
  Result<void> forget_key_packages(const DeviceId& device) override;

  Result<void> put_shared_group_info(const SharedGroupInfo& where, std::uint32_t references,
                                     ByteSpan group_info) override;
  Result<Bytes> shared_group_info(const SharedGroupInfo& where) override;

  Result<void> note_expiry(const Expiry& expiry) override;
  Result<std::vector<Expiry>> expired(std::uint32_t day_max, std::size_t count_max) override;
  Result<void> erase_expiry(const Expiry& expiry) override;

  Result<BlobUse> blob_use(const AccountId& owner) override;
  Result<std::optional<BlobRow>> blob(const BlobName& blob) override;
  Result<void> begin_blob(const BlobName& blob, BlobRow& row) override;
  Result<void> add_blob_chunk(const BlobName& blob, BlobRow& row, ByteSpan chunk,
                              const crypto::Blake2bDigest& hash) override;
  Result<void> complete_blob(const BlobName& blob, BlobRow& row) override;
  Result<void> set_blob_due(const BlobName& blob, BlobRow& row, std::uint32_t due_day) override;
  Result<ByteSpan> blob_chunk(const BlobName& blob, const BlobRow& row,
                              std::uint32_t chunk) override;
  Result<std::vector<crypto::Blake2bDigest>> blob_hashes(const BlobName& blob,
                                                         const BlobRow& row) override;
  Result<void> drop_blob(const BlobName& blob, const BlobRow& row) override;
  Result<std::vector<BlobName>> due_blobs(std::uint32_t day_max, std::size_t count_max) override;
  Result<std::vector<DroppedBlob>> dropped_blobs(std::size_t count_max) override;
  Result<void> erase_dropped(const DroppedBlob& blob, std::size_t count_max) override;

  Result<void> erase_account(const AccountId& account) override;
  Result<std::vector<DeviceId>> devices_of(const AccountId& account,
                                           std::size_t count_max) override;
  Result<void> erase_device(const DeviceId& device) override;
  Result<void> drop_member(const LogId& log, const DeviceId& device) override;
  Result<void> erase_log(const LogId& log) override;
  Result<std::vector<BlobName>> blobs_of(const AccountId& owner, std::size_t count_max) override;
  Result<bool> forget_blob_use(const AccountId& owner) override;

  Result<std::optional<NumberRow>> number(const NumberId& number) override;
  Result<void> put_number(const NumberId& number, const NumberRow& row) override;
  Result<void> erase_number(const NumberId& number) override;
  Result<std::vector<std::pair<NumberId, NumberRow>>> numbers_after(
      const std::optional<NumberId>& after, std::size_t count_max) override;
  Result<std::optional<OwnerRow>> owner(const AccountId& account) override;
  Result<void> put_owner(const AccountId& account, const OwnerRow& row) override;
  Result<void> put_owner_lazily(const AccountId& account, const OwnerRow& row) override;
  Result<void> erase_owner(const AccountId& account) override;
  Result<std::optional<Bytes>> verification(const AccountId& account,
                                            const NumberId& number) override;
  Result<void> put_verification(const AccountId& account, const NumberId& number,
                                ByteSpan sealed) override;
  Result<void> erase_verification(const AccountId& account, const NumberId& number) override;
  Result<std::vector<NumberId>> verifications_of(const AccountId& account,
                                                 std::size_t count_max) override;
  Result<std::vector<std::int64_t>> sends(const SendsKey& key) override;
  Result<void> put_sends(const SendsKey& key, std::span<const std::int64_t> sends) override;
  Result<std::optional<MeterRow>> meter(const AccountId& account) override;
  Result<void> put_meter(const AccountId& account, const MeterRow& row) override;
  Result<void> erase_meter(const AccountId& account) override;
  Result<void> note_contact_due(const ContactDue& due) override;
  Result<std::vector<ContactDue>> contact_dues(std::uint32_t day_max,
                                               std::size_t count_max) override;
  Result<void> erase_contact_due(const ContactDue& due) override;

  Result<std::vector<EpochRow>> epochs() override;
  Result<void> put_epoch(const EpochRow& row) override;
  Result<DirectoryState> directory(std::uint32_t epoch) override;
  Result<void> put_directory(std::uint32_t epoch, const DirectoryState& state) override;
  Result<void> erase_epoch(std::uint32_t epoch) override;
  Result<std::optional<wire::Tag>> place_of(std::uint32_t epoch, const AccountId& account) override;
  Result<void> put_record(std::uint32_t epoch, const Member& member,
                          const DirectoryRecord& record) override;
  Result<void> erase_record(std::uint32_t epoch, const Member& member) override;
  Result<std::optional<DirectoryRecord>> record(std::uint32_t epoch, const Member& member) override;
  Result<void> segment(std::uint32_t epoch, std::uint8_t segment,
                       const VisitRecord& visit) override;
  Result<void> records_under(std::uint32_t epoch, wire::Tag tag, const VisitRecord& visit) override;
  Result<void> put_change(std::uint32_t epoch, std::uint64_t version,
                          const DirectoryChange& change) override;
  Result<bool> has_change(std::uint32_t epoch, std::uint64_t version) override;
  Result<void> changes(std::uint32_t epoch, std::uint64_t since, std::uint64_t until,
                       const VisitChange& visit) override;
  Result<std::size_t> forget_changes(std::uint32_t epoch, std::uint64_t to,
                                     std::size_t count_max) override;
  Result<std::size_t> erase_rows_of(std::uint32_t epoch, std::size_t count_max) override;

  Result<bool> is_being_deleted(const AccountId& account) override;
  Result<void> put_deletion(const AccountId& account) override;
  Result<void> erase_deletion(const AccountId& account) override;
  Result<std::optional<AccountId>> next_deletion() override;

 private:
  struct HeldState {
    std::optional<LogState> state;
    bool changed = false;
  };
  Result<HeldState*> held(const LogId& log);
  Result<EntryRow> entry(const LogId& log, std::uint64_t seq);
  Result<std::uint64_t> row_of(const LogId& log, std::uint64_t seq);
  Result<void> erase_rows(const LogId& log, std::uint64_t from, std::uint64_t to);
  Result<void> memberships(store::Table table, const LogId& log, const VisitMember& visit);
  Result<void> visit_records(ByteSpan prefix, const VisitRecord& visit);
  /// What an inbox entry takes beside its own row, given back.
  Result<void> release_welcome(const LogId& inbox, const EntryRow& row);
  Result<void> release_group_info(const SharedGroupInfo& where);
  Result<std::vector<std::uint64_t>> key_package_numbers(const DeviceId& device);

  // What is written is kept for sure, or lazily, as the port says of each call.
  Result<void> put(store::Table table, ByteSpan key, ByteSpan value) {
    synced_ = true;
    return rows_.put(table, key, value);
  }
  Result<void> erase(store::Table table, ByteSpan key) {
    synced_ = true;
    return rows_.erase(table, key);
  }
  Result<void> put_lazily(store::Table table, ByteSpan key, ByteSpan value) {
    lazy_ = true;
    return rows_.put(table, key, value);
  }
  Result<void> erase_lazily(store::Table table, ByteSpan key) {
    lazy_ = true;
    return rows_.erase(table, key);
  }

  store::WriteTransaction& rows_;
  std::unordered_map<LogId, HeldState> held_;
  Bytes row_bytes_;
  bool synced_ = false;
  bool lazy_ = false;
};

}  // namespace tern::relay
