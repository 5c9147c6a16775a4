#include "directory_relay.hpp"

#include "crypto/deterministic_entropy.hpp"

namespace tern::fuzzing {
namespace {

constexpr std::size_t members_max = 24;
constexpr std::size_t versions_max = 40;
constexpr std::uint8_t segments_used[] = {0, 1, 128, 255};
constexpr wire::Tag tag_mask = (wire::Tag{1} << wire::segment_tag_bits) - 1;

// What `from` has and `without` has not.
DirectoryMembers difference(const DirectoryMembers& from, const DirectoryMembers& without) {
  DirectoryMembers out;
  std::set_difference(from.begin(), from.end(), without.begin(), without.end(),
                      std::back_inserter(out));
  return out;
}

Bytes encoded_frame(wire::Answer answer) { return encode(wire::AnswerFrame{7, std::move(answer)}); }

void change_head(wire::DirectoryHead& head, Input& input) {
  switch (input.byte() % 3) {
    case 0:
      head.epoch = input.byte();
      break;
    case 1:
      head.version = input.word();
      break;
    default:
      auto& byte = head.key.bytes[input.byte() % 32U];
      byte ^= input.byte();
  }
}

void change_segments(wire::Segments& answer, std::vector<Bytes>& tags, std::vector<Bytes>& records,
                     Input& input) {
  const auto how = input.byte();
  const auto which = input.byte() % answer.segments.size();
  switch (how % 6) {
    case 0:
      answer.epoch = input.byte();
      break;
    case 1:
      answer.first = input.byte();
      break;
    case 2:
      answer.segments[which].version = input.byte();
      break;
    case 3:
      edit(tags[which], input);
      break;
    case 4:
      edit(records[which], input);
      break;
    default:
      answer.segments.resize(which);
  }
}

// More than a relay may say at once.
Bytes too_many_tags() {
  std::vector<wire::Tag> out(16'385);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return wire::encode_tags(out);
}

void change_changes(wire::Changes& answer, Bytes& added, Bytes& removed, Bytes& records,
                    Input& input) {
  switch (input.byte() % 8) {
    case 0:
      answer.epoch = input.byte();
      break;
    case 1:
      answer.since = input.byte();
      break;
    case 2:
      answer.version = input.byte();
      break;
    case 3:
      answer.head = input.byte();
      break;
    case 4:
      edit(added, input);
      break;
    case 5:
      edit(removed, input);
      break;
    case 6:
      edit(records, input);
      break;
    default:
      (input.byte() % 2 == 0 ? added : removed) = too_many_tags();
  }
}

}  // namespace

std::vector<wire::Tag> tags_of(const DirectoryMembers& members, unsigned bits) {
  std::vector<wire::Tag> out;
  for (const auto& member : members) out.push_back(member.tag & ((wire::Tag{1} << bits) - 1));
  return out;
}

DirectoryRelay::DirectoryRelay() : versions_(1) { begin_epoch(); }

void DirectoryRelay::begin_epoch() {
  ++epoch_;
  crypto::DeterministicEntropy entropy(epoch_);
  key_ = *wire::PublicKey::from(crypto::oprf::KeyPair::generate(entropy).public_key);
  versions_ = {versions_.back()};
}

void DirectoryRelay::live(std::uint8_t what, Input& input) {
  if (what >= 1 && what <= 3) {
    auto next = versions_.back();
    if (what != 1 && !next.empty()) next.erase(next.begin() + input.byte() % next.size());
    if (what != 2 && next.size() < members_max) {
      const auto where = input.byte();
      const auto segment = wire::Tag{segments_used[where % std::size(segments_used)]};
      next.push_back({segment << wire::segment_tag_bits | where / 4U, input.byte()});
    }
    std::sort(next.begin(), next.end());
    if (versions_.size() < versions_max) versions_.push_back(std::move(next));
  }
  if (what == 4) begin_epoch();
  if (what == 5) records_travel_ = !records_travel_;
  if (what != 6) return;
  versions_.resize(1 + input.byte() % versions_.size());
  is_true_ = false;
}

DirectoryRelay::Answer DirectoryRelay::answer(ByteSpan request, std::size_t pieces, Input* change) {
  const auto frame = wire::decode_request(request).value();
  const auto& asked = std::get<wire::RequestFrame>(frame).request;
  if (change) is_true_ = false;
  if (const auto* segments = std::get_if<wire::GetSegments>(&asked))
    return answer(*segments, pieces, change);
  if (const auto* changes = std::get_if<wire::GetChanges>(&asked))
    return answer(*changes, pieces, change);
  wire::DirectoryHead head{epoch_, key_, versions_.size(), versions_.back().size(),
                           records_travel_};
  if (change) change_head(head, *change);
  return {encoded_frame(head), {}};
}

DirectoryRelay::Answer DirectoryRelay::answer(const wire::GetSegments& asked, std::size_t pieces,
                                              Input* change) {
  if (asked.epoch != epoch_) return {{}, Errc::directory_epoch_gone};
  wire::Segments out{asked.epoch, asked.first, {}};
  const auto count = std::min(pieces, wire::segments_count - asked.first);
  std::vector<Bytes> tags(count), records(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto members = members_of(static_cast<std::uint8_t>(asked.first + i));
    tags[i] = wire::encode_tags(tags_of(members, wire::segment_tag_bits));
    records[i] = records_of(members);
  }
  out.segments.resize(count, {.version = versions_.size()});
  if (change) change_segments(out, tags, records, *change);
  for (std::size_t i = 0; i < out.segments.size(); ++i) {
    out.segments[i].tags = tags[i];
    out.segments[i].records = records[i];
  }
  return {encoded_frame(out), {}};
}

DirectoryRelay::Answer DirectoryRelay::answer(const wire::GetChanges& asked, std::size_t pieces,
                                              Input* change) {
  if (asked.epoch != epoch_) return {{}, Errc::directory_epoch_gone};
  const auto present = versions_.size();
  if (asked.since == 0 || asked.since >= present) return {{}, Errc::directory_version_gone};
  const auto until = asked.until == 0 ? present : std::min<std::uint64_t>(asked.until, present);
  const auto version = std::min<std::uint64_t>(until, asked.since + pieces);
  wire::Changes out{asked.epoch, asked.since, version, present};
  const auto &before = versions_[asked.since - 1], &after = versions_[version - 1];
  const auto come = difference(after, before);
  auto added = wire::encode_tags(tags_of(come, wire::tag_bits));
  auto removed = wire::encode_tags(tags_of(difference(before, after), wire::tag_bits));
  auto records = records_of(come);
  if (change) change_changes(out, added, removed, records, *change);
  out.added = added;
  out.removed = removed;
  out.records = records;
  return {encoded_frame(out), {}};
}

Bytes DirectoryRelay::records_of(const DirectoryMembers& members) const {
  Bytes out;
  if (!records_travel_) return out;
  for (const auto& member : members)
    out.insert(out.end(), wire::directory_record_bytes, member.who);
  return out;
}

DirectoryMembers DirectoryRelay::members_of(std::uint8_t segment) const {
  DirectoryMembers out;
  for (const auto& member : versions_.back())
    if (wire::segment_of(member.tag) == segment) out.push_back(member);
  return out;
}

DirectoryMembers DirectoryRelay::members_from(const client::DirectorySegment& segment,
                                              std::uint8_t number) {
  DirectoryMembers out;
  const auto high = wire::Tag{number} << wire::segment_tag_bits;
  for (std::size_t i = 0; i < segment.tags.size(); ++i) {
    const auto at = i * wire::directory_record_bytes;
    out.push_back({high | (segment.tags[i] & tag_mask),
                   at < segment.records.size() ? segment.records[at] : std::uint8_t{0}});
  }
  return out;
}

}  // namespace tern::fuzzing
