#include "wire/tag_set.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::wire;

namespace {

std::vector<Tag> uniform_tags(std::size_t count, unsigned bits, std::uint64_t seed) {
  tern::test::SeededEntropy entropy(seed);
  std::vector<Tag> out(count);
  for (auto& tag : out) tag = entropy.u64() >> (64 - bits);
  std::sort(out.begin(), out.end());
  return out;
}

Errc error_of(ByteSpan bytes, unsigned bits = tag_bits) {
  const auto tags = decode_tags(bytes, bits);
  REQUIRE(!tags);
  return tags.error().errc();
}

}  // namespace

TEST_CASE("a set of tags comes back as it was, whatever is in it") {
  const auto top = (Tag{1} << tag_bits) - 1;
  const auto tags = GENERATE_COPY(
      std::vector<Tag>{}, std::vector<Tag>{0}, std::vector<Tag>{top}, std::vector<Tag>{7, 7, 7},
      std::vector<Tag>{0, 0, top, top}, std::vector<Tag>(255, 0), std::vector<Tag>(255, top),
      uniform_tags(1, tag_bits, 1), uniform_tags(3, tag_bits, 2), uniform_tags(5000, tag_bits, 3));
  const auto bytes = encode_tags(tags);
  const auto decoded = decode_tags(bytes, tag_bits);
  REQUIRE(decoded);
  CHECK(*decoded == tags);
}

TEST_CASE("a million tags of 40 bits take at most 2.75 bytes each") {
  const auto bytes = encode_tags(uniform_tags(1'000'000, tag_bits, 4));
  CHECK(bytes.size() <= 2'750'000);
  CHECK(bytes.size() >= 2'500'000);  // log2(e 2^40 / 10^6) bits: nothing can take less
}

TEST_CASE("a set that is cut off anywhere is refused") {
  const auto bytes = encode_tags(uniform_tags(20, tag_bits, 5));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK(error_of(ByteSpan(bytes).first(length)) == Errc::malformed);
}

TEST_CASE("a set with something behind its end is refused") {
  auto bytes = encode_tags(uniform_tags(20, tag_bits, 6));
  SECTION("a byte") { bytes.push_back(0); }
  SECTION("a bit in the last byte") {
    bytes = encode_tags(std::vector<Tag>{1});
    bytes.back() |= 1;
    if (decode_tags(bytes, tag_bits)) bytes.push_back(1);  // where the last bit is the tag's
  }
  SECTION("bytes of an empty set") { bytes = {0, 0, 0, 0, 0, 0}; }
  CHECK(error_of(bytes) == Errc::malformed);
}

TEST_CASE("a tag over its bits is refused, by its quotient or by its sum") {
  const std::vector<Tag> tags = {Tag{1} << segment_tag_bits};
  CHECK(decode_tags(encode_tags(tags), tag_bits));
  CHECK(error_of(encode_tags(tags), segment_tag_bits) == Errc::malformed);
  const std::vector<Tag> two = {(Tag{1} << segment_tag_bits) - 1, Tag{1} << segment_tag_bits};
  CHECK(error_of(encode_tags(two), segment_tag_bits) == Errc::malformed);
  // k = 0, and a quotient in unary without an end.
  Bytes unary = {0, 0, 0, 1, 0};
  unary.resize(100'000, 0xff);
  CHECK(error_of(unary) == Errc::malformed);
  // A quotient of 3 with k = 40.
  const auto quotient = decode_tags(Bytes{0, 0, 0, 1, 40, 0xe0, 0, 0, 0, 0, 0, 0}, tag_bits);
  REQUIRE(!quotient);
  CHECK(quotient.error().message() == "a set of tags: a tag over its bits");
  // 2^40 and more, in one step of k = 40.
  Bytes wide = {0, 0, 0, 1, 40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  CHECK(error_of(wide) == Errc::malformed);
}

TEST_CASE("a set that says it has more tags than its bytes can hold takes no memory") {
  const Bytes huge = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
  CHECK(error_of(huge) == Errc::malformed);
  const Bytes long_remainder = {0, 0, 0, 1, 41, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(error_of(long_remainder) == Errc::malformed);
}

TEST_CASE("one tag 256 times is refused: a few bytes would be millions of them") {
  CHECK(error_of(encode_tags(std::vector<Tag>(256, 7))) == Errc::malformed);
  Bytes zeros = {0x00, 0x7a, 0x12, 0x00, 0};  // 8,000,000
  zeros.resize(5 + 1'000'000);
  CHECK(error_of(zeros) == Errc::malformed);
  CHECK(error_of(Bytes{0, 0, 0, 0, 7}) == Errc::malformed);
}

TEST_CASE("tags of a lookup are five bytes each, the highest first") {
  Bytes bytes;
  append_tag(bytes, 0x0102030405);
  append_tag(bytes, 0xffffffffff);
  CHECK(to_hex(bytes) == "0102030405ffffffffff");
  CHECK(tag_at(bytes, 0) == 0x0102030405);
  CHECK(tag_at(bytes, 1) == 0xffffffffff);
  CHECK(segment_of(0x0102030405) == 1);
}
