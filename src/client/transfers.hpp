// Blobs on their way to and from the relay: chunk by chunk beside everything else, the blob with
// the least left first, so that a voice message does not wait for a film.
//
// A chunk is kept before the next one is asked for, so that whoever was interrupted goes on there.
// What a chunk says of itself (the secretstream's tag) is checked as it comes, the blob's address
// when all are here.
#pragma once

#include <set>

#include "client/blob_record.hpp"
#include "client/link.hpp"

namespace tern::client {

class Step;
class Chat;
struct Device;

/// One blob under way, as the present link sees it.
struct Transfer {
  BlobRecord::Way way = BlobRecord::Way::down;
  DeviceId device;  ///< whose message names it
  AccountId owner;
  BlobAddress address;
  std::uint32_t chunks = 0;
  std::uint32_t moved = 0;            ///< of them
  std::uint32_t next = 0;             ///< to be sent or asked for
  std::uint32_t in_flight = 0;        ///< requests
  std::uint32_t most = 0;             ///< up: chunks that the relay has had at most
  std::uint32_t stalls = 0;           ///< answers since then that brought it no further
  std::uint32_t limited = 0;          ///< refusals in a row for going too fast
  std::uint32_t unknown = 0;          ///< refusals in a row: nothing of it is at the relay
  std::uint32_t there = UINT32_MAX;   ///< down: worth asking for, while its owner uploads
  bool asked = false;                 ///< up: whether the relay has all of it
  std::int64_t retry_at = INT64_MIN;  ///< monotonic
};

struct Transfers {
  // So that a text finds at most so much in front of it on the line.
  static constexpr std::uint32_t puts_max = 2;
  static constexpr std::uint32_t gets_max = 4;
  std::map<BlobId, Transfer> under_way;
  std::uint32_t puts = 0;  ///< requests in flight
  std::uint32_t gets = 0;
  /// Known to be at the relay since this link began, and its message has yet to go out.
  std::set<BlobId> at_relay;
  /// Uploaded, and no log has moved since: a relay that is put back to before it shows nothing.
  std::set<BlobId> unproven;
  /// Nothing is known of the next link.
  void forget_line();
};

namespace transfers {

/// Of every blob under way: when a folder is opened, and when a step has failed.
Result<void> load(Device& device, const ReadRows& rows);
/// To be moved from now on. The record stands in its row.
void add(Step& step, const BlobRecord& record);
/// Sends what there is room for. Once a step.
Result<void> go_on(Step& step);
/// When go_on() is next wanted; never_ms.
std::int64_t retry_at(const Device& device, Now now);
/// Whether something is, or could be, moving.
bool busy(const Device& device, Now now);

Result<void> stored(Step& step, const Purpose& purpose, const wire::BlobStored& answer);
Result<void> received(Step& step, const Purpose& purpose, const wire::BlobChunk& answer);
Result<void> refused(Step& step, const Purpose& purpose, const wire::Refused& refused);
/// There is more of a blob that was asked for.
void advanced(Device& device, const wire::BlobHead& head);
/// Tells the app how far it is.
void tell(Step& step, const BlobRecord& record);

}  // namespace transfers
}  // namespace tern::client
