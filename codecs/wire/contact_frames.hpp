// Phone numbers and the directory of who has one: requests and their answers (design, section 4).
// frames.hpp has the rest, and what holds for all of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "wire/ids.hpp"
#include "wire/tag_set.hpp"

namespace tern::wire {

/// What stands for a registration PIN: the client's slow hash of it, which the relay hashes again.
using PinProof = FixedBytes<struct PinProofTag, 32>;
/// 16 bytes that a proof of work is made for.
using WorkChallenge = FixedBytes<struct WorkChallengeTag, 16>;

/// A record as it lies in the directory: {account key} sealed under the number's record key.
inline constexpr std::size_t directory_record_bytes = 72;
/// A serialized group element (RFC 9497, Ne).
inline constexpr std::size_t oprf_element_bytes = 32;
inline constexpr std::size_t oprf_proof_bytes = 64;

// ---- requests -------------------------------------------------------------------------------

/// Sends a code to `number`, so that Confirm can say that it is the caller's. Answer: CodeSent,
/// whether or not the number is registered; WorkWanted, to be asked again with work for it.
struct RequestCode {
  std::string_view number;  ///< E.164, at most limits::number_bytes_max
  WorkChallenge challenge;  ///< of a WorkWanted; zero: none yet
  std::uint64_t nonce = 0;
};

/// The code that arrived at the number. Answer: Done, and the number is the caller's account's, in
/// place of whoever had it and of what the account had before. Refused: code_wrong, code_expired,
/// pin_wrong (the number's account has a PIN, and this is not it).
struct Confirm {
  std::string_view number;
  std::string_view code;
  PinProof pin;  ///< zero: none
};

/// Another account can have this one's number only with this PIN. Answer: Done.
struct SetPin {
  PinProof pin;  ///< zero: none from now on
};

/// Everything that the relay has of the caller's account goes. `proof` is the account key's
/// signature over signed_deletion(account, device). Answer: Done, then the connection is closed.
struct DeleteAccount {
  ByteSpan proof;
};

/// RFC 9497 BlindEvaluate under an epoch's key, charged to the account by the element. The same
/// elements again, an answer having been lost, cost nothing. Answer: Evaluated.
struct OprfEvaluate {
  std::uint32_t epoch = 0;
  ByteSpan elements;  ///< oprf_element_bytes each, limits::oprf_batch_max of them
};

/// Answer: DirectoryHead.
struct GetDirectory {};

/// The directory from a segment on. Answer: Segments, as many as are handy.
struct GetSegments {
  std::uint32_t epoch = 0;
  std::uint8_t first = 0;
};

/// Answer: Changes, no further than `until` (0: the present version), for segments that came at
/// different versions have to be brought to one first. directory_version_gone when they are not
/// kept so long, or one of the two is no version that this relay knows of: then GetSegments.
struct GetChanges {
  std::uint32_t epoch = 0;
  std::uint64_t since = 0;
  std::uint64_t until = 0;
};

/// All records under these tags. Answer: Records.
struct Lookup {
  std::uint32_t epoch = 0;
  ByteSpan tags;  ///< tag_bytes each, big-endian, limits::lookup_tags_max of them
};

// ---- answers --------------------------------------------------------------------------------

/// Find a nonce for which crypto::work_bits(challenge, number, nonce) is at least `bits`.
struct WorkWanted {
  WorkChallenge challenge;
  std::uint8_t bits = 0;
};

struct CodeSent {
  std::uint32_t valid_s = 0;
};

struct Evaluated {
  std::uint32_t epoch = 0;
  ByteSpan elements;  ///< in the order of the question
  ByteSpan proof;     ///< oprf_proof_bytes: one for all
};

/// The newest epoch of the directory. The one before may be used on until all numbers have been
/// asked for again.
struct DirectoryHead {
  std::uint32_t epoch = 0;
  PublicKey key;  ///< of the function, for everybody the same
  std::uint64_t version = 0;
  std::uint64_t members = 0;
  bool records_travel = false;  ///< Segments and Changes bring the records too
};

/// The tags whose first byte is the segment's number, as they were at a version.
struct Segment {
  std::uint64_t version = 0;
  ByteSpan tags;     ///< TagSet of segment_tag_bits
  ByteSpan records;  ///< directory_record_bytes for each tag, in their order; or none
};
struct Segments {
  std::uint32_t epoch = 0;
  std::uint8_t first = 0;
  std::vector<Segment> segments;  ///< first, first + 1, …
};

/// What became of the directory between two versions: `removed` go, then `added` come. A tag in
/// both has another record now.
struct Changes {
  std::uint32_t epoch = 0;
  std::uint64_t since = 0;
  std::uint64_t version = 0;  ///< what the directory is at with these
  std::uint64_t head = 0;     ///< and what it is at now
  ByteSpan added;             ///< TagSet of tag_bits
  ByteSpan removed;           ///< TagSet of tag_bits
  ByteSpan records;           ///< of `added`, or none
};

struct Records {
  std::uint32_t epoch = 0;
  ByteSpan counts;   ///< a byte for each tag asked for: how many records it has
  ByteSpan records;  ///< one after the other
};

}  // namespace tern::wire
