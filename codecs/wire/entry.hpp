// Log entries, and the authenticated data inside each MLS message that ties it to its entry.
#pragma once

#include <vector>

#include "tern/result.hpp"
#include "wire/ids.hpp"

namespace tern::wire {

enum class EntryKind : std::uint8_t {
  application = 1,  ///< MLS PrivateMessage with application content
  commit = 2,       ///< MLS PrivateMessage with a commit: moves `base`
  proposal = 3,     ///< MLS PrivateMessage with a proposal: moves `base`
  rejoin = 4,       ///< RejoinRequest; no base
  welcome = 5,      ///< in inboxes only: InboxWelcome
  hole = 6,         ///< made by a relay that lost entries: Hole
  restart = 7,      ///< the first commit of the log's next generation
};
constexpr bool is_handshake(EntryKind kind) {
  return kind == EntryKind::commit || kind == EntryKind::proposal || kind == EntryKind::restart;
}

/// One entry as it travels. `payload` points into the frame that it was decoded from, or at what
/// the caller keeps alive while encoding.
struct Entry {
  std::uint64_t seq = 0;  ///< 1, 2, 3 …; 0 in an append
  EntryId id;
  EntryKind kind = EntryKind::application;
  std::uint64_t base = 0;  ///< seq of the newest handshake entry when it was appended
  /// The reader's own entry: the payload is left out, for the author has kept it.
  bool own = false;
  ByteSpan payload;
};

/// What goes into the running hash for one entry:
/// hash(n) = BLAKE2b-256(hash(n-1) || these bytes || payload). Fixed length, so unambiguous.
Bytes hashed_header(std::uint64_t seq, const EntryId& id, EntryKind kind, std::uint64_t base,
                    std::size_t payload_bytes);

/// A commit's effect on the relay's access list. `set` replaces the list (`devices` is then the
/// whole tree): how any member repairs a list that somebody lied about.
struct AccessChange {
  enum class Mode : std::uint8_t { none = 0, change = 1, set = 2 };
  Mode mode = Mode::none;
  std::vector<DeviceId> added;    ///< in `set`: everybody
  std::vector<DeviceId> removed;  ///< in `set`: empty
  friend bool operator==(const AccessChange&, const AccessChange&) = default;
};

inline constexpr std::size_t rejoin_not_by_max = 8;

/// A device that cannot follow its chat any more asks to be added again.
struct RejoinRequest {
  enum class Reason : std::uint8_t { split = 1, restored = 2, retention = 3, hole = 4, struck = 5 };
  LogId log;
  DeviceId device;
  std::uint32_t generation = 0;
  std::uint64_t cursor = 0;  ///< the last entry that it has applied
  /// The log's running hash there, by which members see whether they have read the same; zero: not
  /// known.
  LogHash cursor_hash;
  Reason reason = Reason::split;
  std::array<std::uint8_t, 16> nonce{};
  /// Whose answers to the last ones were of no use; at most rejoin_not_by_max.
  std::vector<DeviceId> not_by;
  ByteSpan key_package;  ///< MLSMessage
  Signature signature;   ///< by the device's key over signed_bytes()
};
Bytes signed_bytes(const RejoinRequest& request);
Bytes encode(const RejoinRequest& request);
/// Views point into `bytes`. Errors: as decode_entry_header.
Result<RejoinRequest> decode_rejoin_request(ByteSpan bytes);

/// What a commit that brings such a device back says of its request: with the KeyPackage that the
/// commit adds, enough for every member to check the signature.
struct RejoinProof {
  DeviceId device;
  std::uint32_t generation = 0;
  std::uint64_t cursor = 0;
  LogHash cursor_hash;
  RejoinRequest::Reason reason = RejoinRequest::Reason::split;
  std::array<std::uint8_t, 16> nonce{};
  std::vector<DeviceId> not_by;
  Signature signature;
  friend bool operator==(const RejoinProof&, const RejoinProof&) = default;
};
RejoinProof proof_of(const RejoinRequest& request);
/// The request again; its KeyPackage is a view.
RejoinRequest request_of(const RejoinProof& proof, const LogId& log, ByteSpan key_package);

/// Who brings such devices back. They cannot open the commit, and would not know whom they had an
/// answer of.
struct AnswerProof {
  std::array<std::uint8_t, 32> device_key{};
  Signature signature;  ///< by it over signed_answer()
  friend bool operator==(const AnswerProof&, const AnswerProof&) = default;
};

/// Who begins the log's next generation. The commit of a new group cannot be opened by members of
/// the one before it: they know its author by this signature.
struct RestartProof {
  DeviceId device;
  std::uint32_t generation = 0;  ///< the one that begins; 0: no restart
  Signature signature;           ///< by the device's key over signed_restart()
  friend bool operator==(const RestartProof&, const RestartProof&) = default;
};

/// authenticated_data of every MLS message in a log: readable by the relay, authenticated to
/// members, who refuse an entry that disagrees with it.
struct EntryHeader {
  EntryId entry_id;
  std::uint64_t seen_seq = 0;          ///< how far the sender had applied the log when it encrypted
  LogHash seen_hash;                   ///< and the log's running hash there
  AccessChange access;                 ///< commits only
  std::vector<RejoinProof> returning;  ///< only with an access change: who asked to come back
  AnswerProof answer;                  ///< only with `returning`
  RestartProof restart;                ///< only when `access` says the whole list
  /// The sender's own blobs that the message points at: the relay keeps them 30 days from here.
  std::vector<BlobAddress> blobs;
  friend bool operator==(const EntryHeader&, const EntryHeader&) = default;
};
Bytes encode(const EntryHeader& header);
/// Errors: malformed, too_long, unsupported_version, and those of a Reader (base/codec.hpp):
/// truncated, trailing_bytes, length_invalid, length_not_minimal.
Result<EntryHeader> decode_entry_header(ByteSpan bytes);

/// What the author of a commit that brings devices back signs: all of its header, and the log.
Bytes signed_answer(const EntryHeader& header, const LogId& log);

/// What a restart's author signs: all of its header, the log, and the handshake entry (`base`) that
/// it was written upon, so that no other place or list can be made of it.
Bytes signed_restart(const EntryHeader& header, const LogId& log, std::uint64_t base);

/// The payload of an entry of kind hole: entries `first_lost` … its own seq - 1 are lost, and the
/// log goes on from where it stood when it had them.
struct Hole {
  std::uint64_t first_lost = 0;
  std::uint32_t generation = 0;
  LogHash hash;       ///< the running hash before the hole
  LogHash base_hash;  ///< and at the newest handshake entry, the hole's base
};
Bytes encode(const Hole& hole);
/// Errors: as decode_entry_header.
Result<Hole> decode_hole(ByteSpan bytes);

/// What an outsider can read of an MLS PrivateMessage (RFC 9420 §6.3), without MLS.
struct Envelope {
  ByteSpan group_id;
  std::uint64_t epoch = 0;
  std::uint8_t content_type = 0;  ///< 1 application, 2 proposal, 3 commit
  ByteSpan authenticated_data;
};
/// Views point into `mls_message`. Errors: malformed (no PrivateMessage of MLS 1.0, or a content
/// type that there is not), and a Reader's.
Result<Envelope> peek_private_message(ByteSpan mls_message);

/// What lies in an inbox for a device that was added to a chat.
struct InboxWelcome {
  LogId log;
  std::uint32_t generation = 0;
  std::uint64_t commit_seq = 0;  ///< the joiner's cursor starts here
  LogHash hash;                  ///< the log's running hash at commit_seq
  std::uint64_t seal = 0;        ///< the relay's of that place (SealedHead in frames.hpp); 0: none
  ByteSpan group_secrets;        ///< its own encrypted group secrets
  ByteSpan group_info;           ///< encrypted GroupInfo, the same for all
};
Bytes encode(const InboxWelcome& welcome);
/// What encode() adds to group_secrets and group_info, at most. All of it is the payload of an
/// entry of kind welcome, which may have limits::welcome_bytes_max.
inline constexpr std::size_t inbox_welcome_overhead_bytes = 80;
/// Views point into `bytes`. Errors: as decode_entry_header.
Result<InboxWelcome> decode_inbox_welcome(ByteSpan bytes);

}  // namespace tern::wire
