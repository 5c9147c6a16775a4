// put_blob and get_blob.
#include "relay/blobs.hpp"

#include <algorithm>
#include <limits>

#include "base/try.hpp"
#include "crypto/blob.hpp"

namespace tern::relay {
namespace {

// Whatever the configuration says.
constexpr std::int64_t days_max = 100 * 365;

std::int64_t within_days_max(std::int64_t days) {
  return std::clamp<std::int64_t>(days, 0, days_max);
}

std::uint32_t to_due_day(std::int64_t day) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(day, 0, std::numeric_limits<std::uint32_t>::max()));
}

// The first day on which nothing of the last of so many days is left.
std::uint32_t due_after(const Context& context, std::int64_t days) {
  return to_due_day(std::int64_t{day_of(context.wall_s())} + within_days_max(days) + 1);
}

// A clock that went back takes nothing away.
Result<void> defer(Context& context, const BlobName& name, BlobRow& row, std::int64_t days) {
  return context.store.set_blob_due(name, row, std::max(row.due_day, due_after(context, days)));
}

// The days of an upload, which may be more, are over: the retention begins, on the latest day that
// the clock has said.
Result<void> begin_retention(Context& context, const BlobName& name, BlobRow& row) {
  const auto& limits = context.limits;
  const auto by_last_chunk = to_due_day(row.due_day - within_days_max(limits.blob_incomplete_days) +
                                        within_days_max(limits.retention_days));
  return context.store.set_blob_due(
      name, row, std::max(by_last_chunk, due_after(context, limits.retention_days)));
}

wire::Answer stored(const BlobRow& row) { return wire::BlobStored{row.chunks, row.complete}; }

// A refusal that says a limit of this relay's, or for which something was written.
wire::Answer refused(Context& context, const Caller& caller, Errc code, std::uint64_t limit = 0) {
  context.batch.refusals.emplace_back(caller.session.connection, code);
  wire::Refused out;
  out.code = code;
  out.limit = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(limit, std::numeric_limits<std::uint32_t>::max()));
  return out;
}

Result<bool> has_room(Context& context, const AccountId& owner, std::uint64_t room) {
  TERN_ASSIGN(const auto use, context.store.blob_use(owner));
  const auto quota = context.limits.blob_bytes_per_account;
  return use.room <= quota && room <= quota - use.room;
}

// Two levels: the payloads need not be read again.
Result<bool> belongs_to_address(Context& context, const BlobName& name, const BlobRow& row,
                                const crypto::Blake2bDigest& last) {
  std::vector<crypto::Blake2bDigest> hashes;
  if (row.chunks > 0) {
    TERN_ASSIGN(hashes, context.store.blob_hashes(name, row));
  }
  hashes.push_back(last);
  return crypto::blob_address(row.bytes, hashes) == name.address;
}

// Whole, so that it can be uploaded anew.
Result<wire::Answer> drop_damaged(Context& context, const Caller& caller, const BlobName& name,
                                  const BlobRow& row) {
  TERN_TRY(context.store.drop_blob(name, row));
  context.batch.blob_news.erase(name);
  context.batch.blobs_dropped = true;
  return refused(context, caller, Errc::blob_damaged);
}

Result<wire::Answer> add_chunk(Context& context, const BlobName& name, BlobRow row, bool is_new,
                               ByteSpan payload, const crypto::Blake2bDigest& hash) {
  if (is_new) TERN_TRY(context.store.begin_blob(name, row));
  TERN_TRY(context.store.add_blob_chunk(name, row, payload, hash));
  if (row.chunks == crypto::blob_chunks(row.bytes)) {
    TERN_TRY(context.store.complete_blob(name, row));
    TERN_TRY(begin_retention(context, name, row));
  } else {
    TERN_TRY(defer(context, name, row, context.limits.blob_incomplete_days));
  }
  context.batch.blob_news[name] = row.chunks;
  return stored(row);
}

}  // namespace

Result<wire::Answer> put_blob(Context& context, const Caller& caller,
                              const wire::PutBlob& request) {
  if (request.bytes == 0) return Errc::malformed;
  const auto bytes_max = context.limits.blob_bytes_max;
  if (request.bytes > bytes_max) return refused(context, caller, Errc::blob_too_large, bytes_max);
  const BlobName name{caller.identity.account, request.address};
  TERN_ASSIGN(const auto present, context.store.blob(name));
  auto row = present.value_or(BlobRow{});
  if (!present) {
    row.bytes = request.bytes;
    row.room = request.bytes + blob_row_room;
    row.due_day = due_after(context, context.limits.blob_incomplete_days);
  }
  if (row.bytes != request.bytes) return Errc::blob_damaged;
  if (request.payload.empty() || row.complete || request.chunk != row.chunks) return stored(row);
  if (request.payload.size() != crypto::blob_chunk_bytes(row.bytes, request.chunk))
    return Errc::blob_damaged;
  if (!present) {
    TERN_ASSIGN(const bool fits, has_room(context, name.owner, row.room));
    if (!fits)
      return refused(context, caller, Errc::blob_quota, context.limits.blob_bytes_per_account);
  }
  const auto hash = crypto::blake2b(request.payload);
  if (row.chunks + 1 == crypto::blob_chunks(row.bytes)) {
    TERN_ASSIGN(const bool belongs, belongs_to_address(context, name, row, hash));
    if (!belongs) return present ? drop_damaged(context, caller, name, row) : Errc::blob_damaged;
  }
  return add_chunk(context, name, row, !present, request.payload, hash);
}

// The blob's name is 256 bits that only its owner and the receivers of its messages know: whoever
// knows it may have it, and it is of no use without its key.
Result<wire::Answer> get_blob(Context& context, const Caller& caller,
                              const wire::GetBlob& request) {
  const BlobName name{request.owner, request.address};
  TERN_ASSIGN(const auto row, context.store.blob(name));
  if (row && request.chunk >= crypto::blob_chunks(row->bytes)) return Errc::blob_damaged;
  if (row && request.chunk < row->chunks) {
    wire::BlobChunk out;
    out.chunk = request.chunk;
    TERN_ASSIGN(out.payload, context.store.blob_chunk(name, *row, request.chunk));
    return wire::Answer(out);
  }
  context.batch.blob_interests.emplace_back(caller.session.connection, name);
  return row ? Errc::blob_incomplete : Errc::blob_unknown;
}

Result<void> keep_named_blobs(Context& context, const AccountId& owner,
                              std::span<const ParsedEntry> entries) {
  std::vector<BlobAddress> named;
  for (const auto& parsed : entries)
    named.insert(named.end(), parsed.blobs.begin(), parsed.blobs.end());
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  for (const auto& address : named) {
    const BlobName name{owner, address};
    TERN_ASSIGN(auto row, context.store.blob(name));
    if (row && row->complete) TERN_TRY(defer(context, name, *row, context.limits.retention_days));
  }
  return {};
}

}  // namespace tern::relay
