// Requests about phone numbers and the directory: from structures to frames and back.
#include "wire/flat_contacts.hpp"

namespace tern::wire {
namespace {

constexpr Limit number_limit{"bytes in a phone number", limits::number_bytes_max,
                             Errc::number_invalid};
constexpr Limit code_limit{"bytes in a code", 16, Errc::too_long};
constexpr Limit proof_limit{"bytes in a signature", Signature::size_bytes, Errc::too_long};
constexpr Limit elements_limit{"elements to evaluate", limits::oprf_batch_max,
                               Errc::oprf_batch_invalid};
constexpr Limit tags_limit{"tags to look up", limits::lookup_tags_max, Errc::too_long};

// A list of values of one length, as their concatenation.
Result<ByteSpan> values_from(FlatReader& reader, const flatbuffers::Vector<std::uint8_t>* from,
                             std::size_t value_bytes, const Limit& limit) {
  const auto out = reader.bytes(from);
  if (out.size() % value_bytes != 0)
    return Error(Errc::frame_malformed, std::string(limit.what) + ": the last is cut off");
  if (out.size() / value_bytes > limit.max) return over_limit(limit, out.size() / value_bytes);
  return out;
}

Result<std::string_view> text_from(FlatReader& reader, const flatbuffers::String* from,
                                   const Limit& limit) {
  const auto out = reader.text(from);
  if (out.size() > limit.max) return over_limit(limit, out.size());
  return out;
}

}  // namespace

Offset<fb::RequestCode> flat_request(FlatBuilder& b, const RequestCode& r) {
  const auto number = b.CreateString(r.number.data(), r.number.size());
  const auto challenge = flat(r.challenge);
  return fb::CreateRequestCode(b, number, r.challenge.is_zero() ? nullptr : &challenge, r.nonce);
}

Offset<fb::Confirm> flat_request(FlatBuilder& b, const Confirm& r) {
  const auto number = b.CreateString(r.number.data(), r.number.size());
  const auto code = b.CreateString(r.code.data(), r.code.size());
  const auto pin = flat(r.pin);
  return fb::CreateConfirm(b, number, code, r.pin.is_zero() ? nullptr : &pin);
}

Offset<fb::SetPin> flat_request(FlatBuilder& b, const SetPin& r) {
  const auto pin = flat(r.pin);
  return fb::CreateSetPin(b, r.pin.is_zero() ? nullptr : &pin);
}

Offset<fb::DeleteAccount> flat_request(FlatBuilder& b, const DeleteAccount& r) {
  return fb::CreateDeleteAccount(b, flat_bytes(b, r.proof));
}

Offset<fb::OprfEvaluate> flat_request(FlatBuilder& b, const OprfEvaluate& r) {
  return fb::CreateOprfEvaluate(b, r.epoch, flat_bytes(b, r.elements));
}

Offset<fb::GetDirectory> flat_request(FlatBuilder& b, const GetDirectory&) {
  return fb::CreateGetDirectory(b);
}

Offset<fb::GetSegments> flat_request(FlatBuilder& b, const GetSegments& r) {
  return fb::CreateGetSegments(b, r.epoch, r.first);
}

Offset<fb::GetChanges> flat_request(FlatBuilder& b, const GetChanges& r) {
  return fb::CreateGetChanges(b, r.epoch, r.since, r.until);
}

Offset<fb::Lookup> flat_request(FlatBuilder& b, const Lookup& r) {
  return fb::CreateLookup(b, r.epoch, flat_bytes(b, r.tags));
}

Result<Request> request_from(FlatReader& reader, const fb::RequestCode& from) {
  RequestCode out{.challenge = fixed_or_zero<WorkChallenge>(from.challenge()),
                  .nonce = from.nonce()};
  TERN_ASSIGN(out.number, text_from(reader, from.number(), number_limit));
  return Request(out);
}

Result<Request> request_from(FlatReader& reader, const fb::Confirm& from) {
  Confirm out{.pin = fixed_or_zero<PinProof>(from.pin())};
  TERN_ASSIGN(out.number, text_from(reader, from.number(), number_limit));
  TERN_ASSIGN(out.code, text_from(reader, from.code(), code_limit));
  return Request(out);
}

Result<Request> request_from(FlatReader&, const fb::SetPin& from) {
  return Request(SetPin{fixed_or_zero<PinProof>(from.pin())});
}

Result<Request> request_from(FlatReader& reader, const fb::DeleteAccount& from) {
  DeleteAccount out;
  TERN_ASSIGN(out.proof, values_from(reader, from.proof(), 1, proof_limit));
  return Request(out);
}

Result<Request> request_from(FlatReader& reader, const fb::OprfEvaluate& from) {
  OprfEvaluate out{.epoch = from.epoch()};
  TERN_ASSIGN(out.elements,
              values_from(reader, from.elements(), oprf_element_bytes, elements_limit));
  return Request(out);
}

Result<Request> request_from(FlatReader&, const fb::GetDirectory&) {
  return Request(GetDirectory{});
}

Result<Request> request_from(FlatReader&, const fb::GetSegments& from) {
  return Request(GetSegments{.epoch = from.epoch(), .first = from.first()});
}

Result<Request> request_from(FlatReader&, const fb::GetChanges& from) {
  return Request(GetChanges{.epoch = from.epoch(), .since = from.since(), .until = from.until()});
}

Result<Request> request_from(FlatReader& reader, const fb::Lookup& from) {
  Lookup out{.epoch = from.epoch()};
  TERN_ASSIGN(out.tags, values_from(reader, from.tags(), tag_bytes, tags_limit));
  return Request(out);
}

}  // namespace tern::wire
