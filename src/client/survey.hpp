// What a device that cannot follow its chat reads in the log all the same, without opening it: who
// else asks to be added again, and who was taken out. Nothing of it is authenticated, so that it
// only ever makes a new group smaller; a request counts by its device's signature.
#pragma once

#include "client/step.hpp"

namespace tern::client {

struct Survey {
  std::uint64_t seq = 0;  ///< looked at up to here
  std::vector<DeviceId> removed;
  struct Asked {
    DeviceId device;
    std::uint64_t cursor = 0;  ///< what it had applied
    Bytes key_package;
  };
  std::vector<Asked> asked;

  /// Begins where this device could follow last. Errors: storage_*.
  static Result<Survey> load(const ReadRows& rows, const Chat& chat);
  bool has_removed(const DeviceId& device) const;
  const Asked* find(const DeviceId& device) const;
};

namespace survey {

/// Whether it has come to the head that the relay has told of; else reads on.
Result<bool> is_done(Step& step, Chat& chat, const Survey& survey);
/// Which entry the answer to a read leaves out, and with it all that comes behind; nullopt: none.
Result<std::optional<std::uint64_t>> left_out_in(Step& step, Chat& chat,
                                                 const wire::Entries& answer);
Result<void> note(Step& step, Chat& chat, const std::vector<wire::Entry>& entries);

}  // namespace survey
}  // namespace tern::client
