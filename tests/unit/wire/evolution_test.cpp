// Old and new talk: a schema of later (newer.fbs) against the present code, both ways.
#include <catch2/catch.hpp>

#include "describe.hpp"
#include "newer_generated.h"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::describe;

namespace {

using Builder = flatbuffers::FlatBufferBuilder;

template <class Root>
Bytes finish(Builder& builder, flatbuffers::Offset<Root> root) {
  builder.Finish(root);
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

template <class Root>
const Root* verified(const Bytes& bytes) {
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  return verifier.VerifyBuffer<Root>(nullptr) ? flatbuffers::GetRoot<Root>(bytes.data()) : nullptr;
}

Bytes answer_frame(Builder& builder, std::uint32_t id, newer::Answer tag,
                   flatbuffers::Offset<void> body) {
  return finish(builder, newer::CreateServerFrame(builder, id, tag, body));
}

Bytes push_frame(Builder& builder, newer::Push tag, flatbuffers::Offset<void> body) {
  return finish(builder, newer::CreateServerFrame(builder, 0, newer::Answer::NONE, 0, tag, body));
}

}  // namespace

TEST_CASE("a request that this version does not know keeps its id") {
  Builder builder;
  const auto set_push = newer::CreateSetPush(builder, builder.CreateString("token")).Union();
  const Bytes bytes = finish(
      builder, newer::CreateRequestFrame(builder, 99, newer::Request::SetPush, set_push, 5000));
  const auto decoded = decode_request(bytes).value();
  REQUIRE(std::holds_alternative<UnsupportedRequest>(decoded));
  CHECK(std::get<UnsupportedRequest>(decoded).id == 99);
}

TEST_CASE("a request with later fields is read by what it has of the present ones") {
  Builder builder;
  const fb::Id log;
  const auto wake_up = builder.CreateString("a later field");
  const auto entry = fb::CreateEntry(builder, &log, 2, 17);
  const auto entries = builder.CreateVector(&entry, 1);
  const auto append = newer::CreateAppend(builder, &log, 16, entries, 0, 3, 9, wake_up).Union();
  const Bytes bytes =
      finish(builder, newer::CreateRequestFrame(builder, 5, newer::Request::Append, append, 5000));
  const auto decoded = decode_request(bytes).value();
  const auto& arrived = std::get<Append>(std::get<RequestFrame>(decoded).request);
  CHECK(arrived.base == 16);
  CHECK(arrived.store_counter == 3);
  REQUIRE(arrived.entries.size() == 1);
  CHECK(arrived.entries[0].kind == EntryKind::commit);
  CHECK(arrived.entries[0].base == 17);
}

TEST_CASE("an answer that this version does not know is a refusal with its id") {
  Builder builder;
  const auto push_set = newer::CreatePushSet(builder).Union();
  const auto frame =
      decode_server_frame(answer_frame(builder, 31, newer::Answer::PushSet, push_set)).value();
  REQUIRE(frame.has_value());
  const auto& answer = std::get<AnswerFrame>(*frame);
  CHECK(answer.id == 31);
  CHECK(std::get<Refused>(answer.answer).code == Errc::frame_unsupported);
}

TEST_CASE("a refusal for a reason that this version does not know is one it does not support") {
  for (const int code : {0, 2, 99, 60'000}) {
    Builder builder;
    const auto refused =
        fb::CreateRefused(builder, static_cast<std::uint16_t>(code), 250, 0, 0, 7).Union();
    const auto frame =
        decode_server_frame(answer_frame(builder, 8, newer::Answer::tern_wire_fb_Refused, refused));
    const auto answer = std::get<Refused>(std::get<AnswerFrame>(**frame).answer);
    CHECK(answer.code == (code == 2 ? Errc::invalid_argument : Errc::frame_unsupported));
    CHECK(answer.retry_after_ms == 250);
    CHECK(answer.limit == 7);
  }
}

TEST_CASE("a push that this version does not know is ignored") {
  Builder builder;
  const auto key = newer::CreateSuccessorKey(builder).Union();
  const auto frame = decode_server_frame(push_frame(builder, newer::Push::SuccessorKey, key));
  REQUIRE(frame.has_value());
  CHECK_FALSE(frame->has_value());
}

TEST_CASE("a notice of something that this version does not know is ignored") {
  Builder builder;
  const auto notice = fb::CreateNotice(builder, 6).Union();
  const auto frame =
      decode_server_frame(push_frame(builder, newer::Push::tern_wire_fb_Notice, notice));
  REQUIRE(frame.has_value());
  CHECK_FALSE(frame->has_value());
}

TEST_CASE("a content that this version does not know is kept as an unknown kind") {
  Builder builder;
  const auto reaction = newer::CreateReaction(builder, builder.CreateString("+")).Union();
  const Bytes bytes = finish(
      builder, newer::CreateContent(builder, 1234, 0, newer::Body::Reaction, reaction, 99'999));
  const auto content = decode_content(bytes).value();
  CHECK(content.sent_ms == 1234);
  CHECK(std::get<UnknownContent>(content.body).kind == 7);
}

TEST_CASE("what an unknown member points at is not followed, but must lie within the frame") {
  // The tag's table would be a request of 4 GiB away.
  Builder builder;
  const auto set_push = newer::CreateSetPush(builder).Union();
  Bytes bytes =
      finish(builder, newer::CreateRequestFrame(builder, 99, newer::Request::SetPush, set_push));
  const auto* root = flatbuffers::GetRoot<flatbuffers::Table>(bytes.data());
  const auto* field = root->GetAddressOf(8);
  REQUIRE(field != nullptr);
  flatbuffers::WriteScalar<std::uint32_t>(bytes.data() + (field - bytes.data()), 0x7ffffff0);
  CHECK(decode_request(bytes).error() == Errc::frame_malformed);
}

TEST_CASE("a later version reads what this one writes") {
  const Bytes payload(10, 7);
  const Bytes request = encode(RequestFrame{
      12, Append{.base = 4, .entries = {{.kind = EntryKind::commit, .payload = payload}}}});
  const auto* asked = verified<newer::RequestFrame>(request);
  REQUIRE(asked != nullptr);
  CHECK(asked->id() == 12);
  CHECK(asked->deadline_ms() == 0);
  const auto* append = asked->request_as_Append();
  REQUIRE(append != nullptr);
  CHECK(append->base() == 4);
  CHECK(append->urgency() == 0);
  CHECK(append->wake_up() == nullptr);

  const Bytes answer = encode(AnswerFrame{13, Refused{.code = Errc::stale, .base = 3}});
  const auto* answered = verified<newer::ServerFrame>(answer);
  REQUIRE(answered != nullptr);
  CHECK(answered->answer_as_tern_wire_fb_Refused()->base() == 3);

  const Bytes chunk = encode(AnswerFrame{14, BlobChunk{.chunk = 3, .payload = payload}});
  const auto* fetched = verified<newer::ServerFrame>(chunk);
  REQUIRE(fetched != nullptr);
  CHECK(fetched->answer_as_tern_wire_fb_BlobChunk()->payload()->size() == 10);

  const Bytes content = encode(Content{.sent_ms = 5, .body = TextContent{.text = "Tot straks!"}});
  const auto* said = verified<newer::Content>(content);
  REQUIRE(said != nullptr);
  CHECK(said->body_as_tern_wire_fb_Text()->text()->str() == "Tot straks!");
}
