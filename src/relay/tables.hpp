// The tables of the relay's database. Numbers are stable; none is used twice.
#pragma once

#include "store/port.hpp"

namespace tern::relay::tables {

inline constexpr store::Table logs{1};              // log -> LogState
inline constexpr store::Table entries{2};           // log, the first one's seq -> EntryRows
inline constexpr store::Table members{3};           // log, device -> Membership, on the list
inline constexpr store::Table device_logs{4};       // device, log -> nothing
inline constexpr store::Table accounts{5};          // account -> AccountRow
inline constexpr store::Table devices{6};           // device -> DeviceRow
inline constexpr store::Table transport_keys{7};    // transport key -> device
inline constexpr store::Table store_counters{8};    // device -> counter
inline constexpr store::Table key_packages{9};      // device, number -> key package; 0: last resort
inline constexpr store::Table group_infos{10};      // log, commit's seq -> shared GroupInfo
inline constexpr store::Table group_info_uses{11};  // log, commit's seq -> Welcomes that need it
inline constexpr store::Table expiries{12};         // day, log -> nothing
inline constexpr store::Table inbox_shares{13};     // inbox, author -> its entries there
inline constexpr store::Table struck{14};           // log, device -> Membership, off the list
inline constexpr store::Table blobs{15};            // owner, address -> BlobRow
inline constexpr store::Table blob_chunks{16};      // owner, number, chunk -> its bytes
inline constexpr store::Table blob_hashes{17};      // owner, number, chunk -> their BLAKE2b-256
inline constexpr store::Table blob_uses{18};        // owner -> BlobUse
inline constexpr store::Table blob_dues{19};        // day, owner, address -> nothing
inline constexpr store::Table dropped_blobs{20};    // owner, number -> chunks that are still there
// Phone numbers and the directory: directory_store.hpp.
inline constexpr store::Table epochs{21};   // epoch, 0 -> EpochRow; epoch, 1 -> DirectoryState
inline constexpr store::Table numbers{22};  // number -> NumberRow
inline constexpr store::Table owners{23};   // account -> OwnerRow
inline constexpr store::Table verifications{24};    // account, number -> a code, sealed
inline constexpr store::Table sends{25};            // number or account -> when codes were sent
inline constexpr store::Table meters{26};           // account -> MeterRow
inline constexpr store::Table records{27};          // epoch, tag, account -> record
inline constexpr store::Table places{28};           // account, epoch -> tag
inline constexpr store::Table changes{29};          // epoch, version -> DirectoryChange
inline constexpr store::Table contact_dues{30};     // day, what -> nothing
inline constexpr store::Table deletions{31};        // account -> nothing
inline constexpr store::Table account_devices{32};  // account, device -> nothing
// What stands in no table yet: store/journal.hpp.
inline constexpr store::Table journal{33};

/// Of the rows above; an older program refuses a folder with a newer one (storage_newer).
inline constexpr std::uint32_t schema = 2;

}  // namespace tern::relay::tables
