// Contact sync (the design's section 4): which numbers of the address book are in the relay's
// directory, found out on this device.
//
// A contact goes through up to three kinds of work, each kept in a row until it is done, so that a
// program that ends goes on where it was: its number is evaluated under the directory's key
// (evaluations), its tag looked for in the directory (directory_search), and, where the records do
// not travel along, the records under its tag asked for. Meanwhile the directory is brought up to
// date (directory_download).
#pragma once

#include <functional>

#include "client/directory_record.hpp"
#include "client/engine.hpp"
#include "client/link.hpp"

namespace tern::client {

class Step;
class Chat;
struct Device;

/// An app that waits for a sync's result.
struct SyncWaiter {
  std::vector<RowId> contacts;
  Engine::SyncDone done;
};

/// What is in memory of it; the rest is in rows.
struct ContactSync {
  DirectoryRecord directory;  ///< as its row
  bool active = false;        ///< there is, or may be, something to do

  // Of the present link.
  bool asking = false;  ///< for the head, segments or changes: one after the other
  bool evaluating = false;
  std::vector<RowId> looking_up;  ///< whose tags are asked for, in order
  bool head_known = false;
  std::uint64_t head_version = 0;

  std::int64_t retry_at = INT64_MIN;            ///< monotonic: nothing before, after a refusal
  std::int64_t evaluate_at = INT64_MIN;         ///< monotonic: over the allowance until then
  std::size_t evaluate_most = SIZE_MAX;         ///< what the relay has said may be asked for now
  std::int64_t refresh_at = INT64_MIN;          ///< monotonic
  std::size_t asked_total = 0, asked_done = 0;  ///< numbers of the syncs under way
  std::vector<SyncWaiter> waiters;
  std::vector<Engine::Done> refresh_waiters;
  /// Accounts whose number has a key that waits to be accepted: nothing is sent to them.
  std::vector<AccountId> held;

  void forget_line();
};

namespace contacts {

Result<void> load(Device& device, const ReadRows& rows);
/// Asks for what can be asked for now. Once a step.
Result<void> go_on(Step& step);
/// When go_on() is next wanted, being online; never_ms.
std::int64_t retry_at(const Device& device, Now now);
bool busy(const Device& device, Now now);

/// Errors: too_long, text_not_utf8, number_invalid, number_not_confirmed.
Result<void> sync(Step& step, std::span<const Contact> book, bool replace, Engine::SyncDone done);
Result<void> refresh(Step& step, Engine::Done done);
/// Errors: not_found.
Result<void> remove(Step& step, std::string_view number);

Result<void> answered(Step& step, const Purpose& purpose, const wire::Answer& answer);
Result<void> refused(Step& step, const Purpose& purpose, const wire::Refused& refused);
/// Nothing more can be found out for now: whoever waits is told.
void fail(Step& step, const Error& why);

}  // namespace contacts
}  // namespace tern::client
