// The figures of Opus and of its Ogg files that everything here agrees on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tern::voice {

inline constexpr std::uint32_t opus_rate = 48'000;  // RFC 6716 §2: samples are counted at 48 kHz
inline constexpr std::size_t frame_samples = 960;   // 20 ms
// libopus' own for 48 kHz and VOIP: 6.5 ms. What is decoded is so much behind what was encoded.
inline constexpr std::size_t encoder_lookahead = 312;
// RFC 7845 §4.6 asks for 80 ms at least. Speech at 24 kb/s leans on its past for longer: of 400
// seeks into it every tenth had under 15 dB of SNR after 80 ms; after 320 ms all had over 24.
inline constexpr std::size_t preroll_samples = 15'360;
inline constexpr std::size_t packet_samples_max = 5760;  // RFC 6716 §3.4: 120 ms
inline constexpr std::size_t frame_bytes_max = 1275;     // RFC 6716 §3.4
inline constexpr std::size_t packet_bytes_max = 61'440;  // RFC 7845 §6: of one stream
inline constexpr std::size_t page_packets = 25;          // half a second
inline constexpr std::size_t page_bytes_max = 65'307;    // RFC 3533 §6
inline constexpr std::size_t tags_bytes_max = 4 << 20;   // skipped, not held: they may hold a cover
inline constexpr std::uint32_t pcm_rate_min = 8'000, pcm_rate_max = 96'000;  // of a recording
inline constexpr std::uint32_t play_rate_max = 192'000;

}  // namespace tern::voice
