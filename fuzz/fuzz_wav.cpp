// A WAV file that somebody imports.
#include "target.hpp"
#include "tern/voice_player.hpp"
#include "tern/voice_recorder.hpp"
#include "voice/wav.hpp"

using namespace tern;

void fuzz(ByteSpan input) {
  const auto wav = voice::parse_wav(input);
  if (!wav) return;
  expect(wav->samples() % wav->channels == 0, "frames are whole");
  if (wav->samples() > 24'000) return;
  Bytes file;
  const auto clip = import_voice(input, {}, make_voice_buffer(file));
  expect(clip.has_value() || wav->samples() == 0, "what parses can be imported");
  if (!clip) return;
  expect(clip->peak >= 0 && clip->peak <= 1, "a peak is a number");
  const auto again = measure_voice(*make_voice_source(file));
  expect(again.has_value() ? again->samples == clip->samples : false, "and is a good file");
}
