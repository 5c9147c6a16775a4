// RFC 9420 §6 and §6.3, as far as an outsider reads an MLSMessage.
#include <catch2/catch.hpp>

#include "base/codec.hpp"
#include "wire/entry.hpp"

using namespace tern;
using namespace tern::wire;

namespace {

struct Message {
  std::uint16_t version = 1;
  std::uint16_t wire_format = 2;
  Bytes group_id = Bytes(16, 0xaa);
  std::uint64_t epoch = 7;
  std::uint8_t content_type = 1;
  Bytes authenticated_data = Bytes(58, 0xbb);
  Bytes encrypted_sender_data = Bytes(28, 0xcc);
  Bytes ciphertext = Bytes(300, 0xdd);

  Bytes bytes() const {
    Writer writer;
    writer.number(version).number(wire_format).vector(group_id).number(epoch);
    writer.number(content_type).vector(authenticated_data).vector(encrypted_sender_data);
    writer.vector(ciphertext);
    return std::move(writer).take();
  }
};

}  // namespace

TEST_CASE("group, epoch, type and authenticated data of a PrivateMessage can be read outside") {
  for (std::uint8_t type : {1, 2, 3}) {
    Message message;
    message.content_type = type;
    const Bytes bytes = message.bytes();
    const auto envelope = peek_private_message(bytes).value();
    CHECK(to_bytes(envelope.group_id) == message.group_id);
    CHECK(envelope.epoch == 7);
    CHECK(envelope.content_type == type);
    CHECK(to_bytes(envelope.authenticated_data) == message.authenticated_data);
  }
}

TEST_CASE("what is no PrivateMessage of MLS 1.0 is malformed") {
  for (std::uint16_t version : {0, 2, 0x100}) {
    Message message;
    message.version = version;
    CHECK(peek_private_message(message.bytes()).error() == Errc::malformed);
  }
  // PublicMessage, Welcome, GroupInfo, KeyPackage, and none.
  for (std::uint16_t format : {0, 1, 3, 4, 5, 6}) {
    Message message;
    message.wire_format = format;
    CHECK(peek_private_message(message.bytes()).error() == Errc::malformed);
  }
  for (std::uint8_t type : {0, 4, 255}) {
    Message message;
    message.content_type = type;
    CHECK(peek_private_message(message.bytes()).error() == Errc::malformed);
  }
}

TEST_CASE("a PrivateMessage cut anywhere, or with a byte more, is refused") {
  const Bytes bytes = Message().bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK(peek_private_message(ByteSpan(bytes).first(length)).error() == Errc::truncated);
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(peek_private_message(longer).error() == Errc::trailing_bytes);
}

TEST_CASE("a PrivateMessage with a longer length prefix than needed is refused") {
  Bytes bytes = Message().bytes();
  REQUIRE(bytes[4] == 16);  // group_id<V>
  bytes[4] = 0x40;
  bytes.insert(bytes.begin() + 5, 16);
  CHECK(peek_private_message(bytes).error() == Errc::length_not_minimal);
}
