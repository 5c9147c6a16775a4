// Answers about phone numbers and the directory: from structures to frames and back.
#include "wire/flat_contacts.hpp"

namespace tern::wire {
namespace {

constexpr Limit evaluated_limit{"elements evaluated", limits::oprf_batch_max,
                                Errc::oprf_batch_invalid};
constexpr Limit segments_limit{"segments of the directory", segments_count, Errc::too_long};

Offset<fb::Segment> flat_segment(FlatBuilder& b, const Segment& segment) {
  const auto tags = flat_bytes(b, segment.tags);
  return fb::CreateSegment(b, segment.version, tags, flat_bytes(b, segment.records));
}

// Records are cut by their length.
Result<ByteSpan> records_from(FlatReader& reader, const flatbuffers::Vector<std::uint8_t>* from) {
  const auto out = reader.bytes(from);
  if (out.size() % directory_record_bytes != 0)
    return Error(Errc::frame_malformed, "the last record of the directory is cut off");
  return out;
}

Result<Segment> segment_from(FlatReader& reader, const fb::Segment& from) {
  Segment out{.version = from.version(), .tags = reader.bytes(from.tags())};
  TERN_ASSIGN(out.records, records_from(reader, from.records()));
  return out;
}

}  // namespace

Offset<fb::WorkWanted> flat_member(FlatBuilder& b, const WorkWanted& a) {
  const auto challenge = flat(a.challenge);
  return fb::CreateWorkWanted(b, &challenge, a.bits);
}

Offset<fb::CodeSent> flat_member(FlatBuilder& b, const CodeSent& a) {
  return fb::CreateCodeSent(b, a.valid_s);
}

Offset<fb::Evaluated> flat_member(FlatBuilder& b, const Evaluated& a) {
  const auto elements = flat_bytes(b, a.elements);
  return fb::CreateEvaluated(b, a.epoch, elements, flat_bytes(b, a.proof));
}

Offset<fb::DirectoryHead> flat_member(FlatBuilder& b, const DirectoryHead& a) {
  const auto key = flat(a.key);
  return fb::CreateDirectoryHead(b, a.epoch, &key, a.version, a.members, a.records_travel);
}

Offset<fb::Segments> flat_member(FlatBuilder& b, const Segments& a) {
  const auto segments = flat_list<fb::Segment>(b, a.segments, flat_segment);
  return fb::CreateSegments(b, a.epoch, a.first, segments);
}

Offset<fb::Changes> flat_member(FlatBuilder& b, const Changes& a) {
  const auto added = flat_bytes(b, a.added);
  const auto removed = flat_bytes(b, a.removed);
  const auto records = flat_bytes(b, a.records);
  return fb::CreateChanges(b, a.epoch, a.since, a.version, a.head, added, removed, records);
}

Offset<fb::Records> flat_member(FlatBuilder& b, const Records& a) {
  const auto counts = flat_bytes(b, a.counts);
  return fb::CreateRecords(b, a.epoch, counts, flat_bytes(b, a.records));
}

std::size_t contact_bytes(const Answer& answer) {
  if (const auto* a = std::get_if<Evaluated>(&answer)) return a->elements.size();
  if (const auto* a = std::get_if<Changes>(&answer))
    return a->added.size() + a->removed.size() + a->records.size();
  if (const auto* a = std::get_if<Records>(&answer)) return a->counts.size() + a->records.size();
  std::size_t out = 0;
  if (const auto* a = std::get_if<Segments>(&answer))
    for (const auto& segment : a->segments)
      out += segment.tags.size() + segment.records.size() + entry_overhead_bytes;
  return out;
}

Result<WorkWanted> member_from(FlatReader&, const fb::WorkWanted& from) {
  return WorkWanted{fixed_from<WorkChallenge>(*from.challenge()), from.bits()};
}

Result<CodeSent> member_from(FlatReader&, const fb::CodeSent& from) {
  return CodeSent{from.valid_s()};
}

Result<Evaluated> member_from(FlatReader& reader, const fb::Evaluated& from) {
  Evaluated out{.epoch = from.epoch(),
                .elements = reader.bytes(from.elements()),
                .proof = reader.bytes(from.proof())};
  if (out.elements.size() % oprf_element_bytes != 0 || out.proof.size() != oprf_proof_bytes)
    return Error(Errc::frame_malformed, "an element or a proof is cut off");
  const auto elements = out.elements.size() / oprf_element_bytes;
  if (elements > evaluated_limit.max) return over_limit(evaluated_limit, elements);
  return out;
}

Result<DirectoryHead> member_from(FlatReader&, const fb::DirectoryHead& from) {
  return DirectoryHead{.epoch = from.epoch(),
                       .key = fixed_from<PublicKey>(*from.key()),
                       .version = from.version(),
                       .members = from.members(),
                       .records_travel = from.records_travel()};
}

Result<Segments> member_from(FlatReader& reader, const fb::Segments& from) {
  Segments out{.epoch = from.epoch(), .first = from.first()};
  TERN_ASSIGN(out.segments,
              list_from<Segment>(reader, from.segments(), segments_limit, segment_from));
  if (out.first + out.segments.size() > segments_count)
    return Error(Errc::frame_malformed, "segments after the last of the directory");
  return out;
}

Result<Changes> member_from(FlatReader& reader, const fb::Changes& from) {
  Changes out{.epoch = from.epoch(),
              .since = from.since(),
              .version = from.version(),
              .head = from.head(),
              .added = reader.bytes(from.added()),
              .removed = reader.bytes(from.removed())};
  TERN_ASSIGN(out.records, records_from(reader, from.records()));
  return out;
}

Result<Records> member_from(FlatReader& reader, const fb::Records& from) {
  Records out{.epoch = from.epoch(), .counts = reader.bytes(from.counts())};
  TERN_ASSIGN(out.records, records_from(reader, from.records()));
  if (out.counts.size() > limits::lookup_tags_max)
    return Error(Errc::too_long, "more tags than anybody may ask for");
  std::size_t records = 0;
  for (const auto count : out.counts) records += count;
  if (records != out.records.size() / directory_record_bytes)
    return Error(Errc::frame_malformed, "another number of records than the counts say");
  return out;
}

}  // namespace tern::wire
