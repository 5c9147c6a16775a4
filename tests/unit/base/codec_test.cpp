#include "base/codec.hpp"

#include <catch2/catch.hpp>

using namespace tern;

TEST_CASE("a vector's length takes the fewest bytes, at each edge") {
  const std::pair<std::size_t, std::size_t> header_of[] = {
      {0, 1}, {63, 1}, {64, 2}, {16383, 2}, {16384, 4}};
  for (auto [length, header] : header_of) {
    Writer writer;
    writer.vector(Bytes(length, 7));
    CHECK(writer.size() == header + length);
    Reader reader(writer.span());
    CHECK(reader.vector().value().size() == length);
    CHECK(reader.finish().has_value());
  }
}

TEST_CASE("a longer length prefix than needed is refused") {
  const Bytes two_for_one = {0x40, 0x01, 0xff};
  CHECK(Reader(two_for_one).vector().error() == Errc::length_not_minimal);
  const Bytes four_for_two = {0x80, 0x00, 0x00, 0x40};
  CHECK(Reader(four_for_two).vector().error() == Errc::length_not_minimal);
}

TEST_CASE("a length prefix of eight bytes is refused") {
  const Bytes eight = {0xc0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(Reader(eight).vector().error() == Errc::length_invalid);
}

TEST_CASE("a vector that is longer than the bytes or than its limit is refused") {
  const Bytes cut = {0x05, 1, 2};
  CHECK(Reader(cut).vector().error() == Errc::truncated);
  const Bytes three = {0x03, 1, 2, 3};
  CHECK(Reader(three).vector(2).error() == Errc::too_long);
  CHECK(Reader(three).vector(3).value().size() == 3);
}

TEST_CASE("numbers are big-endian and what is left over is an error") {
  Writer writer;
  writer.number(std::uint16_t{0x0102}).number(std::uint8_t{9});
  Reader reader(writer.span());
  CHECK(reader.number<std::uint16_t>().value() == 0x0102);
  CHECK(reader.finish().error() == Errc::trailing_bytes);
  CHECK(reader.number<std::uint32_t>().error() == Errc::truncated);
}
