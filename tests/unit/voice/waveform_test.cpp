#include "voice/waveform.hpp"

#include <catch2/catch.hpp>

#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

TEST_CASE("each part of a waveform is the highest sample of its part, whatever the length") {
  for (const std::size_t samples : {64UL, 640UL, 4'096UL, 48'000UL, 1'000'003UL, 43'200'000UL}) {
    WaveformMeter meter;
    // A staircase: the sample at i is i / samples.
    Pcm piece;
    for (std::size_t i = 0; i < samples; ++i) {
      piece.push_back(static_cast<float>(i) / static_cast<float>(samples));
      if (piece.size() < 997 && i + 1 < samples) continue;
      meter.add(piece);
      piece.clear();
    }
    const auto waveform = meter.parts(samples);
    for (std::size_t part = 0; part < waveform_peaks; ++part) {
      INFO(samples << ", part " << part);
      const double last = static_cast<double>((part + 1) * samples / 64 - 1);
      CHECK(int{waveform[part]} == Approx(last * 255 / static_cast<double>(samples)).margin(1));
    }
  }
}

TEST_CASE("a clip of fewer samples than parts has a waveform, too") {
  WaveformMeter meter;
  meter.add(Pcm{1, -0.5F});
  const auto waveform = meter.parts(2);
  CHECK(waveform.front() == 255);
  CHECK(waveform[31] == 255);
  CHECK(waveform[32] == 128);
  CHECK(waveform.back() == 128);
  CHECK(WaveformMeter().parts(0) == Waveform{});
}

TEST_CASE("what is cut off a clip is not in its waveform") {
  WaveformMeter meter;
  meter.add(Pcm(48'000, 0.25F));
  meter.add(Pcm(48'000, 1.0F));
  CHECK(meter.parts(47'000).back() == 64);
  CHECK(meter.peak(47'000) == 0.25F);
  CHECK(meter.peak(96'000) == 1);
}

}  // namespace
}  // namespace tern::voice::test
