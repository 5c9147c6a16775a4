// A clip's waveform in block characters.
#pragma once

#include <string>
#include <tern/voice_clip.hpp>

namespace chat {

/// `columns` characters, ▁ … █: equal parts of the clip, each as high as the loudest in it.
std::string waveform_text(const tern::Waveform& waveform, std::size_t columns);

}  // namespace chat
