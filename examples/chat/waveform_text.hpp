// A voice message's waveform in block characters, and its length.
#pragma once

#include <cstdint>
#include <string>
#include <tern/voice_clip.hpp>
#include <vector>

namespace chat {

/// `columns` characters, ▁ … █: equal parts of the clip, each as high as the loudest in it.
std::string waveform_text(const tern::Waveform& waveform, std::size_t columns);
/// The same, `rows` lines high, the upper one first.
std::vector<std::string> waveform_rows(const tern::Waveform& waveform, std::size_t columns,
                                       std::size_t rows);
/// "0:07", rounded.
std::string length_text(std::uint64_t ms);

}  // namespace chat
