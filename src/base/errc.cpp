#include "tern/errc.hpp"

#include <algorithm>
#include <iterator>

namespace tern {
namespace {

struct Row {
  Errc code;
  std::string_view name;
  bool retryable;
  std::string_view sentence;
};

// In the order of the enum: name() searches by bisection.
constexpr Row rows[] = {
    {Errc::internal, "internal", false, "an internal rule of tern does not hold; please report it"},
    {Errc::invalid_argument, "invalid_argument", false, "an argument breaks a rule of the call"},
    {Errc::closed, "closed", false, "the client or relay is closed"},
    {Errc::not_found, "not_found", false, "there is nothing with this id"},
    {Errc::timed_out, "timed_out", true, "the time to wait has passed"},
    {Errc::offline, "offline", true, "there is no connection to the relay"},
    {Errc::too_late, "too_late", false, "the message is already on its way"},
    {Errc::truncated, "truncated", false, "the bytes end before the structure does"},
    {Errc::trailing_bytes, "trailing_bytes", false, "the structure ends before the bytes do"},
    {Errc::length_invalid, "length_invalid", false,
     "a length prefix that the encoding does not have"},
    {Errc::length_not_minimal, "length_not_minimal", false,
     "RFC 9420 §2.1.2: a longer prefix than needed"},
    {Errc::too_long, "too_long", false, "a vector or string over its limit"},
    {Errc::malformed, "malformed", false, "bytes that no version of the format produces"},
    {Errc::unsupported_version, "unsupported_version", false,
     "a version that this build does not know"},
    {Errc::text_not_utf8, "text_not_utf8", false, "text that is not well-formed UTF-8"},
    {Errc::text_too_long, "text_too_long", false, "text over limits::text_bytes_max"},
    {Errc::key_invalid, "key_invalid", false,
     "a public key of the wrong length or a low-order point"},
    {Errc::signature_invalid, "signature_invalid", false, "a signature that does not verify"},
    {Errc::decrypt_failed, "decrypt_failed", false,
     "AEAD: wrong key, nonce, associated data or changed bytes"},
    {Errc::counter_exhausted, "counter_exhausted", false, "a nonce counter has run out"},
    {Errc::oprf_input_invalid, "oprf_input_invalid", false,
     "RFC 9497: an input that is too long, or that no function is defined for"},
    {Errc::oprf_element_invalid, "oprf_element_invalid", false,
     "RFC 9497: bytes that are no group element, or the identity"},
    {Errc::oprf_proof_invalid, "oprf_proof_invalid", false,
     "RFC 9497: evaluated under another key than the public one"},
    {Errc::oprf_batch_invalid, "oprf_batch_invalid", false,
     "RFC 9497: a batch that is empty, over its limit, or whose lists differ in length"},
    {Errc::storage_wrong_key, "storage_wrong_key", false,
     "the storage key does not open this folder"},
    {Errc::storage_foreign, "storage_foreign", false,
     "the folder holds a database that is not tern's"},
    {Errc::storage_newer, "storage_newer", false, "written by a newer version of tern"},
    {Errc::storage_damaged, "storage_damaged", false, "a truncated or changed file"},
    {Errc::storage_full, "storage_full", true, "the disk is full; nothing was changed"},
    {Errc::storage_io, "storage_io", true, "the disk refused a read or write"},
    {Errc::storage_in_use, "storage_in_use", true, "another process has the folder open"},
    {Errc::storage_map_full, "storage_map_full", true,
     "the memory map must grow (handled inside store)"},
    {Errc::storage_permission, "storage_permission", false,
     "the folder cannot be opened with these rights"},
    {Errc::mls_malformed, "mls_malformed", false, "malformed"},
    {Errc::mls_version_unknown, "mls_version_unknown", false, "version unknown"},
    {Errc::mls_cipher_suite_unsupported, "mls_cipher_suite_unsupported", false,
     "cipher suite unsupported"},
    {Errc::mls_wire_format_unexpected, "mls_wire_format_unexpected", false,
     "wire format unexpected"},
    {Errc::mls_group_id_mismatch, "mls_group_id_mismatch", false, "group id mismatch"},
    {Errc::mls_epoch_mismatch, "mls_epoch_mismatch", false, "a message of another epoch"},
    {Errc::mls_sender_not_member, "mls_sender_not_member", false, "sender not member"},
    {Errc::mls_sender_type_not_allowed, "mls_sender_type_not_allowed", false,
     "sender type not allowed"},
    {Errc::mls_own_message, "mls_own_message", false, "one's own message cannot be unprotected"},
    {Errc::mls_content_type_invalid, "mls_content_type_invalid", false, "content type invalid"},
    {Errc::mls_padding_not_zero, "mls_padding_not_zero", false, "padding not zero"},
    {Errc::mls_signature_invalid, "mls_signature_invalid", false, "signature invalid"},
    {Errc::mls_membership_tag_invalid, "mls_membership_tag_invalid", false,
     "membership tag invalid"},
    {Errc::mls_confirmation_tag_invalid, "mls_confirmation_tag_invalid", false,
     "confirmation tag invalid"},
    {Errc::mls_confirmation_tag_missing, "mls_confirmation_tag_missing", false,
     "confirmation tag missing"},
    {Errc::mls_decrypt_failed, "mls_decrypt_failed", false, "decrypt failed"},
    {Errc::mls_generation_consumed, "mls_generation_consumed", false,
     "§9.2: the key was used and deleted"},
    {Errc::mls_generation_too_far, "mls_generation_too_far", false, "over the forward bound"},
    {Errc::mls_credential_refused, "mls_credential_refused", false,
     "the application does not accept the credential"},
    {Errc::mls_leaf_signature_invalid, "mls_leaf_signature_invalid", false,
     "leaf signature invalid"},
    {Errc::mls_leaf_lifetime_not_yet_valid, "mls_leaf_lifetime_not_yet_valid", false,
     "leaf lifetime not yet valid"},
    {Errc::mls_leaf_lifetime_expired, "mls_leaf_lifetime_expired", false, "leaf lifetime expired"},
    {Errc::mls_leaf_lifetime_too_long, "mls_leaf_lifetime_too_long", false,
     "leaf lifetime too long"},
    {Errc::mls_leaf_source_invalid, "mls_leaf_source_invalid", false, "leaf source invalid"},
    {Errc::mls_leaf_capabilities_missing, "mls_leaf_capabilities_missing", false,
     "§7.3: required by the group, absent in the leaf"},
    {Errc::mls_leaf_extension_unsupported, "mls_leaf_extension_unsupported", false,
     "leaf extension unsupported"},
    {Errc::mls_leaf_credential_unsupported, "mls_leaf_credential_unsupported", false,
     "§7.3: credential type not supported by all members"},
    {Errc::mls_leaf_key_not_unique, "mls_leaf_key_not_unique", false,
     "encryption or signature key already in the tree"},
    {Errc::mls_leaf_encryption_key_not_new, "mls_leaf_encryption_key_not_new", false,
     "leaf encryption key not new"},
    {Errc::mls_key_package_signature_invalid, "mls_key_package_signature_invalid", false,
     "key package signature invalid"},
    {Errc::mls_key_package_init_key_equals_leaf_key, "mls_key_package_init_key_equals_leaf_key",
     false, "key package init key equals leaf key"},
    {Errc::mls_key_package_unknown, "mls_key_package_unknown", false,
     "a Welcome for a KeyPackage that is not ours"},
    {Errc::mls_tree_malformed, "mls_tree_malformed", false, "tree malformed"},
    {Errc::mls_tree_hash_mismatch, "mls_tree_hash_mismatch", false, "tree hash mismatch"},
    {Errc::mls_parent_hash_invalid, "mls_parent_hash_invalid", false, "parent hash invalid"},
    {Errc::mls_unmerged_leaves_invalid, "mls_unmerged_leaves_invalid", false,
     "unmerged leaves invalid"},
    {Errc::mls_tree_too_large, "mls_tree_too_large", false, "tree too large"},
    {Errc::mls_proposal_unknown, "mls_proposal_unknown", false,
     "a reference to a proposal not seen in this epoch"},
    {Errc::mls_proposal_type_unsupported, "mls_proposal_type_unsupported", false,
     "proposal type unsupported"},
    {Errc::mls_proposal_sender_not_allowed, "mls_proposal_sender_not_allowed", false,
     "proposal sender not allowed"},
    {Errc::mls_proposal_duplicate, "mls_proposal_duplicate", false,
     "§12.2: two proposals on one leaf, or two of a kind that allows one"},
    {Errc::mls_proposal_update_by_committer, "mls_proposal_update_by_committer", false,
     "proposal update by committer"},
    {Errc::mls_proposal_removes_committer, "mls_proposal_removes_committer", false,
     "proposal removes committer"},
    {Errc::mls_proposal_removes_blank, "mls_proposal_removes_blank", false,
     "proposal removes blank"},
    {Errc::mls_proposal_adds_member_again, "mls_proposal_adds_member_again", false,
     "proposal adds member again"},
    {Errc::mls_proposal_psk_invalid, "mls_proposal_psk_invalid", false, "proposal psk invalid"},
    {Errc::mls_proposal_reinit_not_alone, "mls_proposal_reinit_not_alone", false,
     "proposal reinit not alone"},
    {Errc::mls_proposal_external_init_invalid, "mls_proposal_external_init_invalid", false,
     "proposal external init invalid"},
    {Errc::mls_proposal_extensions_unsupported, "mls_proposal_extensions_unsupported", false,
     "proposal extensions unsupported"},
    {Errc::mls_too_many_proposals, "mls_too_many_proposals", false, "too many proposals"},
    {Errc::mls_commit_path_required, "mls_commit_path_required", false, "commit path required"},
    {Errc::mls_path_length_invalid, "mls_path_length_invalid", false, "path length invalid"},
    {Errc::mls_path_ciphertext_count_invalid, "mls_path_ciphertext_count_invalid", false,
     "path ciphertext count invalid"},
    {Errc::mls_path_undecryptable, "mls_path_undecryptable", false,
     "depends on one's own keys: split, then rejoin"},
    {Errc::mls_path_key_mismatch, "mls_path_key_mismatch", false,
     "§12.4.2: derived and published public keys differ"},
    {Errc::mls_psk_unknown, "mls_psk_unknown", false, "depends on one's own keys"},
    {Errc::mls_welcome_invalid, "mls_welcome_invalid", false, "welcome invalid"},
    {Errc::mls_group_info_signature_invalid, "mls_group_info_signature_invalid", false,
     "group info signature invalid"},
    {Errc::mls_removed, "mls_removed", false, "this member is no longer in the group"},
    {Errc::mls_not_joined, "mls_not_joined", false, "the group has no state for this member"},
    {Errc::mls_extension_invalid, "mls_extension_invalid", false, "extension invalid"},
    {Errc::mls_state_malformed, "mls_state_malformed", false,
     "a stored record that does not parse"},
    {Errc::mls_path_key_not_unique, "mls_path_key_not_unique", false,
     "a key of the path, or of a parent node, is in the tree already"},
    {Errc::mls_leaf_not_found, "mls_leaf_not_found", false,
     "no leaf of the group's tree is the joiner's own"},
    {Errc::noise_handshake_failed, "noise_handshake_failed", false,
     "wrong relay key, or bytes that are no handshake"},
    {Errc::noise_message_too_long, "noise_message_too_long", false, "over 65,535 bytes"},
    {Errc::frame_too_large, "frame_too_large", false, "over limits::frame_bytes_max"},
    {Errc::frame_malformed, "frame_malformed", false,
     "FlatBuffers verification failed or a required field is missing"},
    {Errc::frame_unsupported, "frame_unsupported", false,
     "a request or push that this version does not know"},
    {Errc::connection_refused, "connection_refused", true, "connection refused"},
    {Errc::connection_lost, "connection_lost", true, "connection lost"},
    {Errc::address_invalid, "address_invalid", false, "not tern://HOST:PORT/KEY"},
    {Errc::stale, "stale", true, "append: a newer handshake entry exists; read on, encrypt again"},
    {Errc::log_exists, "log_exists", true, "create_log: the other side was first"},
    {Errc::log_unknown, "log_unknown", false, "log unknown"},
    {Errc::not_member, "not_member", false, "the device is not on the log's access list"},
    {Errc::not_registered, "not_registered", false, "not registered"},
    {Errc::account_unknown, "account_unknown", true, "account unknown"},
    {Errc::certificate_invalid, "certificate_invalid", false,
     "the certificate does not bind this device to this account"},
    {Errc::device_list_outdated, "device_list_outdated", false,
     "a device list older than one already seen"},
    {Errc::device_revoked, "device_revoked", false, "not on the account's newest device list"},
    {Errc::no_key_package, "no_key_package", true, "the account has none left to claim"},
    {Errc::rate_limited, "rate_limited", true, "see retry_after()"},
    {Errc::inbox_full, "inbox_full", true, "the recipient's inbox holds its maximum of Welcomes"},
    {Errc::batch_too_large, "batch_too_large", false, "over 512 entries or 1 MiB"},
    {Errc::entry_too_large, "entry_too_large", false, "over 256 KiB"},
    {Errc::log_rolled_back, "log_rolled_back", false,
     "the relay's log is older than what this device has applied"},
    {Errc::chat_too_large, "chat_too_large", false, "over 2,000 devices"},
    {Errc::access_change_invalid, "access_change_invalid", false,
     "a membership change that does not fit the log's access list"},
    {Errc::reserved, "reserved", true,
     "another device holds the log for a moment; see retry_after()"},
    {Errc::rejoin_refused, "rejoin_refused", false,
     "the device may not rejoin this log (again) now"},
    {Errc::log_pruned, "log_pruned", false,
     "the entries asked for are older than what the relay keeps; rejoin"},
    {Errc::blob_unknown, "blob_unknown", false, "the relay has no such blob, or no longer"},
    {Errc::blob_incomplete, "blob_incomplete", true, "the blob is still being uploaded"},
    {Errc::blob_damaged, "blob_damaged", false, "the blob's bytes do not belong to its address"},
    {Errc::blob_too_large, "blob_too_large", false, "a blob over limits::blob_bytes_max"},
    {Errc::blob_quota, "blob_quota", true,
     "the account's blobs take all the room that the relay gives it"},
    {Errc::chat_not_ready, "chat_not_ready", true, "the chat is not joined yet"},
    {Errc::chat_left, "chat_left", false, "this device is no longer a member"},
    {Errc::chat_split, "chat_split", true, "waiting to be added again"},
    {Errc::policy_violated, "policy_violated", false,
     "a commit that the group's policy does not allow"},
    {Errc::header_mismatch, "header_mismatch", false, "authenticated data and entry disagree"},
    {Errc::log_forked, "log_forked", false, "members were shown different logs"},
    {Errc::key_changed, "key_changed", false, "the contact's account key changed; accept it first"},
    {Errc::message_expired, "message_expired", false, "message expired"},
    {Errc::media_not_here, "media_not_here", true,
     "the message's file or sound has not arrived yet"},
    {Errc::file_io, "file_io", false, "the file cannot be read or written"},
    {Errc::live_ended, "live_ended", false,
     "the live voice has ended, or its chat cannot carry it now"},
    {Errc::ogg_malformed, "ogg_malformed", false, "these bytes are no Ogg stream"},
    {Errc::ogg_truncated, "ogg_truncated", false, "the Ogg stream ends before its last page"},
    {Errc::ogg_chained, "ogg_chained", false, "more than one stream in the Ogg file"},
    {Errc::opus_header_invalid, "opus_header_invalid", false,
     "RFC 7845 §5: an Opus header that breaks a rule"},
    {Errc::opus_mapping_unsupported, "opus_mapping_unsupported", false,
     "more channels than two, or a mapping family other than 0"},
    {Errc::opus_packet_invalid, "opus_packet_invalid", false,
     "RFC 6716 §3.4: a packet that no encoder makes"},
    {Errc::opus_granule_invalid, "opus_granule_invalid", false,
     "RFC 7845 §4: positions that do not fit the packets"},
    {Errc::wav_malformed, "wav_malformed", false, "these bytes are no WAV file"},
    {Errc::wav_unsupported, "wav_unsupported", false,
     "the WAV file's samples are neither PCM nor float"},
    {Errc::voice_format_unknown, "voice_format_unknown", false, "neither Ogg Opus nor WAV"},
    {Errc::voice_too_long, "voice_too_long", false, "longer than limits::voice_minutes_max"},
    {Errc::voice_empty, "voice_empty", false, "not one sample of sound"},
};

const Row* find(Errc code) noexcept {
  const auto* row = std::lower_bound(std::begin(rows), std::end(rows), code,
                                     [](const Row& a, Errc b) { return a.code < b; });
  return row != std::end(rows) && row->code == code ? row : nullptr;
}

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tern"; }
  std::string message(int code) const override { return describe(static_cast<Errc>(code)); }
};

}  // namespace

const std::error_category& tern_category() noexcept {
  static const Category category;
  return category;
}

std::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), tern_category()};
}

std::string_view name(Errc code) noexcept {
  const auto* row = find(code);
  return row ? row->name : "unknown";
}

std::string describe(Errc code) {
  const auto* row = find(code);
  if (!row) return "unknown error " + std::to_string(static_cast<int>(code));
  return std::string(row->name) + ": " + std::string(row->sentence);
}

bool is_retryable(Errc code) noexcept {
  const auto* row = find(code);
  return row && row->retryable;
}

}  // namespace tern
