#include "relay/directory.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "relay/contacts.hpp"
#include "wire/certificate.hpp"

namespace tern::relay {
namespace {

bool is_served(EpochStage stage) {
  return stage == EpochStage::current || stage == EpochStage::previous;
}

// What happens to a directory that nobody has seen yet is no change.
Result<void> note_change(Context& context, const EpochRow& epoch, DirectoryState& state,
                         const DirectoryChange& change) {
  if (!is_served(epoch.stage)) return {};
  state.version = version_after(state.version, context.entropy);
  context.batch.changed_segments.insert({epoch.epoch, wire::segment_of(change.member.tag)});
  context.batch.directory_changed = true;
  return context.store.put_change(epoch.epoch, state.version, change);
}

}  // namespace

std::uint64_t version_after(std::uint64_t version, Entropy& entropy) {
  const auto drawn = entropy.u64() & ((std::uint64_t{1} << version_drawn_bits) - 1);
  return (changes_before(version) + 1) << version_drawn_bits | drawn;
}

Result<std::vector<EpochRow>> kept_epochs(DirectoryTransaction& store) {
  TERN_ASSIGN(auto epochs, store.epochs());
  std::erase_if(epochs, [](const EpochRow& row) { return row.stage == EpochStage::dead; });
  return epochs;
}

Result<EpochRow> current_epoch(DirectoryTransaction& store) {
  TERN_ASSIGN(const auto epochs, store.epochs());
  const auto found = std::find_if(epochs.begin(), epochs.end(), [](const EpochRow& row) {
    return row.stage == EpochStage::current;
  });
  if (found == epochs.end()) return Error(Errc::storage_damaged, "the directory has no epoch");
  return *found;
}

Result<EpochRow> served_epoch(DirectoryTransaction& store, std::uint32_t epoch) {
  TERN_ASSIGN(const auto epochs, store.epochs());
  const auto found = std::find_if(epochs.begin(), epochs.end(), [epoch](const EpochRow& row) {
    return row.epoch == epoch && is_served(row.stage);
  });
  if (found == epochs.end()) return Errc::directory_epoch_gone;
  return *found;
}

Result<bool> open_epochs(DirectoryTransaction& store, EpochKeys& keys) {
  TERN_ASSIGN(const auto epochs, kept_epochs(store));
  return std::all_of(epochs.begin(), epochs.end(),
                     [&](const EpochRow& row) { return keys.get(row).has_value(); });
}

Result<void> give_up_epochs(DirectoryTransaction& store) {
  TERN_ASSIGN(const auto epochs, kept_epochs(store));
  for (auto row : epochs) {
    row.stage = EpochStage::dead;
    TERN_TRY(store.put_epoch(row));
  }
  return {};
}

Result<std::vector<NewRecord>> records_for(Context& context, std::string_view number,
                                           const crypto::VerifyKey& account_key) {
  TERN_ASSIGN(const auto epochs, kept_epochs(context.store));
  std::vector<NewRecord> out;
  out.reserve(epochs.size());
  for (const auto& epoch : epochs) {
    TERN_ASSIGN(const auto keys, context.contacts.epoch_keys.get(epoch));
    TERN_ASSIGN(const auto output, crypto::voprf::evaluate(keys->private_key, as_bytes(number)));
    const auto place = crypto::directory_place(output);
    const auto record = crypto::seal_record(place, account_key, context.entropy);
    out.push_back({epoch.epoch, place.tag, *DirectoryRecord::from(record)});
  }
  return out;
}

Result<void> add_to_directory(Context& context, const AccountId& account,
                              std::span<const NewRecord> records) {
  TERN_ASSIGN(const auto epochs, kept_epochs(context.store));
  for (const auto& epoch : epochs) {
    const auto found = std::find_if(records.begin(), records.end(), [&](const NewRecord& record) {
      return record.epoch == epoch.epoch;
    });
    if (found == records.end()) return Error(Errc::internal, "an epoch without a new record");
    const Member member{found->tag, account};
    TERN_ASSIGN(auto state, context.store.directory(epoch.epoch));
    TERN_TRY(context.store.put_record(epoch.epoch, member, found->record));
    ++state.members;
    TERN_TRY(note_change(context, epoch, state, {true, member}));
    TERN_TRY(context.store.put_directory(epoch.epoch, state));
  }
  return {};
}

Result<void> remove_from_directory(Context& context, const AccountId& account) {
  TERN_ASSIGN(const auto epochs, kept_epochs(context.store));
  for (const auto& epoch : epochs) {
    TERN_ASSIGN(const auto tag, context.store.place_of(epoch.epoch, account));
    if (!tag) continue;
    const Member member{*tag, account};
    TERN_ASSIGN(auto state, context.store.directory(epoch.epoch));
    TERN_TRY(context.store.erase_record(epoch.epoch, member));
    if (state.members > 0) --state.members;
    TERN_TRY(note_change(context, epoch, state, {false, member}));
    TERN_TRY(context.store.put_directory(epoch.epoch, state));
  }
  return {};
}

Result<crypto::VerifyKey> account_key(LogTransaction& store, const AccountId& account) {
  TERN_ASSIGN(const auto row, store.account(account));
  if (!row) return Errc::account_unknown;
  const auto list = wire::decode_device_list(row->device_list);
  if (!list) return Error(Errc::storage_damaged, "a device list does not parse");
  return crypto::VerifyKey{list->account_key.bytes};
}

Result<OwnerRow> check_has_number(Context& context, const Caller& caller) {
  TERN_ASSIGN(const auto row, context.store.owner(caller.identity.account));
  if (!row || !row->number) return Errc::number_not_confirmed;
  return *row;
}

}  // namespace tern::relay
