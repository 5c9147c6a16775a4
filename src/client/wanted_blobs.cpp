#include "client/wanted_blobs.hpp"

#include <algorithm>

#include "client/blob_rows.hpp"
#include "client/step.hpp"

namespace tern::client::wanted_blobs {
namespace {

/// Fetched without being asked for: a voice message of any length that a recorder makes, and of
/// those only so many at once, for anybody may announce what never comes.
constexpr std::uint64_t automatic_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t automatic_max = 512;
/// Of one device's, or a single liar would keep everybody else's from coming.
constexpr std::size_t automatic_of_one_max = 64;

bool fetches_by_itself(const Transfers& all, const wire::Content& content, const wire::BlobRef& ref,
                       const DeviceId& from) {
  // Speech is wanted at once; a film is what its receiver asks for.
  if (!std::holds_alternative<wire::VoiceContent>(content.body)) return false;
  if (ref.bytes > automatic_bytes_max || all.under_way.size() >= automatic_max) return false;
  const auto same =
      std::count_if(all.under_way.begin(), all.under_way.end(), [&](const auto& entry) {
        return entry.second.way == BlobRecord::Way::down && entry.second.device == from;
      });
  return static_cast<std::size_t>(same) < automatic_of_one_max;
}

BlobRecord record_for(Step& step, const wire::BlobRef& ref) {
  BlobRecord out;
  out.owner = ref.owner;
  out.address = ref.address;
  out.bytes = ref.bytes;
  out.key = std::move(*crypto::Secret<32>::from(ref.key));
  out.header = *crypto::BlobHeader::from(ref.header);
  out.store = step.device.entropy.make<ChunkStoreId>();
  out.since_ms = step.now.wall_ms;
  return out;
}

}  // namespace

Result<void> announced(Step& step, const Chat& chat, const MessageId& message,
                       const DeviceId& device, ByteSpan bytes) {
  TERN_ASSIGN(const auto content, wire::decode_content(bytes));
  const auto* const ref = wire::blob_of(content);
  if (!ref) return {};
  TERN_ASSIGN(const auto known, blobs::get(step.rows, id_of(*ref)));
  if (known) return {};
  auto record = record_for(step, *ref);
  record.chat = chat.id();
  record.message = message;
  record.device = device;
  record.wanted = fetches_by_itself(step.device.transfers, content, *ref, device);
  if (record.wanted) transfers::add(step, record);
  return blobs::put(step.rows, record);
}

Result<void> fetch(Step& step, const BlobId& id) {
  TERN_ASSIGN(auto record, blobs::get(step.rows, id));
  if (!record) return Error(Errc::not_found, "the message points at nothing to fetch");
  if (record->finished) return {};
  record->failure = Errc{};
  record->wanted = true;
  transfers::add(step, *record);
  step.sync();
  transfers::tell(step, *record);
  return blobs::put(step.rows, *record);
}

Result<void> offer_again(Step& step, const BlobId& id) {
  TERN_ASSIGN(auto record, blobs::get(step.rows, id));
  if (!record || record->way != BlobRecord::Way::up) return {};
  record->finished = false;
  record->failure = Errc{};
  record->since_ms = step.now.wall_ms;
  transfers::add(step, *record);
  return blobs::put(step.rows, *record);
}

Result<void> offer_unless_there(Step& step, const BlobId& id) {
  constexpr std::int64_t day_ms = 86'400'000;
  const bool uploaded_here = step.device.transfers.at_relay.erase(id) > 0;
  TERN_ASSIGN(const auto record, blobs::get(step.rows, id));
  if (!record || !record->finished) return {};
  if (uploaded_here && step.now.wall_ms - record->since_ms < day_ms) return {};
  return offer_again(step, id);
}

Result<void> offer_unproven(Step& step) {
  const auto ids = step.device.transfers.unproven;
  for (const auto& id : ids) TERN_TRY(offer_again(step, id));
  return {};
}

Result<void> prove(Step& step) {
  auto& all = step.device.transfers;
  if (all.unproven.empty()) return {};
  // One that this step offers again has its row for that.
  for (const auto& id : all.unproven)
    if (!all.under_way.contains(id)) TERN_TRY(blobs::set_unproven(step.rows, id, false));
  step.then([&all] { all.unproven.clear(); });
  return {};
}

Result<void> offer_all_again(Step& step) {
  constexpr std::int64_t retention_ms = limits::retention_days * 86'400'000;
  TERN_ASSIGN(auto records, blobs::uploaded(step.rows, step.now.wall_ms - retention_ms));
  for (auto& record : records) {
    record.finished = false;
    transfers::add(step, record);
    TERN_TRY(blobs::put(step.rows, record));
  }
  return {};
}

Result<void> abandon(Step& step, const BlobId& id) {
  TERN_ASSIGN(auto record, blobs::get(step.rows, id));
  if (!record || !record->under_way()) return {};
  record->failure = Errc::not_member;
  step.device.transfers.under_way.erase(id);
  transfers::tell(step, *record);
  return blobs::put(step.rows, *record);
}

Result<void> drop(Step& step, const BlobId& id) {
  TERN_ASSIGN(const auto record, blobs::get(step.rows, id));
  if (!record) return {};
  step.device.transfers.under_way.erase(id);
  return blobs::erase(step.rows, *record);
}

}  // namespace tern::client::wanted_blobs
