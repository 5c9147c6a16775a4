#include "client/transfers.hpp"

#include <algorithm>

#include "client/blob_rows.hpp"
#include "client/step.hpp"

namespace tern::client {

void Transfers::forget_line() {
  puts = gets = 0;
  at_relay.clear();
  for (auto& [id, transfer] : under_way) {
    transfer.in_flight = transfer.stalls = transfer.limited = 0;
    transfer.next = transfer.moved;
    transfer.there = UINT32_MAX;
    transfer.asked = false;
    transfer.retry_at = INT64_MIN;
  }
}

namespace transfers {
namespace {

using Way = BlobRecord::Way;
using What = Purpose::What;

// A Notice comes when its owner has uploaded more; this is for the one that got lost.
constexpr std::int64_t incomplete_retry_ms = 60'000;
// Its owner has not begun, perhaps for hours.
constexpr std::int64_t unknown_retry_ms = 600'000;
constexpr std::uint32_t unknown_doublings_max = 7;  // to a day
constexpr std::int64_t refused_retry_ms = 60'000;
constexpr std::uint32_t limited_doublings_max = 16;  // of a millisecond, to a minute
constexpr std::uint32_t stalls_max = 3;

Transfer transfer_of(const BlobRecord& record) {
  Transfer out;
  out.way = record.way;
  out.device = record.device;
  out.owner = record.owner;
  out.address = record.address;
  out.chunks = record.chunks();
  out.moved = record.way == Way::up ? record.at_relay : record.have;
  out.next = out.most = out.moved;
  return out;
}

// A film has thousands of chunks, and nobody looks at more than a bar.
void tell_progress(Step& step, const BlobRecord& record, std::uint32_t before, std::uint32_t now) {
  constexpr std::uint64_t steps = 64;
  const auto chunks = std::max<std::uint64_t>(record.chunks(), 1);
  if (chunks <= steps || before * steps / chunks != now * steps / chunks) tell(step, record);
}

/// The record of a transfer; null when it is gone, and then the transfer is too.
Result<std::optional<BlobRecord>> record_of(Step& step, const BlobId& id) {
  TERN_ASSIGN(auto record, blobs::get(step.rows, id));
  if (!record) step.device.transfers.under_way.erase(id);
  return record;
}

Result<void> finish(Step& step, BlobRecord& record) {
  record.finished = true;
  record.failure = Errc{};
  record.stream = {};
  step.sync();
  step.device.transfers.under_way.erase(record.id());
  tell(step, record);
  TERN_TRY(blobs::put(step.rows, record));
  if (record.way == Way::down) return {};
  step.device.transfers.at_relay.insert(record.id());
  step.device.transfers.unproven.insert(record.id());
  return blobs::set_unproven(step.rows, record.id(), true);
}

Result<void> fail(Step& step, BlobRecord& record, Errc why) {
  record.failure = why;
  record.wanted = false;
  step.sync();
  step.device.transfers.under_way.erase(record.id());
  tell(step, record);
  return blobs::put(step.rows, record);
}

bool has_room(const Transfers& all, const Transfer& transfer) {
  return transfer.way == Way::down ? all.gets < Transfers::gets_max
                                   : all.puts < Transfers::puts_max;
}

// All was sent, and yet it is not known to be complete.
bool asks(const Transfer& transfer) {
  return transfer.way == Way::up && transfer.moved == transfer.chunks && !transfer.asked;
}

bool can_move(const Transfers& all, const Transfer& transfer, Now now) {
  return has_room(all, transfer) && transfer.retry_at <= now.mono_ms &&
         (asks(transfer) || transfer.next < std::min(transfer.chunks, transfer.there));
}

/// What has the least left; an end of the map when nothing can move.
auto choose(Transfers& all, Now now) {
  auto best = all.under_way.end();
  for (auto it = all.under_way.begin(); it != all.under_way.end(); ++it) {
    if (!can_move(all, it->second, now)) continue;
    const auto left = it->second.chunks - it->second.moved;
    if (best == all.under_way.end() || left < best->second.chunks - best->second.moved) best = it;
  }
  return best;
}

Result<void> put_next(Step& step, BlobRecord& record, Transfer& transfer) {
  wire::PutBlob request{record.address, record.bytes, transfer.next, {}};
  SecretBytes chunk;
  auto what = What::ask_blob;
  if (asks(transfer)) {
    transfer.asked = true;
  } else {
    what = What::put_blob;
    auto read = blobs::chunk(step.rows, record.store, transfer.next);
    // One recording that the disk has spoilt is no reason to stop everything else.
    if (!read && read.error() == Errc::storage_damaged)
      return fail(step, record, Errc::storage_damaged);
    if (!read) return read.error();
    chunk = std::move(*read);
    request.payload = chunk;
    ++transfer.next;
  }
  step.send({what, {}, record.id(), request.chunk}, request);
  ++transfer.in_flight;
  ++step.device.transfers.puts;
  return {};
}

void get_next(Step& step, const BlobRecord& record, Transfer& transfer) {
  step.send({What::get_blob, {}, record.id(), transfer.next},
            wire::GetBlob{record.owner, record.address, transfer.next});
  ++transfer.next;
  ++transfer.in_flight;
  ++step.device.transfers.gets;
}

/// The transfer that a request was for, with the request taken off the line; null when it is gone.
Transfer* answered(Device& device, const Purpose& purpose) {
  auto& all = device.transfers;
  auto& line = purpose.what == What::get_blob ? all.gets : all.puts;
  if (line > 0) --line;
  const auto found = all.under_way.find(purpose.blob);
  if (found == all.under_way.end()) return nullptr;
  if (found->second.in_flight > 0) --found->second.in_flight;
  return &found->second;
}

void wait(Transfer& transfer, Now now, std::int64_t wait_ms) {
  transfer.retry_at = now.mono_ms + wait_ms;
  transfer.next = transfer.moved;
  transfer.asked = false;
}

// An honest relay that was put back asks for chunks again; one that never moves must not make this
// device send for ever.
std::int64_t stalled_retry_ms(const Transfer& transfer) {
  const auto over = transfer.stalls - std::min(transfer.stalls, stalls_max);
  return refused_retry_ms << std::min(over, unknown_doublings_max);
}

}  // namespace

Result<void> load(Device& device, const ReadRows& rows) {
  device.transfers = {};
  TERN_ASSIGN(const auto ids, blobs::under_way(rows));
  for (const auto& id : ids) {
    TERN_ASSIGN(const auto record, blobs::get(rows, id));
    if (record && record->under_way())
      device.transfers.under_way.insert_or_assign(id, transfer_of(*record));
    if (record && record->finished) device.transfers.unproven.insert(id);
  }
  return {};
}

void tell(Step& step, const BlobRecord& record) {
  step.emit(MediaChanged{record.chat, record.message, media_of(record)});
}

void add(Step& step, const BlobRecord& record) {
  step.then([&all = step.device.transfers.unproven, id = record.id()] { all.erase(id); });
  step.device.transfers.under_way.insert_or_assign(record.id(), transfer_of(record));
}

Result<void> go_on(Step& step) {
  auto& device = step.device;
  auto& all = device.transfers;
  if (all.under_way.empty() || !device.link.online() || !device.standing.registered) return {};
  if (all.puts == Transfers::puts_max && all.gets == Transfers::gets_max) return {};
  for (auto next = choose(all, step.now); next != all.under_way.end();
       next = choose(all, step.now)) {
    const auto id = next->first;
    TERN_ASSIGN(auto record, record_of(step, id));
    if (!record) continue;
    if (record->way == Way::down) {
      get_next(step, *record, next->second);
      continue;
    }
    TERN_TRY(put_next(step, *record, next->second));
  }
  return {};
}

std::int64_t retry_at(const Device& device, Now now) {
  if (!device.link.online() || !device.standing.registered) return never_ms;
  auto out = never_ms;
  for (const auto& [id, transfer] : device.transfers.under_way) {
    if (!has_room(device.transfers, transfer)) continue;
    if (transfer.retry_at > now.mono_ms) out = std::min(out, transfer.retry_at);
    if (can_move(device.transfers, transfer, now)) out = now.mono_ms;
  }
  return out;
}

bool busy(const Device& device, Now now) {
  const auto& all = device.transfers;
  return std::any_of(all.under_way.begin(), all.under_way.end(), [&](const auto& entry) {
    return entry.second.in_flight > 0 || can_move(all, entry.second, now);
  });
}

Result<void> stored(Step& step, const Purpose& purpose, const wire::BlobStored& answer) {
  Transfer* const transfer = answered(step.device, purpose);
  if (!transfer) return {};
  TERN_ASSIGN(auto record, record_of(step, purpose.blob));
  if (!record) return {};
  if (answer.complete) return finish(step, *record);
  const auto has = std::min(answer.chunks, transfer->chunks);
  const auto before = std::exchange(transfer->moved, has);
  transfer->limited = 0;
  // Only further than ever: one that goes back and forth is not moving.
  if (has > transfer->most) transfer->stalls = 0;
  transfer->most = std::max(transfer->most, has);
  const bool asked = purpose.what == What::ask_blob;
  const bool lost = has <= purpose.chunk || (transfer->in_flight == 0 && has < transfer->next);
  // It has all, and yet it is not complete; or less than was sent.
  const bool stalls = asked ? has == transfer->chunks : lost;
  transfer->next = asked || stalls ? has : std::max(transfer->next, has);
  if (stalls && (++transfer->stalls > stalls_max || asked))
    wait(*transfer, step.now, stalled_retry_ms(*transfer));
  if (has == before) return {};
  record->at_relay = has;
  tell_progress(step, *record, before, has);
  return blobs::put(step.rows, *record);
}

namespace {

// All chunks are here, and each was this blob's: are they all of it, and nothing else?
Result<void> check_address(Step& step, BlobRecord& record) {
  const auto address = blobs::address_of(step.rows, record.store, record.bytes);
  if (!address && address.error() != Errc::storage_damaged) return address.error();
  if (address && *address == record.address) return finish(step, record);
  TERN_TRY(blobs::erase_chunks(step.rows, record.store));
  record.have = 0;
  record.stream = {};
  // What the disk has spoilt comes anew when it is asked for, and stops nothing else.
  return fail(step, record, address ? Errc::blob_damaged : Errc::storage_damaged);
}

}  // namespace

Result<void> received(Step& step, const Purpose& purpose, const wire::BlobChunk& answer) {
  Transfer* const transfer = answered(step.device, purpose);
  if (!transfer) return {};
  TERN_ASSIGN(auto record, record_of(step, purpose.blob));
  if (!record) return {};
  if (purpose.chunk != record->have) {
    // Out of its order, after a refusal: asked for again.
    if (transfer->in_flight == 0) transfer->next = transfer->moved;
    return {};
  }
  const auto kind = record->have + 1 == transfer->chunks ? crypto::BlobChunkKind::last
                                                         : crypto::BlobChunkKind::more;
  auto stream = record->next_stream();
  const bool whole = answer.payload.size() == crypto::blob_chunk_bytes(record->bytes, record->have);
  if (answer.chunk != purpose.chunk || !whole || !stream.open(answer.payload, kind))
    return fail(step, *record, Errc::blob_damaged);
  TERN_TRY(blobs::put_chunk(step.rows, record->store, record->have, answer.payload));
  record->stream = SecretBytes(stream.state());
  transfer->moved = ++record->have;
  transfer->unknown = transfer->limited = 0;
  transfer->next = std::max(transfer->next, transfer->moved);
  // It was the question for more: the next one is.
  transfer->there = std::max(transfer->there, transfer->moved + 1);
  if (record->have == transfer->chunks) return check_address(step, *record);
  tell_progress(step, *record, transfer->moved - 1, transfer->moved);
  return blobs::put(step.rows, *record);
}

namespace {

constexpr std::int64_t retention_ms = limits::retention_days * 86'400'000;

std::int64_t wait_for(const wire::Refused& refused, Transfer& transfer) {
  switch (refused.code) {
    case Errc::rate_limited:
      // As the relay says; one that never means it is asked more and more seldom.
      return std::max<std::int64_t>(
          refused.retry_after_ms,
          std::int64_t{1} << std::min(transfer.limited++, limited_doublings_max));
    case Errc::blob_incomplete:
      return incomplete_retry_ms;
    case Errc::blob_unknown:
      // A Notice comes when there is something: this is for the one that got lost.
      // A round of questions is refused together, and counts once.
      if (transfer.in_flight == 0) ++transfer.unknown;
      return unknown_retry_ms << std::min(transfer.unknown, unknown_doublings_max);
    case Errc::blob_quota:
    case Errc::blob_damaged:
      return unknown_retry_ms;
    default:
      return refused_retry_ms;
  }
}

}  // namespace

Result<void> refused(Step& step, const Purpose& purpose, const wire::Refused& refused) {
  if (refused.code == Errc::not_registered) step.device.standing.registered = false;
  Transfer* const transfer = answered(step.device, purpose);
  if (!transfer) return {};
  wait(*transfer, step.now, wait_for(refused, *transfer));
  TERN_ASSIGN(auto record, record_of(step, purpose.blob));
  if (!record) return {};
  if (purpose.what == What::get_blob) {
    transfer->there = transfer->moved + 1;
    const bool gone =
        refused.code == Errc::blob_unknown && step.now.wall_ms - record->since_ms > retention_ms;
    if (gone || refused.code == Errc::blob_damaged) return fail(step, *record, refused.code);
    return {};
  }
  if (refused.code == Errc::blob_too_large) return fail(step, *record, refused.code);
  // Nothing of it is lost: it is tried again when there is room.
  if (refused.code == Errc::blob_quota)
    step.problem(record->chat, refused.code, "the relay has no room for this account's files");
  if (refused.code != Errc::blob_damaged || record->at_relay == 0) return {};
  transfer->moved = transfer->next = record->at_relay = 0;
  return blobs::put(step.rows, *record);
}

void advanced(Device& device, const wire::BlobHead& head) {
  for (auto& [id, transfer] : device.transfers.under_way) {
    if (transfer.way != Way::down || transfer.address != head.address ||
        transfer.owner != head.owner)
      continue;
    // One more than there is: the question that is answered when there is more.
    transfer.there = std::max(head.chunks, transfer.moved) + 1;
    transfer.retry_at = INT64_MIN;
  }
}

}  // namespace transfers
}  // namespace tern::client
