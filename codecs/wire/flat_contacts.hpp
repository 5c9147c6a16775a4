// Requests and answers of contact_frames.hpp as FlatBuffers: what requests.cpp and answers.cpp find
// by their arguments.
#pragma once

#include "answers_generated.h"
#include "requests_generated.h"
#include "wire/flat_reader.hpp"
#include "wire/flat_writer.hpp"

namespace tern::wire {

Offset<fb::RequestCode> flat_request(FlatBuilder& b, const RequestCode& r);
Offset<fb::Confirm> flat_request(FlatBuilder& b, const Confirm& r);
Offset<fb::SetPin> flat_request(FlatBuilder& b, const SetPin& r);
Offset<fb::DeleteAccount> flat_request(FlatBuilder& b, const DeleteAccount& r);
Offset<fb::OprfEvaluate> flat_request(FlatBuilder& b, const OprfEvaluate& r);
Offset<fb::GetDirectory> flat_request(FlatBuilder& b, const GetDirectory& r);
Offset<fb::GetSegments> flat_request(FlatBuilder& b, const GetSegments& r);
Offset<fb::GetChanges> flat_request(FlatBuilder& b, const GetChanges& r);
Offset<fb::Lookup> flat_request(FlatBuilder& b, const Lookup& r);

Result<Request> request_from(FlatReader& reader, const fb::RequestCode& from);
Result<Request> request_from(FlatReader& reader, const fb::Confirm& from);
Result<Request> request_from(FlatReader& reader, const fb::SetPin& from);
Result<Request> request_from(FlatReader& reader, const fb::DeleteAccount& from);
Result<Request> request_from(FlatReader& reader, const fb::OprfEvaluate& from);
Result<Request> request_from(FlatReader& reader, const fb::GetDirectory& from);
Result<Request> request_from(FlatReader& reader, const fb::GetSegments& from);
Result<Request> request_from(FlatReader& reader, const fb::GetChanges& from);
Result<Request> request_from(FlatReader& reader, const fb::Lookup& from);

Offset<fb::WorkWanted> flat_member(FlatBuilder& b, const WorkWanted& a);
Offset<fb::CodeSent> flat_member(FlatBuilder& b, const CodeSent& a);
Offset<fb::Evaluated> flat_member(FlatBuilder& b, const Evaluated& a);
Offset<fb::DirectoryHead> flat_member(FlatBuilder& b, const DirectoryHead& a);
Offset<fb::Segments> flat_member(FlatBuilder& b, const Segments& a);
Offset<fb::Changes> flat_member(FlatBuilder& b, const Changes& a);
Offset<fb::Records> flat_member(FlatBuilder& b, const Records& a);

Result<WorkWanted> member_from(FlatReader& reader, const fb::WorkWanted& from);
Result<CodeSent> member_from(FlatReader& reader, const fb::CodeSent& from);
Result<Evaluated> member_from(FlatReader& reader, const fb::Evaluated& from);
Result<DirectoryHead> member_from(FlatReader& reader, const fb::DirectoryHead& from);
Result<Segments> member_from(FlatReader& reader, const fb::Segments& from);
Result<Changes> member_from(FlatReader& reader, const fb::Changes& from);
Result<Records> member_from(FlatReader& reader, const fb::Records& from);

/// The bytes that one of these answers carries; 0: another answer.
std::size_t contact_bytes(const Answer& answer);

}  // namespace tern::wire
