// Every frame between a device and its relay: typed structures, and their verified FlatBuffers
// encoding. Spans in decoded structures point into the frame's bytes.
//
// A frame is one request, answer or push. Requests carry an id chosen by the client; the answer
// repeats it. A request or push that the reader does not know decodes to Errc::frame_unsupported
// with its id kept, so that old and new versions talk.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "tern/limits.hpp"
#include "wire/contact_frames.hpp"
#include "wire/entry.hpp"

namespace tern::wire {

struct LogPosition {
  LogId log;
  std::uint64_t seq = 0;
  LogHash hash;
};

// ---- requests -------------------------------------------------------------------------------

/// First on every connection. What the device has applied of each log that it follows.
struct Resume {
  std::uint16_t version = protocol_version;
  /// Grows with every transaction that moved a ratchet: the relay remembers the highest, and a
  /// device that finds a higher one than its own was restored from an old copy.
  std::uint64_t store_counter = 0;
  std::vector<LogPosition> logs;  ///< the inbox first; at most limits::resume_logs_max
};

/// Makes this connection's device known: its certificate and its account's device list.
struct Register {
  ByteSpan certificate;  ///< encoded DeviceCertificate
  ByteSpan device_list;  ///< encoded DeviceList
  /// The device key's signature over signed_registration(certificate).
  ByteSpan proof;
};

struct PublishKeyPackages {
  std::vector<ByteSpan> single_use;
  ByteSpan last_resort;  ///< may be empty: keep the present one
  bool replace = false;  ///< forget all earlier ones (their private keys are gone)
};

/// One KeyPackage for each device of these accounts (or of exactly these devices).
struct ClaimKeyPackages {
  std::vector<AccountId> accounts;
  std::vector<DeviceId> devices;
};

/// A device's Welcome, put into its inbox in the same transaction as the commit.
struct WelcomeFor {
  DeviceId device;
  ByteSpan group_secrets;
};
/// The Welcomes of one commit entry.
struct Welcomes {
  std::uint32_t entry_index = 0;  ///< which entry of the append is the commit
  ByteSpan group_info;
  std::vector<WelcomeFor> devices;
};

/// A new log with its first commit. Answer: Appended, or log_exists.
struct CreateLog {
  LogId log;
  /// For a one-to-one chat: the two accounts whose hash `log` is; only they may create it.
  std::optional<std::pair<AccountId, AccountId>> pair;
  Entry first;  ///< kind commit
  Welcomes welcomes;
};

/// Entries for one log, taken or refused as a whole.
struct Append {
  LogId log;
  std::uint64_t base = 0;
  std::vector<Entry> entries;  ///< seq 0; at most limits::batch_entries_max
  std::vector<Welcomes> welcomes;
  std::uint64_t store_counter = 0;
};

struct Read {
  LogId log;
  std::uint64_t from = 1;  ///< the first seq wanted
  std::uint32_t entries_max = limits::batch_entries_max;
  /// The reader's own entries with their payload too, as if they were another's: it has lost what
  /// it wrote.
  bool whole = false;
};

/// "I have applied these logs up to here": lets the relay forget.
struct Ack {
  std::vector<LogPosition> logs;  ///< hash unused
  std::uint64_t store_counter = 0;
};

/// Holds a log for the caller for two seconds, so that commit starvation ends.
struct Reserve {
  LogId log;
};

/// Ephemeral, to the log's other devices that are online; never stored.
struct Signal {
  LogId log;
  ByteSpan payload;
};

/// What the relay has told a device of the newest end of a log, sealed with a key of the relay's: a
/// relay that was put back to an older copy of its disk believes what it said before.
struct SealedHead {
  std::uint64_t seq = 0;
  LogHash hash;            ///< the log's running hash at `seq`
  std::uint64_t base = 0;  ///< the newest handshake entry up to there
  LogHash base_hash;       ///< the running hash at it: another history may have one of its seq
  std::uint32_t generation = 0;
  std::uint64_t seal = 0;
};

/// The relay's head is below what it told this device: it has lost entries. Answer: Done once the
/// log goes on (read on, there is a hole); reserved while it waits for what others report.
struct ReportHead {
  LogId log;
  SealedHead head;
};

/// Who is on a log's access list. Answer: Members.
struct ReadMembers {
  LogId log;
};

struct Ping {};

/// The next chunk of one of the caller's own blobs, in order; without a payload it asks how many
/// the relay has. Answer: BlobStored; a chunk that is not the next one changes nothing.
struct PutBlob {
  BlobAddress address;
  std::uint64_t bytes = 0;  ///< of the whole blob
  std::uint32_t chunk = 0;
  ByteSpan payload;  ///< limits::blob_chunk_bytes of ciphertext; the last chunk: the rest
};

/// One chunk. Answer: BlobChunk; blob_incomplete or blob_unknown while its owner has not uploaded
/// it, and then a Notice comes to this connection when there is more.
struct GetBlob {
  AccountId owner;
  BlobAddress address;
  std::uint32_t chunk = 0;
};

using AnyRequest =
    std::variant<Resume, Register, PublishKeyPackages, ClaimKeyPackages, CreateLog, Append, Read,
                 Ack, Reserve, Signal, Ping, PutBlob, GetBlob, RequestCode, Confirm, SetPin,
                 DeleteAccount, OprfEvaluate, GetDirectory, GetSegments, GetChanges, Lookup,
                 ReportHead, ReadMembers>;
// What it takes to copy, move and destroy a variant of so many is compiled once, in requests.cpp.
struct Request : AnyRequest {
  using AnyRequest::AnyRequest;
  Request(const Request& other);
  Request(Request&& other) noexcept;
  Request& operator=(const Request& other);
  Request& operator=(Request&& other) noexcept;
  ~Request();
};

// ---- answers --------------------------------------------------------------------------------

struct LogHead {
  LogId log;
  std::uint64_t head = 0;
  std::uint64_t base = 0;        ///< the newest handshake entry
  std::uint64_t first_kept = 1;  ///< older entries are gone: rejoin when the cursor is below
  std::uint32_t generation = 0;
  bool member = true;  ///< on the access list
  /// What the relay thinks of the client's position: equal, or its history differs.
  bool hash_matches = true;
  /// The entry that put the device on the list, the last time; 0 where the client names the log,
  /// and for the device that created it.
  std::uint64_t joined = 0;
};

struct Resumed {
  std::uint16_t version = protocol_version;
  std::uint64_t store_counter = 0;  ///< highest that the relay has heard of from this device
  bool registered = false;
  std::uint32_t key_packages_left = 0;
  std::vector<LogHead> logs;  ///< the inbox first, then every log asked for or granted
};

struct Registered {
  DeviceId device;
};

struct KeyPackagesPublished {
  std::uint32_t left = 0;
};

struct ClaimedDevice {
  AccountId account;
  DeviceId device;
  ByteSpan key_package;  ///< MLSMessage; empty when the device has none
};
struct Claimed {
  std::vector<ByteSpan> device_lists;  ///< one for each account
  std::vector<ClaimedDevice> devices;
};

struct Appended {
  std::uint64_t first_seq = 0;
  std::uint64_t head = 0;
  std::uint64_t base = 0;
  std::vector<DeviceId> inbox_full;  ///< devices whose Welcome found no room
  LogHash hash;                      ///< running hash at first_seq; with a restart only
  std::uint64_t seal = 0;            ///< SealedHead's, when the last of them is the head; 0: none
};

/// Answer to Read, and the push when something new arrives. seqs are consecutive: a hole begins an
/// answer of its own.
struct Entries {
  LogId log;
  std::vector<Entry> entries;
  std::uint64_t head = 0;
  std::uint64_t seal = 0;  ///< SealedHead's, when the last of them is the head; 0: none
};

struct BlobStored {
  std::uint32_t chunks = 0;  ///< the first so many are on the relay's disk
  bool complete = false;     ///< all are, and they belong to the address
};

struct BlobChunk {
  std::uint32_t chunk = 0;
  ByteSpan payload;
};

struct Members {
  std::vector<DeviceId> devices;
};

struct Done {};  ///< to Ack, Reserve, Signal, Ping, Confirm, SetPin, DeleteAccount

/// A refusal. `base` and `head` come with `stale`; retry_after_ms with rate_limited, reserved.
struct Refused {
  Errc code = Errc::internal;
  std::uint32_t retry_after_ms = 0;
  std::uint64_t base = 0;
  std::uint64_t head = 0;
  /// The limit that was passed, where there is one; with rate_limited to OprfEvaluate, how many
  /// elements there would be leave for now; with code_wrong and pin_wrong, the tries that are left.
  std::uint32_t limit = 0;
};

using AnyAnswer = std::variant<Resumed, Registered, KeyPackagesPublished, Claimed, Appended,
                               Entries, Done, Refused, BlobStored, BlobChunk, WorkWanted, CodeSent,
                               Evaluated, DirectoryHead, Segments, Changes, Records, Members>;
// As Request; in answers.cpp.
struct Answer : AnyAnswer {
  using AnyAnswer::AnyAnswer;
  Answer(const Answer& other);
  Answer(Answer&& other) noexcept;
  Answer& operator=(const Answer& other);
  Answer& operator=(Answer&& other) noexcept;
  ~Answer();
};

// ---- pushes ---------------------------------------------------------------------------------

struct SignalPush {
  LogId log;
  DeviceId from;
  ByteSpan payload;
};
/// So many chunks of a blob are there.
struct BlobHead {
  AccountId owner;
  BlobAddress address;
  std::uint32_t chunks = 0;
};
/// Something is newer than what this connection was told: a log to read (a slow reader, a chat one
/// was just added to again), a blob that it has asked for, or a request to publish key packages.
struct Notice {
  enum class What : std::uint8_t {
    log_advanced = 1,
    key_packages_low = 2,
    relay_stopping = 3,
    device_revoked = 4,
    blob_advanced = 5
  };
  What what = What::log_advanced;
  LogHead log;
  std::uint32_t key_packages_left = 0;
  BlobHead blob;
};
using Push = std::variant<Entries, SignalPush, Notice>;

// ---- frames ---------------------------------------------------------------------------------

struct RequestFrame {
  std::uint32_t id = 0;
  Request request;
};
struct AnswerFrame {
  std::uint32_t id = 0;
  Answer answer;
};
/// What a device receives.
using ServerFrame = std::variant<AnswerFrame, Push>;

Bytes encode(const RequestFrame& frame);
Bytes encode(const AnswerFrame& frame);
Bytes encode(const Push& push);

/// A request that could not be understood: the id is there to answer it.
struct UnsupportedRequest {
  std::uint32_t id = 0;
};
/// Errors: frame_too_large, frame_malformed; and by the limit that the request is over:
/// entry_too_large, batch_too_large, chat_too_large (devices with a Welcome), too_long (other
/// lists; the sentence names it).
Result<std::variant<RequestFrame, UnsupportedRequest>> decode_request(ByteSpan frame);
/// The id of a request that decode_request refused, to answer it with that error; nullopt when the
/// frame is too damaged to have one.
std::optional<std::uint32_t> request_id(ByteSpan frame);
/// nullopt: a push or answer of a newer version, to be ignored (an answer keeps its id: Refused
/// with frame_unsupported, as does a Refused whose code this build does not know). Errors: as
/// decode_request.
Result<std::optional<ServerFrame>> decode_server_frame(ByteSpan frame);

/// Upper bounds of what an entry, and a device's Welcome, add to a frame beside their payloads,
/// and of the rest of an Append or Entries. encode() does not look at limits::frame_bytes_max: a
/// batch whose payloads and overheads stay within limits::batch_bytes_max fits.
inline constexpr std::size_t entry_overhead_bytes = 96;
inline constexpr std::size_t welcome_overhead_bytes = 48;
inline constexpr std::size_t frame_overhead_bytes = 256;

}  // namespace tern::wire
