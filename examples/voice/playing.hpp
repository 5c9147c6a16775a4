// From a player to an output: what every command that plays has in common.
#pragma once

#include <functional>
#include <tern/voice_player.hpp>

#include "examples/voice/commands.hpp"
#include "examples/voice/sound.hpp"

namespace voice {

tern::PlayerSettings player_settings(const PlayingOptions& options);
/// Plays to the end, or until q or Ctrl-C. On a terminal it shows `waveform` with the position in
/// it and takes keys. `while_waiting` is called again and again while the sound has not arrived;
/// what it throws ends the playing.
void play_to_end(tern::VoicePlayer player, const tern::Waveform& waveform,
                 const PlayingOptions& options, const std::function<void()>& while_waiting = {});

}  // namespace voice
