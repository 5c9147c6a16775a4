// Every error that tern can return, by the rule that was broken.
#pragma once

#include <string_view>
#include <system_error>

namespace tern {

/// Numbers are stable: new ones go at the end of their block, none is used twice.
enum class Errc : int {
  // -- anywhere
  internal = 1,      ///< one of tern's own invariants does not hold
  invalid_argument,  ///< the caller's argument breaks a rule that `message()` names
  closed,            ///< the client or relay was closed or suspended
  not_found,         ///< no such chat, message, log …
  timed_out,         ///< the deadline of a wait passed
  offline,           ///< needs the relay, and there is no connection
  too_late,          ///< cancel(): the message is on its way

  // -- bytes and their encoding
  truncated = 100,      ///< the bytes end before the structure does
  trailing_bytes,       ///< the structure ends before the bytes do
  length_invalid,       ///< a length prefix that the encoding does not have
  length_not_minimal,   ///< RFC 9420 §2.1.2: a longer prefix than needed
  too_long,             ///< a vector or string over its limit
  malformed,            ///< bytes that no version of the format produces
  unsupported_version,  ///< a version that this build does not know
  text_not_utf8,        ///< text that is not well-formed UTF-8
  text_too_long,        ///< text over limits::text_bytes_max

  // -- crypto
  key_invalid = 200,  ///< a public key of the wrong length or a low-order point
  signature_invalid,  ///< a signature that does not verify
  decrypt_failed,     ///< AEAD: wrong key, nonce, associated data or changed bytes
  counter_exhausted,  ///< a nonce counter has run out
  // RFC 9497
  oprf_input_invalid,    ///< an input that is too long, or that no function is defined for
  oprf_element_invalid,  ///< bytes that are no element, or the identity
  oprf_proof_invalid,    ///< evaluated under another key than the public one
  oprf_batch_invalid,    ///< empty, over the limit, or lists of different lengths

  // -- store
  storage_wrong_key = 300,  ///< the storage key does not open this folder
  storage_foreign,          ///< the folder holds a database that is not tern's
  storage_newer,            ///< written by a newer version of tern
  storage_damaged,          ///< a truncated or changed file
  storage_full,             ///< the disk is full; nothing was changed
  storage_io,               ///< the disk refused a read or write
  storage_in_use,           ///< another process has the folder open
  storage_map_full,         ///< the memory map must grow (handled inside store)
  storage_permission,       ///< the folder cannot be opened with these rights

  // -- mls (RFC 9420); one for each rule
  mls_malformed = 400,
  mls_version_unknown,
  mls_cipher_suite_unsupported,
  mls_wire_format_unexpected,
  mls_group_id_mismatch,
  mls_epoch_mismatch,  ///< a message of another epoch
  mls_sender_not_member,
  mls_sender_type_not_allowed,
  mls_own_message,  ///< one's own message cannot be unprotected
  mls_content_type_invalid,
  mls_padding_not_zero,
  mls_signature_invalid,
  mls_membership_tag_invalid,
  mls_confirmation_tag_invalid,
  mls_confirmation_tag_missing,
  mls_decrypt_failed,
  mls_generation_consumed,  ///< §9.2: the key was used and deleted
  mls_generation_too_far,   ///< over the forward bound
  mls_credential_refused,   ///< the application does not accept the credential
  mls_leaf_signature_invalid,
  mls_leaf_lifetime_not_yet_valid,
  mls_leaf_lifetime_expired,
  mls_leaf_lifetime_too_long,
  mls_leaf_source_invalid,
  mls_leaf_capabilities_missing,  ///< §7.3: required by the group, absent in the leaf
  mls_leaf_extension_unsupported,
  mls_leaf_credential_unsupported,  ///< §7.3: credential type not supported by all members
  mls_leaf_key_not_unique,          ///< encryption or signature key already in the tree
  mls_leaf_encryption_key_not_new,
  mls_key_package_signature_invalid,
  mls_key_package_init_key_equals_leaf_key,
  mls_key_package_unknown,  ///< a Welcome for a KeyPackage that is not ours
  mls_tree_malformed,
  mls_tree_hash_mismatch,
  mls_parent_hash_invalid,
  mls_unmerged_leaves_invalid,
  mls_tree_too_large,
  mls_proposal_unknown,  ///< a reference to a proposal not seen in this epoch
  mls_proposal_type_unsupported,
  mls_proposal_sender_not_allowed,
  mls_proposal_duplicate,  ///< §12.2: two proposals on one leaf, or two of a kind that allows one
  mls_proposal_update_by_committer,
  mls_proposal_removes_committer,
  mls_proposal_removes_blank,
  mls_proposal_adds_member_again,
  mls_proposal_psk_invalid,
  mls_proposal_reinit_not_alone,
  mls_proposal_external_init_invalid,
  mls_proposal_extensions_unsupported,
  mls_too_many_proposals,
  mls_commit_path_required,
  mls_path_length_invalid,
  mls_path_ciphertext_count_invalid,
  mls_path_undecryptable,  ///< depends on one's own keys: split, then rejoin
  mls_path_key_mismatch,   ///< §12.4.2: derived and published public keys differ
  mls_psk_unknown,         ///< depends on one's own keys
  mls_welcome_invalid,
  mls_group_info_signature_invalid,
  mls_removed,     ///< this member is no longer in the group
  mls_not_joined,  ///< the group has no state for this member
  mls_extension_invalid,
  mls_state_malformed,      ///< a stored record that does not parse
  mls_path_key_not_unique,  ///< §12.4.2: a key of the path, or of a parent node, is in the tree
                            ///< already
  mls_leaf_not_found,       ///< §12.4.3.1: no leaf of the tree is the joiner's own
  mls_reinitialized,        ///< §11.2: another group follows this one; nothing is sent in it
  mls_psk_mismatch,         ///< §8.4: depends on one's own keys: a PSK is not the committer's
  mls_successor_invalid,    ///< §11.2, §11.3: not the group that was to follow, or to branch off

  // -- transport
  noise_handshake_failed = 500,  ///< wrong relay key, or bytes that are no handshake
  noise_message_too_long,        ///< over 65,535 bytes
  frame_too_large,               ///< over limits::frame_bytes_max
  frame_malformed,               ///< FlatBuffers verification failed or a required field is missing
  frame_unsupported,             ///< a request or push that this version does not know
  connection_refused,
  connection_lost,
  address_invalid,  ///< not tern://HOST:PORT/KEY

  // -- relay's answers
  stale = 600,  ///< append: a newer handshake entry exists; read on, encrypt again
  log_exists,   ///< create_log: the other side was first
  log_unknown,
  not_member,  ///< the device is not on the log's access list
  not_registered,
  account_unknown,
  certificate_invalid,       ///< the certificate does not bind this device to this account
  device_list_outdated,      ///< a device list older than one already seen
  device_revoked,            ///< not on the account's newest device list
  no_key_package,            ///< the account has none left to claim
  rate_limited,              ///< see retry_after()
  inbox_full,                ///< the recipient's inbox holds its maximum of Welcomes
  batch_too_large,           ///< over 512 entries or 1 MiB
  entry_too_large,           ///< over 256 KiB
  log_rolled_back,           ///< the relay's log is older than what this device has applied
  chat_too_large,            ///< over 2,000 devices
  access_change_invalid,     ///< a membership change that does not fit the log's access list
  reserved,                  ///< another device holds the log for a moment; see retry_after()
  rejoin_refused,            ///< the device may not rejoin this log (again) now
  log_pruned,                ///< the entries asked for are older than what the relay keeps
  blob_unknown,              ///< never uploaded by its owner, or expired
  blob_incomplete,           ///< a chunk that its owner has not uploaded yet
  blob_damaged,              ///< chunks that do not belong to the blob's address
  blob_too_large,            ///< over limits::blob_bytes_max
  blob_quota,                ///< the account's blobs take all the room that the relay gives it
  verification_unavailable,  ///< the relay has no way to send codes, or could not send this one
  number_not_confirmed,      ///< the account has no confirmed number, which this needs
  code_wrong,                ///< not the code that was sent to the number
  code_expired,              ///< no code is waited for: too old, too many tries, or never asked for
  pin_wrong,                 ///< the number's account has another registration PIN
  directory_epoch_gone,      ///< an epoch of the directory that the relay no longer serves
  directory_version_gone,    ///< changes that the relay no longer keeps: read the segments again

  // -- engine
  chat_not_ready = 700,  ///< the chat is not joined yet
  chat_left,             ///< this device is no longer a member
  chat_split,            ///< waiting to be added again
  policy_violated,       ///< a commit that the group's policy does not allow
  header_mismatch,       ///< authenticated data and entry disagree
  log_forked,            ///< members were shown different logs
  key_changed,           ///< the contact's account key changed; accept it first
  message_expired,
  media_not_here,         ///< the message's file or sound has not arrived (yet)
  file_io,                ///< a file of the app's that cannot be read or written
  live_ended,             ///< this live voice has ended, or its chat cannot carry it now
  directory_key_changed,  ///< the relay's directory key is not the one pinned for its epoch
  directory_damaged,      ///< what the relay says of its directory contradicts itself
  account_deleted,        ///< the relay was told to forget this account

  // -- voice
  ogg_malformed = 800,       ///< bytes that are no Ogg stream, or a page that breaks its rules
  ogg_truncated,             ///< the stream ends before its last page
  ogg_chained,               ///< a second stream behind, or between, the pages of the first
  opus_header_invalid,       ///< RFC 7845 §5: an OpusHead or OpusTags that breaks a rule
  opus_mapping_unsupported,  ///< a channel mapping family other than 0, or over two channels
  opus_packet_invalid,       ///< RFC 6716 §3.4: a packet that no encoder makes
  opus_granule_invalid,      ///< RFC 7845 §4: positions that do not fit the packets
  wav_malformed,             ///< bytes that are no WAV file
  wav_unsupported,           ///< a WAV file whose samples are not PCM or float
  voice_format_unknown,      ///< neither Ogg Opus nor WAV
  voice_too_long,            ///< over limits::voice_minutes_max
  voice_empty,               ///< not one sample in it

  // -- phone numbers and address books
  number_invalid = 900,        ///< not E.164: a plus sign and 7 to 15 digits, the first not a zero
  number_is_none,              ///< no digits to dial in it
  number_too_short,            ///< fewer digits than the region's numbers have
  number_too_long,             ///< more digits than the region's numbers have
  number_needs_region,         ///< written as one dials it at home, and no region was given
  number_region_unknown,       ///< no such region or country code
  number_impossible,           ///< the region gives no such numbers to anybody
  number_needs_library,        ///< not written as E.164, which is all that this build reads
  vcard_malformed,             ///< RFC 6350, RFC 2426: a line that breaks a rule; message() has it
  csv_malformed,               ///< RFC 4180: a record that breaks a rule, or no column of numbers
  address_book_too_large,      ///< a file over limits::address_book_bytes_max
  address_book_line_too_long,  ///< a line over limits::address_book_line_bytes_max
  contacts_too_many,           ///< over limits::contacts_max
};

/// The code in the "tern" category.
std::error_code make_error_code(Errc code) noexcept;
const std::error_category& tern_category() noexcept;
/// The code's own name, e.g. "text_too_long".
std::string_view name(Errc code) noexcept;
/// A sentence for a person.
std::string describe(Errc code);
/// Whether the same call may succeed later without the caller changing anything.
bool is_retryable(Errc code) noexcept;

}  // namespace tern

template <>
struct std::is_error_code_enum<tern::Errc> : std::true_type {};
