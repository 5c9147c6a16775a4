// The directory's sets of tags: as they come, and as they are made. The first byte says which, and
// how many bits a tag has.
#include "input.hpp"
#include "target.hpp"
#include "wire/tag_set.hpp"

using namespace tern;
using namespace tern::wire;

namespace {

void read(ByteSpan bytes, unsigned bits) {
  const auto tags = decode_tags(bytes, bits);
  const auto reader = TagReader::open(bytes, bits);
  expect(reader.has_value() || !tags, "what is read as a whole can be read one by one");
  if (!tags) return;
  expect(reader->count() == tags->size(), "a set has as many tags as it says");
  expect(std::is_sorted(tags->begin(), tags->end()), "tags ascend");
  expect(tags->empty() || tags->back() >> bits == 0, "a tag has no more than its bits");
  const auto again = decode_tags(encode_tags(*tags), bits);
  expect(again && *again == *tags, "what is read and written is the same");
}

// Every `step` bytes are a difference, so that sets are as dense as the input is low.
void write(fuzzing::Input& input, unsigned bits) {
  std::vector<Tag> tags;
  const auto step = 1 + input.byte() % tag_bytes;
  Tag last = 0;
  std::size_t equal = 0;
  while (!input.empty()) {
    Tag difference = 0;
    for (const auto byte : input.take(step)) difference = difference << 8 | byte;
    equal = difference == 0 ? equal + 1 : 1;
    last += difference;
    if (last >> bits != 0 || equal > equal_tags_max) break;
    tags.push_back(last);
  }
  const auto read = decode_tags(encode_tags(tags), bits);
  expect(read && *read == tags, "what is written is read");
  Bytes list;
  for (const auto tag : tags) append_tag(list, tag);
  for (std::size_t i = 0; i < tags.size(); ++i)
    expect(tag_at(list, i) == tags[i], "a list of tags has each in its place");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  fuzzing::Input input(bytes);
  const auto how = input.byte();
  const auto bits = (how & 1) != 0 ? tag_bits : segment_tag_bits;
  if ((how & 2) == 0)
    read(input.rest(), bits);
  else
    write(input, bits);
}
