// What a peer who holds the keys may put into its messages: the first byte cuts the rest.
#include <algorithm>

#include "net/frame_reader.hpp"
#include "net/message_reader.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::net;

namespace {

// Calls `take` with the input in pieces of `piece_bytes`, until it says no.
template <class Take>
void in_pieces(ByteSpan input, std::size_t piece_bytes, Take take) {
  while (!input.empty()) {
    const auto piece = input.first(std::min(piece_bytes, input.size()));
    input = input.subspan(piece.size());
    if (!take(piece)) return;
  }
}

std::vector<Bytes> frames_of(ByteSpan input, std::size_t piece_bytes) {
  FrameReader reader;
  std::vector<Bytes> out;
  in_pieces(input, piece_bytes,
            [&](ByteSpan piece) { return reader.feed(piece, out).has_value(); });
  return out;
}

std::vector<Bytes> messages_of(ByteSpan input, std::size_t piece_bytes) {
  MessageReader reader;
  std::vector<Bytes> out;
  in_pieces(input, piece_bytes, [&](ByteSpan piece) {
    Bytes bytes = to_bytes(piece);
    auto rest = MutableByteSpan(bytes);
    for (;;) {
      const auto message = reader.next(rest, 1024);
      if (!message) return false;
      if (!*message) return true;
      out.push_back(to_bytes(**message));
    }
  });
  return out;
}

}  // namespace

void fuzz(ByteSpan input) {
  if (input.empty()) return;
  const std::size_t piece_bytes = std::size_t{input.front()} + 1;
  input = input.subspan(1);
  const auto frames = frames_of(input, piece_bytes);
  for (const auto& frame : frames)
    expect(!frame.empty() && frame.size() <= limits::frame_bytes_max, "a frame has a size");
  expect(frames == frames_of(input, input.size() + 1), "cuts do not change the frames");
  expect(messages_of(input, piece_bytes) == messages_of(input, input.size() + 1),
         "cuts do not change the messages");
}
