// A device's folder in the hands of somebody who has its storage key too.
#pragma once

#include "mls/group.hpp"
#include "sim/device.hpp"

namespace tern::sim {

/// A copy of a device's disk as it is now, opened as its program would.
class StolenFolder {
 public:
  explicit StolenFolder(Device& device);
  ~StolenFolder();
  /// Errors: as mls::Group::open.
  Result<mls::Group> group(const ChatId& chat) const;
  const crypto::SigningKey& signing_key() const;
  const mls::Identity& identity() const;
  struct NamedSecret {
    std::string name;
    Bytes bytes;
  };
  /// What nobody else may ever hold: the device's keys, and those of the chat's present epoch.
  std::vector<NamedSecret> secrets(const ChatId& chat) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tern::sim
