// A relay's directory of a few members, version by version, and its answers to a device: true, or
// changed as the input says.
#pragma once

#include <compare>

#include "client/directory_record.hpp"
#include "input.hpp"
#include "wire/frames.hpp"

namespace tern::fuzzing {

/// `who` fills the record.
struct DirectoryMember {
  wire::Tag tag = 0;
  std::uint8_t who = 0;
  friend auto operator<=>(const DirectoryMember&, const DirectoryMember&) = default;
};
using DirectoryMembers = std::vector<DirectoryMember>;  // ascending

/// No more than their last `bits` bits.
std::vector<wire::Tag> tags_of(const DirectoryMembers& members, unsigned bits);

class DirectoryRelay {
 public:
  DirectoryRelay();
  /// One thing happens, or nothing: somebody comes, goes, is another; an epoch begins; records
  /// travel, or do no longer; the disk is put back to an old copy.
  void live(std::uint8_t what, Input& input);

  struct Answer {
    Bytes frame;
    std::optional<Errc> gone;  ///< in place of a frame: what was asked for is not kept
  };
  /// `pieces`: of segments, and of versions, at the most.
  Answer answer(ByteSpan request, std::size_t pieces, Input* change);
  /// Nothing but the truth was told until now.
  bool is_true() const { return is_true_; }

  DirectoryMembers members_of(std::uint8_t segment) const;
  /// The same of a segment as a device has it, as far as it has the records.
  static DirectoryMembers members_from(const client::DirectorySegment& segment,
                                       std::uint8_t number);

 private:
  Answer answer(const wire::GetDirectory&, std::size_t pieces, Input* change);
  Answer answer(const wire::GetSegments& asked, std::size_t pieces, Input* change);
  Answer answer(const wire::GetChanges& asked, std::size_t pieces, Input* change);
  void begin_epoch();
  Bytes records_of(const DirectoryMembers& members) const;

  std::uint32_t epoch_ = 0;
  wire::PublicKey key_;
  bool records_travel_ = true;
  bool is_true_ = true;
  std::vector<DirectoryMembers> versions_;  // version n is at n - 1
};

}  // namespace tern::fuzzing
