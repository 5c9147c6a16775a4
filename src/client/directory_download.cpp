#include "client/directory_download.hpp"

#include <algorithm>
#include <tuple>

#include "client/contact_rows.hpp"
#include "client/step.hpp"

namespace tern::client::directory_download {
namespace {

using wire::Tag;

constexpr std::size_t changes_max = 16'384;

Error damaged(std::string what) { return {Errc::directory_damaged, std::move(what)}; }

Result<void> keep(Step& step, const DirectoryRecord& record) {
  TERN_TRY(directory_rows::put(step.rows, record));
  step.then([&sync = step.device.contacts, record] { sync.directory = record; });
  return {};
}

// What is known of everybody stays; their places are other ones.
Result<void> enter_epoch(Step& step, const wire::DirectoryHead& head) {
  DirectoryRecord record;
  record.epoch = head.epoch;
  record.key = *crypto::oprf::Element::from(head.key);
  if (!crypto::is_valid(record.key))
    return Error(Errc::oprf_element_invalid, "the directory's key is not an element");
  TERN_TRY(step.rows.erase_all(tables::segments, {}));
  TERN_TRY(step.rows.erase_all(tables::contact_work, {}));
  TERN_TRY(directory_rows::erase_batch(step.rows));
  TERN_ASSIGN(const auto contacts, contact_rows::all(step.rows));
  for (const auto& contact : contacts)
    if (!contact.forgotten)
      TERN_TRY(contact_rows::want(step.rows, contact_rows::row_of(step.rows, contact.number),
                                  ContactWork::evaluate));
  step.sync();
  return keep(step, record);
}

// A segment as it came, or why it cannot be one.
Result<DirectorySegment> checked(const wire::Segment& segment) {
  const auto tags = wire::decode_tags(segment.tags, wire::segment_tag_bits);
  if (!tags) return damaged(tags.error().message());
  if (segment.version == 0) return damaged("a segment without a version");
  DirectorySegment out{*tags, to_bytes(segment.records)};
  if (!out.records.empty() && out.records.size() != out.tags.size() * wire::directory_record_bytes)
    return damaged("a segment with another number of records than tags");
  return out;
}

// Everybody whose tag may have come or gone while nobody looked.
Result<void> test_all(Step& step) {
  TERN_ASSIGN(const auto contacts, contact_rows::all(step.rows));
  for (const auto& contact : contacts) {
    if (contact.forgotten || contact.epoch != step.device.contacts.directory.epoch) continue;
    const auto row = contact_rows::row_of(step.rows, contact.number);
    TERN_TRY(contact_rows::want(step.rows, row, ContactWork::test));
  }
  return {};
}

Result<void> test_those_with(Step& step, const std::vector<Tag>& tags) {
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (i > 0 && tags[i] == tags[i - 1]) continue;
    TERN_ASSIGN(const auto contacts, contact_rows::with_tag(step.rows, tags[i]));
    for (const auto& contact : contacts)
      TERN_TRY(contact_rows::want(step.rows, contact, ContactWork::test));
  }
  return {};
}

// The part of an ascending list that is of one segment.
std::pair<std::size_t, std::size_t> part_of(const std::vector<Tag>& tags, std::size_t segment) {
  const auto from = static_cast<Tag>(segment) << wire::segment_tag_bits;
  const auto begin = std::lower_bound(tags.begin(), tags.end(), from);
  const auto end = std::lower_bound(begin, tags.end(), from + (Tag{1} << wire::segment_tag_bits));
  return {static_cast<std::size_t>(begin - tags.begin()),
          static_cast<std::size_t>(end - tags.begin())};
}

Tag in_segment(Tag tag) { return tag & ((Tag{1} << wire::segment_tag_bits) - 1); }

// Changes, decoded and counted.
struct Delta {
  std::vector<Tag> added, removed;
  ByteSpan records;  // of `added`, or none

  ByteSpan record(std::size_t index) const {
    return records.subspan(index * wire::directory_record_bytes, wire::directory_record_bytes);
  }
};

Result<Delta> delta_of(const wire::Changes& changes) {
  Delta out;
  auto added =
      changes.added.empty() ? std::vector<Tag>() : wire::decode_tags(changes.added, wire::tag_bits);
  auto removed = changes.removed.empty() ? std::vector<Tag>()
                                         : wire::decode_tags(changes.removed, wire::tag_bits);
  if (!added) return damaged(added.error().message());
  if (!removed) return damaged(removed.error().message());
  out.added = std::move(*added);
  out.removed = std::move(*removed);
  if (out.added.size() > changes_max || out.removed.size() > changes_max)
    return damaged("more changes than a relay sends at once");
  out.records = changes.records;
  if (!out.records.empty() && out.records.size() != out.added.size() * wire::directory_record_bytes)
    return damaged("changes with another number of records than tags");
  return out;
}

/// One segment with its removed tags gone and its added ones in place, in one walk over all three.
class Merge {
 public:
  Merge(const DirectorySegment& segment, const Delta& delta, std::size_t number)
      : old_(segment), delta_(delta) {
    std::tie(removed_, removed_end_) = part_of(delta.removed, number);
    std::tie(added_, added_end_) = part_of(delta.added, number);
    // Records that do not come with what is added are asked for when somebody needs them.
    keeps_records_ = segment.has_records() && (!delta.records.empty() || added_ == added_end_);
    out_.tags.reserve(segment.tags.size() + added_end_ - added_);
  }
  /// nullopt: what goes is not there, or it cannot be said which of several records goes.
  std::optional<DirectorySegment> run() && {
    for (std::size_t i = 0; i < old_.tags.size(); ++i) {
      const auto tag = old_.tags[i];
      if (removed_ < removed_end_ && in_segment(delta_.removed[removed_]) <= tag) {
        if (in_segment(delta_.removed[removed_]) < tag || is_doubtful(i)) return std::nullopt;
        ++removed_;
        continue;
      }
      add_below(tag);
      keep(i);
    }
    add_below(Tag{1} << wire::segment_tag_bits);
    if (removed_ < removed_end_) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool is_doubtful(std::size_t index) const {
    const auto& tags = old_.tags;
    return keeps_records_ && ((index > 0 && tags[index - 1] == tags[index]) ||
                              (index + 1 < tags.size() && tags[index + 1] == tags[index]));
  }
  void keep(std::size_t index) {
    out_.tags.push_back(old_.tags[index]);
    if (!keeps_records_) return;
    const auto record =
        ByteSpan(old_.records)
            .subspan(index * wire::directory_record_bytes, wire::directory_record_bytes);
    out_.records.insert(out_.records.end(), record.begin(), record.end());
  }
  void add_below(Tag end) {
    for (; added_ < added_end_ && in_segment(delta_.added[added_]) < end; ++added_) {
      out_.tags.push_back(in_segment(delta_.added[added_]));
      if (!keeps_records_) continue;
      const auto record = delta_.record(added_);
      out_.records.insert(out_.records.end(), record.begin(), record.end());
    }
  }

  const DirectorySegment& old_;
  const Delta& delta_;
  std::size_t removed_ = 0, removed_end_ = 0, added_ = 0, added_end_ = 0;
  bool keeps_records_ = false;
  DirectorySegment out_;
};

bool touches(const Delta& delta, std::size_t number) {
  const auto removed = part_of(delta.removed, number), added = part_of(delta.added, number);
  return removed.first != removed.second || added.first != added.second;
}

}  // namespace

bool complete(const ContactSync& sync) {
  return sync.head_known && sync.directory.epoch != 0 &&
         sync.directory.least_version() >= sync.head_version &&
         sync.directory.version_after_least() == 0;
}

void ask(Step& step) {
  const auto& sync = step.device.contacts;
  const auto& directory = sync.directory;
  step.then([&device = step.device] { device.contacts.asking = true; });
  if (!sync.head_known) {
    step.send({Purpose::What::directory, {}}, wire::GetDirectory{});
    return;
  }
  const auto missing =
      std::find(directory.versions.begin(), directory.versions.end(), std::uint64_t{0});
  if (missing != directory.versions.end()) {
    const auto first = static_cast<std::uint8_t>(missing - directory.versions.begin());
    step.send({.what = Purpose::What::segments, .chunk = first},
              wire::GetSegments{directory.epoch, first});
    return;
  }
  step.send({Purpose::What::changes, {}},
            wire::GetChanges{directory.epoch, directory.least_version(),
                             directory.version_after_least()});
}

Result<void> received(Step& step, const wire::DirectoryHead& head) {
  const auto& directory = step.device.contacts.directory;
  // The key is pinned: one that differs from device to device would tell the relay who asks.
  if (head.epoch == directory.epoch && head.key.bytes != directory.key.bytes)
    return Error(Errc::directory_key_changed,
                 "the directory has another key in epoch " + std::to_string(head.epoch));
  if (head.epoch < directory.epoch || head.epoch == 0)
    return damaged("epoch " + std::to_string(head.epoch) + " of the directory, after epoch " +
                   std::to_string(directory.epoch));
  if (head.epoch > directory.epoch) {
    TERN_TRY(enter_epoch(step, head));
  } else if (*std::max_element(directory.versions.begin(), directory.versions.end()) >
             head.version) {
    TERN_TRY(start_over(step));  // the relay's copy is an older one
  }
  step.then([&sync = step.device.contacts, version = head.version] {
    sync.head_known = true;
    sync.head_version = version;
  });
  return {};
}

Result<void> received(Step& step, const wire::Segments& segments) {
  auto record = step.device.contacts.directory;
  if (segments.epoch != record.epoch || segments.segments.empty() ||
      record.versions[segments.first] != 0)
    return damaged("segments that were not asked for");
  std::vector<DirectorySegment> sound;
  sound.reserve(segments.segments.size());
  for (const auto& each : segments.segments) {
    TERN_ASSIGN(auto segment, checked(each));
    sound.push_back(std::move(segment));
  }
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const auto number = segments.first + i;
    TERN_TRY(directory_rows::put_segment(step.rows, static_cast<std::uint8_t>(number), sound[i]));
    record.versions[number] = segments.segments[i].version;
  }
  const bool last = record.least_version() != 0;
  if (last) TERN_TRY(test_all(step));
  return keep(step, record);
}

Result<void> received(Step& step, const wire::Changes& changes) {
  auto record = step.device.contacts.directory;
  const auto until = record.version_after_least();
  if (changes.epoch != record.epoch || changes.since != record.least_version() ||
      changes.version <= changes.since || (until != 0 && changes.version > until) ||
      changes.head < changes.version)
    return damaged("changes that do not follow what is here");
  TERN_ASSIGN(const auto delta, delta_of(changes));
  for (std::size_t number = 0; number < record.versions.size(); ++number) {
    if (record.versions[number] != changes.since) continue;
    record.versions[number] = changes.version;
    if (!touches(delta, number)) continue;
    const auto byte = static_cast<std::uint8_t>(number);
    TERN_ASSIGN(const auto segment, directory_rows::segment(step.rows, byte));
    if (const auto merged = Merge(segment, delta, number).run()) {
      TERN_TRY(directory_rows::put_segment(step.rows, byte, *merged));
    } else {
      record.versions[number] = 0;
    }
  }
  TERN_TRY(test_those_with(step, delta.added));
  TERN_TRY(test_those_with(step, delta.removed));
  step.then([&sync = step.device.contacts, head = changes.head] {
    sync.head_version = std::max(sync.head_version, head);
  });
  return keep(step, record);
}

Result<void> start_over(Step& step) {
  auto record = step.device.contacts.directory;
  record.versions = {};
  return keep(step, record);
}

}  // namespace tern::client::directory_download
