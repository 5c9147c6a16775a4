#include "voice/limiter.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

Pcm limited(const Pcm& pcm, float gain, std::size_t piece) {
  Limiter limiter(gain);
  Pcm out;
  for (std::size_t at = 0; at < pcm.size(); at += piece)
    limiter.push(std::span(pcm).subspan(at, std::min(piece, pcm.size() - at)), out);
  limiter.finish(out);
  return out;
}

TEST_CASE("a limiter lets what is below its ceiling pass bit by bit, in place") {
  const Pcm pcm = scaled(speech(48'000), 0.5F);
  CHECK(limited(pcm, 1, 960) == pcm);
  for (const std::size_t samples : {1UL, 238UL, 239UL, 240UL, 241UL})
    CHECK(limited(Pcm(samples, 0.5F), 1, 960) == Pcm(samples, 0.5F));
}

TEST_CASE("nothing comes out of a limiter above its ceiling") {
  const Pcm pcm =
      noise(20'000, 1) + Pcm(1'000, 0.01F) + Pcm(1, 1) + Pcm(1'000) + tone(90, 9'000, 1);
  for (const float gain : {1.0F, 3.0F, 10.0F}) {
    const Pcm out = limited(pcm, gain, 960);
    REQUIRE(out.size() == pcm.size());
    for (const float sample : out)
      if (!(std::abs(sample) <= 0.8901F)) FAIL(sample);
  }
}

TEST_CASE("what a limiter does has nothing to do with the pieces that it gets") {
  const Pcm pcm = scaled(speech(48'000 * 2), 3);
  const Pcm whole = limited(pcm, 1, pcm.size());
  for (const std::size_t piece : {1UL, 239UL, 240UL, 960UL}) CHECK(limited(pcm, 1, piece) == whole);
}

TEST_CASE("a limiter turns down before a peak, slowly up after it, and then touches nothing") {
  Pcm pcm(48'000 * 3, 0.1F);
  pcm[10'000] = 1.78F;  // half of it has to go
  const Pcm out = limited(pcm, 1, 960);
  CHECK(out[10'000] == Approx(0.89).margin(0.001));
  CHECK(out[9'700] == 0.1F);
  CHECK(out[9'999] == Approx(0.05).margin(0.002));
  CHECK(out[10'500] < 0.07F);
  CHECK(out[20'000] > 0.095F);
  CHECK(out.back() == 0.1F);
}

}  // namespace
}  // namespace tern::voice::test
