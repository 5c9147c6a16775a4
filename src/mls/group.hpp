// One member's view of one group in one epoch (RFC 9420): bytes in, bytes and a new state out.
//
// A Group is a value. What moves to another epoch returns the next Group and leaves this one in
// its own; what consumes a key of this epoch (protect, receive) changes this Group and gives the
// records that the caller's transaction must write. When that transaction fails, drop the Group
// and open() it again: the records are the truth.
//
// Thread: none of its own; one Group is used by one thread at a time.
#pragma once

#include <functional>
#include <variant>

#include "mls/authenticator.hpp"
#include "mls/key_package.hpp"
#include "mls/leaf_index.hpp"
#include "mls/psk.hpp"
#include "mls/records.hpp"
#include "mls/reinit.hpp"
#include "mls/workers.hpp"

namespace tern::mls {

class Group;
struct GroupState;

/// A member as the others see it.
struct Member {
  LeafIndex leaf;
  Credential credential;
  crypto::VerifyKey signature_key;
};

/// Whether a Welcome carries the ratchet tree inside its GroupInfo (§12.4.3.3) or the joiner gets
/// it another way.
enum class TreeTransport { in_welcome, out_of_band };

/// What goes around a handshake message.
struct Envelope {
  Envelope(ByteSpan data = {}, WireFormat wire_format = WireFormat::private_message)  // NOLINT
      : authenticated_data(data), format(wire_format) {}
  ByteSpan authenticated_data;  ///< readable by the delivery service (§6.1)
  WireFormat format;  ///< public_message: signed and readable by whoever carries it (§6.2)
};

/// The first commit of a group that follows another, or branches off it (§11.2, §11.3). Its members
/// prove that they were in that one.
struct Predecessor {
  const Group* group = nullptr;
  ResumptionPskUsage usage = ResumptionPskUsage::branch;  ///< or reinit
};

/// What a new commit should do. All lists may be empty: then it is a self-update.
struct CommitRequest {
  std::vector<Bytes> add;  ///< KeyPackage messages, validated here
  std::vector<LeafIndex> remove;
  bool include_pending = true;  ///< the proposals received by reference in this epoch
  std::optional<Extensions> group_context_extensions;
  std::vector<PreSharedKeyId> psks;  ///< their nonces are drawn here
  std::optional<ReInit> reinit;      ///< alone (§12.2): with it this group ends
  bool takes_reinit = false;         ///< also one that somebody proposed, when nothing else waits
  std::optional<Predecessor> predecessor;
  Extensions welcome_extensions;  ///< of the GroupInfo in its Welcome: for who joins by it
  Bytes authenticated_data;       ///< readable by the delivery service (§6.1)
  WireFormat format = WireFormat::private_message;
  TreeTransport tree = TreeTransport::in_welcome;
  Workers* workers = nullptr;  ///< for the HPKE seals
};

/// What joining may need beside the Welcome.
struct JoinOptions {
  std::optional<ByteSpan> ratchet_tree = std::nullopt;  ///< when the Welcome comes without
  /// The group that the new one has to follow, in its last epoch, or to branch off: in the epoch
  /// that the Welcome names, or a later one when find_psk() has the resumption PSK of that (§11.2,
  /// §11.3). Its rules are checked, and a Welcome that names none is refused.
  const Group* predecessor = nullptr;
  Workers* workers = nullptr;  ///< for the leaves' signatures
};

/// What an external commit does beside joining (§12.4.3.2).
struct ExternalJoinRequest {
  std::optional<LeafIndex> replaces;  ///< one's own leaf of before: "resync"
  std::vector<PreSharedKeyId> psks;   ///< their nonces are drawn here
  Bytes authenticated_data;
  std::optional<ByteSpan> ratchet_tree = std::nullopt;  ///< when the GroupInfo comes without
  Workers* workers = nullptr;                           ///< for the leaves' signatures
};

/// A commit ready to be sent. Nothing has happened yet: `own` consumed a key of this epoch and
/// must be written before the bytes leave; `next` is the group once the commit is accepted.
struct PendingCommit {
  Bytes message;      ///< MLSMessage
  RecordChanges own;  ///< to the present epoch's records
  std::unique_ptr<Group> next;
  Bytes welcome_group_info;  ///< Welcome.encrypted_group_info, shared
  struct WelcomeFor {
    KeyPackageRef key_package;
    crypto::VerifyKey signature_key;  ///< of the new member's leaf
    Bytes encrypted_group_secrets;    ///< one element of Welcome.secrets, encoded
  };
  std::vector<WelcomeFor> welcomes;  ///< in the order of the Adds
};

/// Puts a Welcome message together for some of the new members (all: RFC 9420's own Welcome).
Bytes assemble_welcome(std::span<const ByteSpan> encrypted_group_secrets, ByteSpan group_info);

/// An external commit ready to be sent: `message` is a PublicMessage, `next` the group once it is
/// accepted.
struct ExternalJoin {
  Bytes message;
  std::unique_ptr<Group> next;
};

struct Protected {
  Bytes message;          ///< MLSMessage
  RecordChanges changes;  ///< write before the message leaves
};

/// An application message, opened.
struct Application {
  LeafIndex sender;
  std::uint32_t generation = 0;
  Bytes authenticated_data;
  crypto::SecretBytes content;
};

struct PendingProposal;

/// A valid proposal: for Group::keep(), unless the application does not want it.
struct ProposalReceived {
  Sender sender;
  Bytes authenticated_data;
  Proposal proposal;
  std::optional<LeafIndex> removes;  ///< for Remove: whom (may be the sender itself: leaving)
  std::uint64_t epoch = 0;           ///< that it is for
  std::shared_ptr<const PendingProposal> pending;  ///< what is kept
};

struct LeafChange {
  LeafIndex leaf;
  Credential credential;
  crypto::VerifyKey signature_key;
  Sender proposer;      ///< who sent the proposal: the committer, when the commit carries it
  Bytes key_package{};  ///< MLSMessage; only of who is added
  Extensions leaf_extensions{};
};

/// A valid commit: what it did, and the group after it.
struct CommitReceived {
  LeafIndex committer;       ///< leaf index in the tree before the commit; of who joins, after it
  bool is_external = false;  ///< somebody has joined by it (§12.4.3.2): the last of `added`
  Bytes authenticated_data;
  std::vector<LeafChange> added;
  std::vector<LeafChange> removed;
  std::vector<LeafChange> updated;  ///< Update proposals and the committer's path
  std::optional<Extensions> new_group_context_extensions;
  std::optional<ReInit> reinit;  ///< then `next` is the group's last epoch (§11.2)
  bool removes_me = false;       ///< then `next` is null
  std::unique_ptr<Group> next;   ///< persist with next->records_after()
};

/// What a handshake or application message turned out to be.
using Received = std::variant<Application, ProposalReceived, CommitReceived>;

/// Whether a failed commit depends on this member's own keys (path decryption, PSK), so that others
/// may have accepted it: then this member is split from the group. Otherwise every member sees the
/// same failure and skips the commit; but for mls_proposal_unknown where the delivery service does
/// not bring everybody the same messages in one order: there it says that a proposal has not come,
/// and that the commit is to be received again after it. Who commits from outside (§12.4.3.2) can
/// make such a failure at will: it is no proof that others went on.
bool depends_on_own_keys(Errc code) noexcept;

class Group {
 public:
  /// A group of one (§11). Errors: mls_extension_invalid, mls_leaf_lifetime_too_long.
  static Result<Group> create(ByteSpan group_id, const Identity& me, Lifetime lifetime,
                              const Extensions& group_context_extensions, Entropy& entropy);

  /// Joins by Welcome (§12.4.3.1), all of its checks but that no other group of the caller's has
  /// the same group_id (§12.4.3); asks `authenticator` for every leaf. `private_record` is the one
  /// made with the KeyPackage.
  static Result<Group> join(ByteSpan welcome, ByteSpan private_record, const Identity& me,
                            Authenticator& authenticator, std::uint64_t now_s,
                            const JoinOptions& options = {});

  /// Reads the records of an earlier records() and the changes since. Of the tree and the ratchets
  /// each is read when it is needed: an application message needs its sender's, a handshake the
  /// whole tree. `source` must outlive the Group. Errors: mls_state_malformed and the source's,
  /// here and in whatever reads later. A record of the tree or of a ratchet that is of another
  /// epoch or another place is always such an error, never a wrong answer.
  static Result<Group> open(const RecordSource& source);

  Group(Group&&) noexcept;
  Group& operator=(Group&&) noexcept;
  ~Group();
  /// A deep copy that shares what cannot change.
  Group clone() const;

  /// Everything, in place of all that is there: after create or join. Errors: mls_state_malformed
  /// and the source's, only after open().
  Result<RecordChanges> records() const;
  /// The same records from those of `before`, the epoch that a commit has ended: all of the new
  /// epoch, and of the tree what the commit has changed. Errors: as records().
  Result<RecordChanges> records_after(const Group& before) const;

  // -- what it is
  ByteSpan group_id() const;
  std::uint64_t epoch() const;
  LeafIndex own_leaf() const;
  /// Who signed the GroupInfo of the Welcome; only of a Group that join() has made.
  std::optional<LeafIndex> inviter() const;
  /// The extensions of that GroupInfo, but for the tree; empty where there is no inviter().
  const Extensions& welcome_extensions() const;
  std::size_t member_count() const;
  // Errors of what looks at the tree: mls_state_malformed and the source's, only after open().
  Result<std::optional<Member>> member(LeafIndex leaf) const;
  Result<std::vector<Member>> members() const;
  /// Of nobody's leaf: none.
  Result<Extensions> leaf_extensions(LeafIndex leaf) const;
  /// The leaf that has this signature key now.
  Result<std::optional<LeafIndex>> find(const crypto::VerifyKey& signature_key) const;
  const Extensions& group_context_extensions() const;
  /// What the commit that began this epoch said of the group that is to follow: nothing more is
  /// sent in this one (§11.2).
  const std::optional<ReInit>& reinit() const;
  bool has_pending_proposals() const;
  /// Leaves that a pending Remove proposal names.
  std::vector<LeafIndex> pending_removals() const;

  /// §8.7 and §8.5: equal at all members of an epoch.
  crypto::SecretBytes epoch_authenticator() const;
  Result<crypto::SecretBytes> export_secret(std::string_view label, ByteSpan context,
                                            std::size_t bytes) const;
  /// The resumption PSK of this epoch (§8.6), for Authenticator::find_psk() in later ones.
  crypto::SecretBytes resumption_psk() const;
  crypto::Sha256Digest tree_hash() const;
  /// What join() takes as `ratchet_tree` when the Welcome comes without (§12.4.3.3).
  Result<Bytes> ratchet_tree() const;

  /// §12.4.3: a signed GroupInfo with the external_pub extension, for who is to join by an external
  /// commit, and the ratchet tree unless it goes another way. MLSMessage. Errors:
  /// mls_reinitialized.
  Result<Bytes> group_info(TreeTransport tree, const Identity& me, Entropy& entropy) const;
  /// Joins by an external commit (§12.4.3.2) made from a group_info(), with all checks of join()
  /// that need no Welcome. Errors: those, and mls_extension_invalid (no external_pub),
  /// mls_psk_unknown, those of apply_proposals(), and the application's own.
  static Result<ExternalJoin> join_externally(ByteSpan group_info,
                                              const ExternalJoinRequest& request,
                                              const Identity& me, Authenticator& authenticator,
                                              std::uint64_t now_s, Entropy& entropy);

  // -- application messages
  /// Signs, pads with Padmé and encrypts (§6.3). Consumes one generation of the own ratchet.
  /// §12.4: a member that has seen valid proposals commits them before it sends application data;
  /// that is the caller's to keep (has_pending_proposals()), who alone knows their policy.
  Result<Protected> protect(ByteSpan content, ByteSpan authenticated_data, const Identity& me,
                            Entropy& entropy);

  // -- handshakes
  /// A proposal to remove somebody, or oneself: leaving (§12.1.3). As all proposals of one's own it
  /// is kept in this Group as if received.
  Result<Protected> propose_remove(LeafIndex leaf, const Envelope& envelope, const Identity& me,
                                   Entropy& entropy);
  /// A proposal to add somebody (§12.1.1), checked like one that a commit carries.
  Result<Protected> propose_add(ByteSpan key_package, const Envelope& envelope, const Identity& me,
                                Authenticator& authenticator, std::uint64_t now_s,
                                Entropy& entropy);
  /// A proposal to replace one's own leaf: a new key, the credential of `me` (§12.1.2). Its private
  /// key is kept with it.
  Result<Protected> propose_update(const Envelope& envelope, const Identity& me, Entropy& entropy);
  /// A proposal to mix a PSK into the next epoch (§12.1.4); its nonce is drawn here.
  Result<Protected> propose_psk(PreSharedKeyId psk, const Envelope& envelope, const Identity& me,
                                Entropy& entropy);
  /// A proposal to end this group and begin another in its place (§12.1.5).
  Result<Protected> propose_reinit(ReInit reinit, const Envelope& envelope, const Identity& me,
                                   Entropy& entropy);
  /// A proposal of other GroupContext extensions, all of them (§12.1.7).
  Result<Protected> propose_extensions(Extensions extensions, const Envelope& envelope,
                                       const Identity& me, Authenticator& authenticator,
                                       Entropy& entropy);
  /// Makes a commit with an UpdatePath (§12.4.1). Consumes one generation of the own handshake
  /// ratchet in this Group, so that no two commits ever share a key; otherwise leaves it alone.
  Result<PendingCommit> commit(const CommitRequest& request, const Identity& me,
                               Authenticator& authenticator, std::uint64_t now_s, Entropy& entropy);

  /// Opens whatever was sent in this epoch (§6.2, §6.3, §12.2-§12.4.2): a PrivateMessage of another
  /// member, and PublicMessages that the application lets in (check_public_message()).
  /// Once the signature has verified the message's key is consumed in this Group, also when what
  /// it says is then refused: what to write for that is appended to `consumed`. On an error before
  /// that this Group is unchanged. A commit returns the next Group beside; a proposal counts only
  /// once it is kept.
  Result<Received> receive(ByteSpan message, Authenticator& authenticator, std::uint64_t now_s,
                           RecordChanges& consumed);
  /// Keeps a proposal of this epoch until a commit names it or the epoch ends: what to write.
  /// Errors: mls_epoch_mismatch, and mls_too_many_proposals when others were kept since it came.
  Result<RecordChanges> keep(const ProposalReceived& received);

  /// For the chapters of this library: what a Group is made of (group_state.hpp).
  explicit Group(std::unique_ptr<GroupState> state);
  GroupState& state() noexcept { return *state_; }

 private:
  std::unique_ptr<GroupState> state_;
};

}  // namespace tern::mls
