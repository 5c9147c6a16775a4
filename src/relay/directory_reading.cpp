#include "relay/directory_reading.hpp"

#include <algorithm>
#include <map>

#include "base/try.hpp"
#include "relay/contacts.hpp"
#include "relay/directory.hpp"

namespace tern::relay {
namespace {

// Encoded anew for all requests of a batch; each gets one segment whatever it takes.
constexpr std::size_t segment_rows_per_batch_max = 262'144;

bool records_travel(const DirectoryState& state) {
  return state.members <= limits::directory_records_travel_max;
}

Result<SharedSegment> encode_segment(Context& context, const SegmentName& name, bool with_records) {
  std::vector<wire::Tag> tags;
  EncodedSegment out;
  out.with_records = with_records;
  TERN_TRY(context.store.segment(
      name.first, name.second, [&](const Member& member, const DirectoryRecord& record) {
        tags.push_back(member.tag & 0xffffffff);
        if (with_records)
          out.records.insert(out.records.end(), record.bytes.begin(), record.bytes.end());
        return DirectoryTransaction::Scan::next;
      }));
  context.batch.segment_rows += tags.size();
  out.tags = wire::encode_tags(tags);
  return std::make_shared<const EncodedSegment>(std::move(out));
}

// Null: it is in no memory.
SharedSegment find_segment(const Context& context, const SegmentName& name, bool with_records) {
  const auto staged = context.batch.encoded_segments.find(name);
  if (staged != context.batch.encoded_segments.end()) return staged->second;
  if (context.batch.changed_segments.count(name)) return nullptr;
  return context.contacts.segments.find(name, with_records);
}

/// What became of one record, first and last.
struct NetChange {
  bool first_added = false;
  bool last_added = false;
};
using NetChanges = std::map<Member, NetChange>;

// Both sorted. Came and gone again: nothing. Gone and come again: another record, so both.
void sort_out(const NetChanges& net, std::vector<Member>& added, std::vector<wire::Tag>& removed) {
  added.reserve(net.size());
  removed.reserve(net.size());
  for (const auto& [member, change] : net) {
    if (!change.first_added) removed.push_back(member.tag);
    if (change.last_added) added.push_back(member);
  }
}

std::vector<wire::Tag> tags_of(const std::vector<Member>& members) {
  std::vector<wire::Tag> out;
  out.reserve(members.size());
  for (const auto& member : members) out.push_back(member.tag);
  return out;
}

// One that is gone again after these changes leaves a record that nobody can open: its tag is taken
// back by a change that follows.
Result<Bytes> records_of(Context& context, std::uint32_t epoch, const std::vector<Member>& added) {
  Bytes out;
  out.reserve(added.size() * wire::directory_record_bytes);
  for (const auto& member : added) {
    TERN_ASSIGN(const auto record, context.store.record(epoch, member));
    const auto bytes = record.value_or(DirectoryRecord{}).bytes;
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

// One of a life that this relay has lost is none of its own, whatever its number.
Result<bool> is_known(Context& context, std::uint32_t epoch, const DirectoryState& state,
                      std::uint64_t version) {
  if (version == state.version || version + 1 == state.first_kept) return true;
  if (version > state.version || version < state.first_kept) return false;
  return context.store.has_change(epoch, version);
}

}  // namespace

std::uint64_t changes_kept(std::uint64_t members) {
  return std::max<std::uint64_t>(65'536, members / 4);
}

Result<wire::Answer> get_directory(Context& context, const Caller& caller,
                                   const wire::GetDirectory&) {
  TERN_TRY(check_has_number(context, caller));
  TERN_ASSIGN(const auto epoch, current_epoch(context.store));
  TERN_ASSIGN(const auto state, context.store.directory(epoch.epoch));
  return wire::Answer(wire::DirectoryHead{.epoch = epoch.epoch,
                                          .key = {epoch.public_key.bytes},
                                          .version = state.version,
                                          .members = state.members,
                                          .records_travel = records_travel(state)});
}

Result<wire::Answer> get_segments(Context& context, const Caller& caller,
                                  const wire::GetSegments& request) {
  TERN_TRY(check_has_number(context, caller));
  TERN_TRY(served_epoch(context.store, request.epoch));
  TERN_ASSIGN(const auto state, context.store.directory(request.epoch));
  const bool with_records = records_travel(state);
  wire::Segments out{request.epoch, request.first, {}};
  std::size_t bytes = 0;
  for (std::size_t number = request.first; number < wire::segments_count; ++number) {
    const SegmentName name{request.epoch, static_cast<std::uint8_t>(number)};
    auto segment = find_segment(context, name, with_records);
    if (!segment) {
      if (!out.segments.empty() && context.batch.segment_rows >= segment_rows_per_batch_max) break;
      TERN_ASSIGN(segment, encode_segment(context, name, with_records));
      context.batch.encoded_segments[name] = segment;
    }
    bytes += segment->tags.size() + segment->records.size() + wire::entry_overhead_bytes;
    if (!out.segments.empty() && bytes > segments_bytes_max) break;
    // One that has not changed is true now as well.
    out.segments.push_back({state.version, segment->tags, segment->records});
  }
  return wire::Answer(std::move(out));
}

Result<wire::Answer> get_changes(Context& context, const Caller& caller,
                                 const wire::GetChanges& request) {
  TERN_TRY(check_has_number(context, caller));
  TERN_TRY(served_epoch(context.store, request.epoch));
  TERN_ASSIGN(const auto state, context.store.directory(request.epoch));
  const auto until = request.until == 0 ? state.version : request.until;
  for (const auto version : {request.since, until}) {
    TERN_ASSIGN(const bool known, is_known(context, request.epoch, state, version));
    if (!known) return Errc::directory_version_gone;
  }
  const bool with_records = records_travel(state);
  const auto share = with_records ? changes_with_records_max : changes_max;
  NetChanges net;
  std::size_t count = 0;
  auto to = request.since;
  TERN_TRY(context.store.changes(
      request.epoch, request.since, until,
      [&](std::uint64_t version, const DirectoryChange& change) {
        const auto of_member = net.try_emplace(change.member, NetChange{change.added, false});
        of_member.first->second.last_added = change.added;
        to = version;
        return ++count < share ? DirectoryTransaction::Scan::next
                               : DirectoryTransaction::Scan::stop;
      }));
  std::vector<Member> added;
  std::vector<wire::Tag> removed;
  sort_out(net, added, removed);
  wire::Changes out{.epoch = request.epoch,
                    .since = request.since,
                    .version = to,
                    .head = state.version,
                    .added = context.batch.keep(wire::encode_tags(tags_of(added))),
                    .removed = context.batch.keep(wire::encode_tags(removed))};
  if (with_records) {
    TERN_ASSIGN(auto records, records_of(context, request.epoch, added));
    out.records = context.batch.keep(std::move(records));
  }
  return wire::Answer(out);
}

Result<wire::Answer> lookup(Context& context, const Caller& caller, const wire::Lookup& request) {
  TERN_TRY(check_has_number(context, caller));
  TERN_TRY(served_epoch(context.store, request.epoch));
  const auto tags = request.tags.size() / wire::tag_bytes;
  if (tags > limits::lookup_tags_max) return Errc::too_long;
  Bytes counts;
  Bytes records;
  counts.reserve(tags);
  for (std::size_t i = 0; i < tags; ++i) {
    std::uint8_t count = 0;
    TERN_TRY(context.store.records_under(request.epoch, wire::tag_at(request.tags, i),
                                         [&](const Member&, const DirectoryRecord& record) {
                                           if (count == records_per_tag_max)
                                             return DirectoryTransaction::Scan::stop;
                                           ++count;
                                           records.insert(records.end(), record.bytes.begin(),
                                                          record.bytes.end());
                                           return DirectoryTransaction::Scan::next;
                                         }));
    counts.push_back(count);
    // Of uniform tags, nobody's question comes near it.
    if (records.size() > lookup_records_max * wire::directory_record_bytes) return Errc::too_long;
  }
  return wire::Answer(wire::Records{request.epoch, context.batch.keep(std::move(counts)),
                                    context.batch.keep(std::move(records))});
}

}  // namespace tern::relay
