// Every bound of tern, in one place. Over one of them: a typed error that names it, and the
// state untouched. Rates and quotas are the relay's configuration (tern/relay.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace tern::limits {

inline constexpr std::size_t text_bytes_max = 64 * 1024;
inline constexpr std::size_t entry_payload_bytes_max = 256 * 1024;
inline constexpr std::size_t welcome_bytes_max = 900 * 1024;  // with the tree of a large group
inline constexpr std::size_t frame_bytes_max = 1024 * 1024;
inline constexpr std::size_t batch_entries_max = 512;
inline constexpr std::size_t batch_bytes_max = 1024 * 1024 - 8 * 1024;  // fits one frame
inline constexpr std::size_t chat_devices_max = 2000;
inline constexpr std::size_t devices_per_account_max = 32;
inline constexpr std::size_t adds_per_commit_max = 256;
inline constexpr std::size_t claim_devices_max = 256;
inline constexpr std::size_t inbox_welcomes_max = 1000;
inline constexpr std::size_t chat_title_bytes_max = 256;
inline constexpr std::size_t custom_type_bytes_max = 128;
inline constexpr std::size_t resume_logs_max = 8192;

// Key packages (RFC 9420 §10).
inline constexpr std::size_t key_packages_published = 100;
inline constexpr std::size_t key_packages_refill_below = 25;
inline constexpr std::int64_t key_package_lifetime_days = 90;

// MLS (RFC 9420 §9.2, §12.2): bounded before any key is derived.
inline constexpr std::uint32_t generations_forward_max = 1000;
inline constexpr std::size_t skipped_keys_max = 64;  // of one ratchet
inline constexpr std::size_t mls_leaves_max = 8192;
inline constexpr std::size_t mls_proposals_max =
    8000;  // a group of thousands, founded by one commit
inline constexpr std::size_t mls_extensions_max = 64;
inline constexpr std::size_t mls_capabilities_max = 128;
// Of one sender in one epoch, so that all members count alike.
inline constexpr std::size_t mls_pending_proposals_max = 64;
inline constexpr std::size_t mls_pending_bytes_max = 64 * 1024;
// RFC 9420 §7.2: the maximum total lifetime that is acceptable for a leaf; KeyPackages live for
// key_package_lifetime_days, and clocks differ.
inline constexpr std::uint64_t mls_leaf_lifetime_s_max = std::uint64_t{92} * 24 * 60 * 60;

// Noise (§3): a message's length field is 16 bits.
inline constexpr std::size_t noise_message_bytes_max = 65535;
inline constexpr std::uint64_t noise_rekey_messages = std::uint64_t{1} << 20;

// Voice (RFC 6716: Opus counts in samples at 48 kHz) and blobs.
inline constexpr std::uint64_t voice_minutes_max = 15;
inline constexpr std::uint64_t voice_samples_max = voice_minutes_max * 60 * 48'000;
inline constexpr std::size_t voice_inline_bytes_max = 48 * 1024;
inline constexpr std::size_t voice_import_bytes_max = 64 * 1024 * 1024;  // a file to be read whole
inline constexpr std::uint64_t blob_bytes_max = std::uint64_t{100} * 1024 * 1024;
inline constexpr std::size_t blob_chunk_bytes = 64 * 1024;    // of ciphertext; the last may be less
inline constexpr std::size_t blob_chunk_overhead_bytes = 17;  // of each, for its seal
inline constexpr std::size_t entry_blobs_max = 16;            // that one entry names
inline constexpr std::size_t file_name_bytes_max = 255;
inline constexpr std::size_t file_type_bytes_max = 127;
inline constexpr std::size_t thumbnail_bytes_max = 32 * 1024;
inline constexpr std::size_t live_packet_bytes_max = 4096;
inline constexpr std::uint32_t live_frames_min = 3;   // 60 ms
inline constexpr std::uint32_t live_frames_max = 12;  // 240 ms
inline constexpr std::size_t live_streams_max = 8;    // heard at once, in one chat

// Phone numbers (ITU-T E.164: 15 digits) and contact sync.
inline constexpr std::size_t number_bytes_max = 16;  // with the plus sign
inline constexpr std::size_t number_digits_min = 7;  // Niue's, with its country code
inline constexpr std::size_t number_written_bytes_max = 128;
inline constexpr std::size_t address_book_bytes_max = 16 * 1024 * 1024;
// Of one line or record, as far as it is a name or a number: a photo may be longer.
inline constexpr std::size_t address_book_line_bytes_max = 64 * 1024;
inline constexpr std::size_t contacts_max = 20'000;  // of an address book
inline constexpr std::size_t contact_name_bytes_max = 256;
inline constexpr std::size_t oprf_batch_max = 256;
inline constexpr std::size_t lookup_tags_max = 256;
inline constexpr std::size_t directory_records_travel_max = 65'536;  // members

inline constexpr std::int64_t retention_days = 30;
inline constexpr std::size_t receipts_devices_max = 64;

}  // namespace tern::limits
