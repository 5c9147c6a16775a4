// A device of one chat on a disk in memory, in the midst of a step: for rows that only those read
// who also look for them.
#pragma once

#include "client/step.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "store/memory.hpp"

namespace tern::fuzzing {

struct DeviceDisk {
  crypto::DeterministicEntropy entropy{1};
  store::MemoryDisk disk;
  std::unique_ptr<store::Environment> environment = store::open_memory(disk);
  client::Device device{*environment,
                        store::StorageKey{},
                        entropy,
                        {},
                        std::make_shared<client::DraftClaims>(),
                        client::make_account({}, entropy)};
  std::unique_ptr<store::WriteTransaction> transaction = environment->write().value();
  client::Step step{device, {}, *transaction};
  client::Chat& chat =
      device.chats.add(std::make_unique<client::Chat>(device.open_rows, device.sealer, ChatId{}));

  /// Seals it, as the device would.
  void put(store::Table table, ByteSpan key, ByteSpan row) {
    step.rows.put(table, key, row).value();
  }
  /// nullopt: there is none.
  std::optional<Bytes> get(store::Table table, ByteSpan key) const {
    const auto row = step.rows.get(table, key).value();
    return row ? std::optional(to_bytes(*row)) : std::nullopt;
  }
  /// Where a request to be added again is: this device's own, or the last one of another.
  Bytes rejoin_key(const DeviceId& of) const {
    return client::row_key(chat.row, device.sealer.row_id(client::tables::rejoins, of));
  }
};

}  // namespace tern::fuzzing
