#include "relay/rates.hpp"

#include <algorithm>

namespace tern::relay {
namespace {

// Live voice is packets of 60 ms, 17 a second: two streams at once, typing marks beside them, and
// what a network has held back and lets go of all at once.
constexpr std::uint32_t signals_per_second = 100;
constexpr std::uint32_t signals_burst = 200;
// A phone between two networks comes back again and again; each time it may name all its logs.
constexpr std::uint32_t resume_minutes_burst = 3;
constexpr std::uint32_t publishes_per_minute = 10;
// After a week away a device has something to read in each of thousands of logs.
constexpr std::uint32_t reads_per_second = 50;
constexpr std::uint32_t reads_burst = 10'000;
// An Ack may name all logs of a device, once a second at most; most name few.
constexpr std::uint32_t acked_logs_per_second = 1'000;
constexpr std::uint32_t acked_logs_burst = 2 * limits::resume_logs_max;
constexpr std::uint32_t pings_per_second = 10;
constexpr std::uint32_t pings_burst = 2'000;
// Commits may change thousands of rows: of the appends, a tenth may be some.
constexpr std::uint32_t appends_per_commit = 10;
constexpr std::uint32_t appends_per_commit_in_burst = 2;

// A code typed wrong, a PIN, another number: a person's, each with a write that waits for the disk.
constexpr std::uint32_t numbers_per_minute = 20;
constexpr std::uint32_t numbers_burst = 60;
// A whole address book at once, and what was lost on the way again: a repeated batch is not
// charged, but computed.
constexpr std::uint32_t evaluations_per_minute = 30;
constexpr std::uint32_t evaluations_burst = 200;
constexpr std::uint32_t segments_per_minute = 20;
constexpr std::uint32_t segments_burst = 600;
constexpr std::uint32_t changes_per_minute = 60;
constexpr std::uint32_t lookups_per_minute = 60;
constexpr std::uint32_t lookups_burst = 200;
constexpr std::int64_t minute_us = 60'000'000;

constexpr std::size_t light_acked_logs_max = 256;
// The rows that a request for a blob reads and writes beside its bytes.
constexpr std::size_t blob_request_bytes = 4 * 1024;

bool is_commit(const wire::Entry& entry) {
  return entry.kind == wire::EntryKind::commit || entry.kind == wire::EntryKind::restart;
}

template <class... Kinds>
bool is_any_of(const wire::Request& request) {
  return (std::holds_alternative<Kinds>(request) || ...);
}

bool commits(const wire::Request& request) {
  const auto* const append = std::get_if<wire::Append>(&request);
  return is_any_of<wire::CreateLog>(request) ||
         (append && std::any_of(append->entries.begin(), append->entries.end(), is_commit));
}

std::uint32_t acked_logs(const wire::Request& request) {
  const auto* const ack = std::get_if<wire::Ack>(&request);
  return ack ? static_cast<std::uint32_t>(ack->logs.size()) : 0;
}

}  // namespace

bool is_heavy(const wire::Request& request) {
  return is_any_of<wire::Resume, wire::Register, wire::Read, wire::ReportHead, wire::ReadMembers,
                   wire::ClaimKeyPackages, wire::PublishKeyPackages, wire::Confirm,
                   wire::DeleteAccount, wire::OprfEvaluate, wire::GetSegments, wire::GetChanges,
                   wire::Lookup>(request) ||
         commits(request) || acked_logs(request) > light_acked_logs_max;
}

std::size_t blob_bytes(const wire::Request& request) {
  if (const auto* const put = std::get_if<wire::PutBlob>(&request))
    return blob_request_bytes + put->payload.size();
  return is_any_of<wire::GetBlob>(request) ? blob_request_bytes + limits::blob_chunk_bytes : 0;
}

Rates::Rates(const RelayLimits& limits)
    : appends_(TokenBuckets::per_second(limits.append_per_second, limits.append_burst)),
      commits_(TokenBuckets::per_second(limits.append_per_second / appends_per_commit,
                                        limits.append_burst / appends_per_commit_in_burst)),
      claims_(TokenBuckets::per_minute(limits.claims_per_minute)),
      signals_(TokenBuckets::per_second(signals_per_second, signals_burst)),
      resumes_(TokenBuckets::per_minute(limits.resumes_per_minute, resume_minutes_burst)),
      registrations_(TokenBuckets::per_hour(limits.registrations_per_hour)),
      publishes_(TokenBuckets::per_minute(publishes_per_minute)),
      reads_(TokenBuckets::per_second(reads_per_second, reads_burst)),
      acked_logs_(TokenBuckets::per_second(acked_logs_per_second, acked_logs_burst)),
      pings_(TokenBuckets::per_second(pings_per_second, pings_burst)),
      blob_puts_(TokenBuckets::per_second(limits.blob_chunks_per_second, limits.blob_chunks_burst)),
      blob_gets_(TokenBuckets::per_second(limits.blob_chunks_per_second, limits.blob_chunks_burst)),
      numbers_(minute_us / numbers_per_minute, numbers_burst),
      evaluations_(minute_us / evaluations_per_minute, evaluations_burst),
      segments_(minute_us / segments_per_minute, segments_burst),
      changes_(TokenBuckets::per_minute(changes_per_minute)),
      lookups_(minute_us / lookups_per_minute, lookups_burst) {}

std::uint32_t Rates::take(std::int64_t mono_ms, const Session& session,
                          const wire::Request& request) {
  const auto payer =
      session.identity ? payer_for(session.identity->device) : payer_for(session.transport_key);
  if (is_any_of<wire::Append, wire::CreateLog, wire::Reserve>(request))
    return take_append(mono_ms, payer, commits(request));
  if (is_any_of<wire::ClaimKeyPackages>(request)) return claims_.take(mono_ms, payer);
  if (is_any_of<wire::Signal>(request)) return signals_.take(mono_ms, payer);
  if (is_any_of<wire::Resume>(request)) return resumes_.take(mono_ms, payer);
  // Keys are made for nothing: what counts is where they come from.
  if (is_any_of<wire::Register>(request)) return registrations_.take(mono_ms, session.origin);
  if (is_any_of<wire::PublishKeyPackages>(request)) return publishes_.take(mono_ms, payer);
  // All logs of a device at once, after the relay was put back.
  if (is_any_of<wire::Read, wire::ReportHead, wire::ReadMembers>(request))
    return reads_.take(mono_ms, payer);
  if (is_any_of<wire::PutBlob>(request)) return blob_puts_.take(mono_ms, payer);
  if (is_any_of<wire::GetBlob>(request)) return blob_gets_.take(mono_ms, payer);
  if (is_any_of<wire::RequestCode, wire::Confirm, wire::SetPin, wire::DeleteAccount>(request))
    return numbers_.take(mono_ms, payer);
  if (is_any_of<wire::OprfEvaluate>(request)) return evaluations_.take(mono_ms, payer);
  if (is_any_of<wire::GetSegments>(request)) return segments_.take(mono_ms, payer);
  if (is_any_of<wire::GetChanges, wire::GetDirectory>(request))
    return changes_.take(mono_ms, payer);
  if (is_any_of<wire::Lookup>(request)) return lookups_.take(mono_ms, payer);
  if (is_any_of<wire::Ack>(request))
    return acked_logs_.take(mono_ms, payer, std::max(acked_logs(request), 1u));
  return pings_.take(mono_ms, payer);
}

std::uint32_t Rates::take_append(std::int64_t mono_ms, const Payer& payer, bool commits) {
  if (commits) {
    const auto wait_ms = commits_.take(mono_ms, payer);
    if (wait_ms > 0) return wait_ms;
  }
  return appends_.take(mono_ms, payer);
}

}  // namespace tern::relay
