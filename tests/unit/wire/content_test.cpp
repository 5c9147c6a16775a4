#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "describe.hpp"
#include "newer_generated.h"
#include "samples.hpp"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::describe;
using tern::wire::test::Samples;

namespace {

Result<Content> through(const Content& content, Bytes& bytes) {
  bytes = encode(content);
  return decode_content(bytes);
}

Result<void> outcome(const Content& content) {
  Bytes bytes;
  TERN_TRY(through(content, bytes));
  return {};
}

}  // namespace

TEST_CASE("every content arrives as it was sent") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Samples samples(seed);
    for (const Content& content : samples.contents()) {
      Bytes bytes;
      const auto arrived = through(content, bytes);
      REQUIRE(arrived.has_value());
      CHECK(describe(*arrived) == describe(content));
    }
  }
}

TEST_CASE("the text that arrives is a view of the bytes that carried it") {
  Bytes bytes;
  const auto content = through({.body = TextContent{.text = "Tot straks!"}}, bytes).value();
  const auto text = std::get<TextContent>(content.body).text;
  CHECK(text == "Tot straks!");
  CHECK(as_bytes(text).data() > bytes.data());
  CHECK(as_bytes(text).data() < bytes.data() + bytes.size());
}

TEST_CASE("a text may have 64 KiB and no byte more") {
  std::string text(limits::text_bytes_max, 'x');
  CHECK(outcome({.body = TextContent{.text = text}}).has_value());
  text += 'x';
  const auto refused = outcome({.body = TextContent{.text = text}});
  REQUIRE(refused.error() == Errc::text_too_long);
  CHECK(refused.error().message().find("65537") != std::string::npos);
}

TEST_CASE("an empty text is a text") { CHECK(outcome({.body = TextContent{}}).has_value()); }

TEST_CASE("text and custom type that are not UTF-8 are refused") {
  CHECK(outcome({.body = TextContent{.text = "caf\xe9"}}).error() == Errc::text_not_utf8);
  CHECK(outcome({.body = CustomContent{.type = "\xff", .bytes = {}}}).error() ==
        Errc::text_not_utf8);
}

TEST_CASE("a custom content's type may have 128 bytes and no more, its bytes need not be text") {
  const std::string type(limits::custom_type_bytes_max, 'x');
  const std::string longer = type + 'x';
  const Bytes bytes(100, 0xff);
  CHECK(outcome({.body = CustomContent{.type = type, .bytes = bytes}}).has_value());
  CHECK(outcome({.body = CustomContent{.type = longer, .bytes = bytes}}).error() == Errc::too_long);
}

TEST_CASE("a content may have 256 KiB and no byte more") {
  Bytes bytes = encode(Content{.body = TextContent{.text = "x"}});
  bytes.resize(limits::entry_payload_bytes_max);
  CHECK(decode_content(bytes).has_value());
  bytes.push_back(0);
  CHECK(decode_content(bytes).error() == Errc::too_long);
}

TEST_CASE("a content without a kind or without its body is malformed") {
  for (const auto tag : {fb::Body::NONE, fb::Body::Text, fb::Body::Receipt, fb::Body::Custom}) {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(fb::CreateContent(builder, 1, 0, tag, 0));
    CHECK(decode_content({builder.GetBufferPointer(), builder.GetSize()}).error() ==
          Errc::malformed);
  }
}

TEST_CASE("a custom content whose type and bytes are one place is malformed") {
  const std::string shared(100, 'x');
  flatbuffers::FlatBufferBuilder builder;
  const auto text = builder.CreateString(shared);
  const auto custom = fb::CreateCustom(
      builder, text, flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>>(text.o));
  builder.Finish(fb::CreateContent(builder, 1, 0, fb::Body::Custom, custom.Union()));
  CHECK(decode_content({builder.GetBufferPointer(), builder.GetSize()}).error() == Errc::malformed);
}
