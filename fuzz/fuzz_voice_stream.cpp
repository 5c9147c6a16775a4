// Live packets: each begins with a counter, how many bytes each of its two Opus packets has, and
// what happens next.
#include <algorithm>

#include "target.hpp"
#include "tern/voice_stream.hpp"

using namespace tern;

void fuzz(ByteSpan input) {
  auto stream = VoiceStream::start(16'000, 2).value();
  float pcm[500];
  std::uint64_t position = 0;
  while (input.size() >= 4) {
    const std::uint8_t counter = input[0], end = input[3];
    ByteSpan packets[2];
    const std::size_t sizes[] = {input[1], input[2]};
    input = input.subspan(4);
    for (int i = 0; i < 2; ++i) {
      packets[i] = input.first(std::min(sizes[i], input.size()));
      input = input.subspan(packets[i].size());
    }
    const auto added = stream.add(counter, packets);
    if (!added) expect(added.error() == Errc::opus_packet_invalid, "an error says what is wrong");
    if (end == 0) stream.end(counter);
    for (int i = 0; i < 20; ++i) {
      const auto read = stream.read(pcm);
      expect(stream.position() >= position, "time does not run backwards");
      position = stream.position();
      if (read.state != StreamState::playing) break;
    }
  }
}
