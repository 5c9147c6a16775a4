// The directory's rows in ordered tables.
#pragma once

#include "relay/directory_store.hpp"

namespace tern::relay {

class KvDirectoryRows final : public DirectoryRows {
 public:
  explicit KvDirectoryRows(store::WriteTransaction& rows) : rows_(rows) {}
  /// Whether anything was written: all of it is to be kept for sure.
  bool wrote() const { return wrote_; }

  Result<std::vector<EpochRow>> epochs() override;
  Result<void> put_epoch(const EpochRow& row) override;
  Result<void> erase_epoch(std::uint32_t epoch) override;
  Result<bool> has_member(std::uint32_t epoch, wire::Tag tag, const AccountId& account) override;
  Result<void> put_member(std::uint32_t epoch, wire::Tag tag, const AccountId& account,
                          ByteSpan record) override;
  Result<void> erase_member(std::uint32_t epoch, wire::Tag tag, const AccountId& account) override;
  Result<void> members_with(std::uint32_t epoch, wire::Tag tag, const VisitMember& visit) override;
  Result<void> members_in(std::uint32_t epoch, std::uint8_t segment,
                          const VisitMember& visit) override;
  Result<std::optional<std::uint64_t>> segment_version(std::uint32_t epoch,
                                                       std::uint8_t segment) override;
  Result<void> put_segment_version(std::uint32_t epoch, std::uint8_t segment,
                                   std::uint64_t version) override;
  Result<void> put_change(std::uint32_t epoch, std::uint64_t version,
                          const ChangeRow& row) override;
  Result<void> changes(std::uint32_t epoch, std::uint64_t from, std::uint64_t to,
                       const VisitChange& visit) override;
  Result<void> erase_changes(std::uint32_t epoch, std::uint64_t from, std::uint64_t to) override;
  Result<std::size_t> erase_rows_of(std::uint32_t epoch, std::size_t count_max) override;
  Result<std::optional<MeterRow>> meter(const AccountId& account) override;
  Result<void> put_meter(const AccountId& account, const MeterRow& row) override;
  Result<void> erase_meter(const AccountId& account) override;

 private:
  Result<void> put(store::Table table, ByteSpan key, ByteSpan value);
  Result<void> erase(store::Table table, ByteSpan key);
  Result<void> members(ByteSpan prefix, const VisitMember& visit);
  Result<std::size_t> erase_some(store::Table table, ByteSpan prefix, std::size_t count_max);

  store::WriteTransaction& rows_;
  bool wrote_ = false;
};

}  // namespace tern::relay
