#include "wire/entry.hpp"

#include "tern/limits.hpp"
#include "wire/versioned.hpp"

namespace tern::wire {
namespace {

void write_access(Writer& writer, const AccessChange& access) {
  writer.number(static_cast<std::uint8_t>(access.mode));
  if (access.mode != AccessChange::Mode::none) write_list(writer, access.added);
  if (access.mode == AccessChange::Mode::change) write_list(writer, access.removed);
}

Result<AccessChange> read_access(Reader& reader) {
  AccessChange out;
  TERN_ASSIGN(const auto mode, reader.number<std::uint8_t>());
  if (mode > static_cast<std::uint8_t>(AccessChange::Mode::set))
    return Error(Errc::malformed, "no access change " + std::to_string(mode));
  out.mode = static_cast<AccessChange::Mode>(mode);
  if (out.mode != AccessChange::Mode::none) {
    TERN_ASSIGN(out.added, read_list<DeviceId>(reader, limits::chat_devices_max));
  }
  if (out.mode == AccessChange::Mode::change) {
    TERN_ASSIGN(out.removed, read_list<DeviceId>(reader, limits::chat_devices_max));
  }
  return out;
}

void write_proof(Writer& writer, const RejoinProof& proof) {
  writer.raw(proof.device)
      .number(proof.generation)
      .number(proof.cursor)
      .raw(proof.cursor_hash)
      .number(static_cast<std::uint8_t>(proof.reason))
      .raw(proof.nonce);
  write_list(writer, proof.not_by);
  writer.raw(proof.signature);
}

void write_proofs(Writer& writer, const std::vector<RejoinProof>& proofs) {
  writer.number(static_cast<std::uint16_t>(proofs.size()));
  for (const auto& proof : proofs) write_proof(writer, proof);
}

Result<RejoinRequest::Reason> read_reason(Reader& reader) {
  using Reason = RejoinRequest::Reason;
  TERN_ASSIGN(const auto reason, reader.number<std::uint8_t>());
  if (reason < static_cast<std::uint8_t>(Reason::split) ||
      reason > static_cast<std::uint8_t>(Reason::struck))
    return Error(Errc::malformed, "no reason to rejoin " + std::to_string(reason));
  return static_cast<Reason>(reason);
}

template <class Asked>
Result<void> read_nonce(Reader& reader, Asked& out) {
  TERN_ASSIGN(const ByteSpan nonce, reader.raw(out.nonce.size()));
  std::copy(nonce.begin(), nonce.end(), out.nonce.begin());
  return {};
}

Result<RejoinProof> read_proof(Reader& reader) {
  RejoinProof out;
  TERN_ASSIGN(out.device, reader.fixed<DeviceId>());
  TERN_ASSIGN(out.generation, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.cursor, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.cursor_hash, reader.fixed<LogHash>());
  TERN_ASSIGN(out.reason, read_reason(reader));
  TERN_TRY(read_nonce(reader, out));
  TERN_ASSIGN(out.not_by, read_list<DeviceId>(reader, rejoin_not_by_max));
  TERN_ASSIGN(out.signature, reader.fixed<Signature>());
  return out;
}

Result<std::vector<RejoinProof>> read_proofs(Reader& reader) {
  TERN_ASSIGN(auto left, reader.number<std::uint16_t>());
  if (left > limits::adds_per_commit_max)
    return Error(Errc::too_long, "a commit that brings too many devices back");
  std::vector<RejoinProof> out;
  for (; left > 0; --left) {
    TERN_ASSIGN(out.emplace_back(), read_proof(reader));
  }
  return out;
}

void write_answer(Writer& writer, const AnswerProof& proof) {
  writer.raw(proof.device_key).raw(proof.signature);
}

Result<AnswerProof> read_answer(Reader& reader) {
  AnswerProof out;
  TERN_ASSIGN(const ByteSpan key, reader.raw(out.device_key.size()));
  std::copy(key.begin(), key.end(), out.device_key.begin());
  TERN_ASSIGN(out.signature, reader.fixed<Signature>());
  return out;
}

void write_restart(Writer& writer, const RestartProof& proof) {
  writer.number(proof.generation);
  if (proof.generation != 0) writer.raw(proof.device).raw(proof.signature);
}

Result<RestartProof> read_restart(Reader& reader) {
  RestartProof out;
  TERN_ASSIGN(out.generation, reader.number<std::uint32_t>());
  if (out.generation == 0) return out;
  TERN_ASSIGN(out.device, reader.fixed<DeviceId>());
  TERN_ASSIGN(out.signature, reader.fixed<Signature>());
  return out;
}

void write_fields(Writer& writer, const RejoinRequest& request) {
  writer.number(structure_version)
      .raw(request.log)
      .raw(request.device)
      .number(request.generation)
      .number(request.cursor)
      .raw(request.cursor_hash)
      .number(static_cast<std::uint8_t>(request.reason))
      .raw(request.nonce);
  write_list(writer, request.not_by);
  writer.vector(request.key_package);
}

}  // namespace

Bytes hashed_header(std::uint64_t seq, const EntryId& id, EntryKind kind, std::uint64_t base,
                    std::size_t payload_bytes) {
  Writer writer;
  writer.reserve(8 + EntryId::size_bytes + 1 + 8 + 8);
  writer.number(seq)
      .raw(id)
      .number(static_cast<std::uint8_t>(kind))
      .number(base)
      .number(static_cast<std::uint64_t>(payload_bytes));
  return std::move(writer).take();
}

Bytes encode(const EntryHeader& header) {
  Writer writer;
  writer.number(structure_version)
      .raw(header.entry_id)
      .number(header.seen_seq)
      .raw(header.seen_hash);
  write_access(writer, header.access);
  if (header.access.mode != AccessChange::Mode::none) write_proofs(writer, header.returning);
  if (!header.returning.empty()) write_answer(writer, header.answer);
  if (header.access.mode == AccessChange::Mode::set) write_restart(writer, header.restart);
  writer.number(static_cast<std::uint8_t>(header.blobs.size()));
  for (const auto& blob : header.blobs) writer.raw(blob);
  return std::move(writer).take();
}

Result<EntryHeader> decode_entry_header(ByteSpan bytes) {
  Reader reader(bytes);
  EntryHeader out;
  TERN_TRY(expect_version(reader));
  TERN_ASSIGN(out.entry_id, reader.fixed<EntryId>());
  TERN_ASSIGN(out.seen_seq, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.seen_hash, reader.fixed<LogHash>());
  TERN_ASSIGN(out.access, read_access(reader));
  if (out.access.mode != AccessChange::Mode::none) {
    TERN_ASSIGN(out.returning, read_proofs(reader));
  }
  if (!out.returning.empty()) {
    TERN_ASSIGN(out.answer, read_answer(reader));
  }
  if (out.access.mode == AccessChange::Mode::set) {
    TERN_ASSIGN(out.restart, read_restart(reader));
  }
  TERN_ASSIGN(const auto blobs, reader.number<std::uint8_t>());
  if (blobs > limits::entry_blobs_max)
    return Error(Errc::too_long, "an entry that names too many blobs");
  for (std::size_t i = 0; i < blobs; ++i) {
    TERN_ASSIGN(const auto blob, reader.fixed<BlobAddress>());
    out.blobs.push_back(blob);
  }
  TERN_TRY(reader.finish());
  return out;
}

RejoinProof proof_of(const RejoinRequest& request) {
  return {request.device, request.generation, request.cursor, request.cursor_hash,
          request.reason, request.nonce,      request.not_by, request.signature};
}

RejoinRequest request_of(const RejoinProof& proof, const LogId& log, ByteSpan key_package) {
  return {log,          proof.device, proof.generation, proof.cursor, proof.cursor_hash,
          proof.reason, proof.nonce,  proof.not_by,     key_package,  proof.signature};
}

Bytes signed_bytes(const RejoinRequest& request) {
  Writer writer;
  writer.vector(as_bytes("tern 1 rejoin request"));
  write_fields(writer, request);
  return std::move(writer).take();
}

Bytes encode(const RejoinRequest& request) {
  Writer writer;
  write_fields(writer, request);
  writer.raw(request.signature);
  return std::move(writer).take();
}

Result<RejoinRequest> decode_rejoin_request(ByteSpan bytes) {
  Reader reader(bytes);
  RejoinRequest out;
  TERN_TRY(expect_version(reader));
  TERN_ASSIGN(out.log, reader.fixed<LogId>());
  TERN_ASSIGN(out.device, reader.fixed<DeviceId>());
  TERN_ASSIGN(out.generation, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.cursor, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.cursor_hash, reader.fixed<LogHash>());
  TERN_ASSIGN(out.reason, read_reason(reader));
  TERN_TRY(read_nonce(reader, out));
  TERN_ASSIGN(out.not_by, read_list<DeviceId>(reader, rejoin_not_by_max));
  TERN_ASSIGN(out.key_package, reader.vector(limits::entry_payload_bytes_max));
  TERN_ASSIGN(out.signature, reader.fixed<Signature>());
  TERN_TRY(reader.finish());
  return out;
}

Bytes signed_answer(const EntryHeader& header, const LogId& log) {
  auto unsigned_header = header;
  unsigned_header.answer.signature = {};
  Writer writer;
  writer.vector(as_bytes("tern 1 answer to a rejoin request")).raw(log);
  writer.vector(encode(unsigned_header));
  return std::move(writer).take();
}

Bytes signed_restart(const EntryHeader& header, const LogId& log, std::uint64_t base) {
  auto unsigned_header = header;
  unsigned_header.restart.signature = {};
  Writer writer;
  writer.vector(as_bytes("tern 1 restart")).raw(log).number(base);
  writer.vector(encode(unsigned_header));
  return std::move(writer).take();
}

Bytes encode(const Hole& hole) {
  Writer writer;
  writer.number(structure_version)
      .number(hole.first_lost)
      .number(hole.generation)
      .raw(hole.hash)
      .raw(hole.base_hash);
  return std::move(writer).take();
}

Result<Hole> decode_hole(ByteSpan bytes) {
  Reader reader(bytes);
  Hole out;
  TERN_TRY(expect_version(reader));
  TERN_ASSIGN(out.first_lost, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.generation, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.hash, reader.fixed<LogHash>());
  TERN_ASSIGN(out.base_hash, reader.fixed<LogHash>());
  TERN_TRY(reader.finish());
  return out;
}

Bytes encode(const InboxWelcome& welcome) {
  Writer writer;
  writer.number(structure_version)
      .raw(welcome.log)
      .number(welcome.generation)
      .number(welcome.commit_seq)
      .raw(welcome.hash)
      .number(welcome.seal)
      .vector(welcome.group_secrets)
      .vector(welcome.group_info);
  return std::move(writer).take();
}

Result<InboxWelcome> decode_inbox_welcome(ByteSpan bytes) {
  Reader reader(bytes);
  InboxWelcome out;
  TERN_TRY(expect_version(reader));
  TERN_ASSIGN(out.log, reader.fixed<LogId>());
  TERN_ASSIGN(out.generation, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.commit_seq, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.hash, reader.fixed<LogHash>());
  TERN_ASSIGN(out.seal, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.group_secrets, reader.vector(limits::welcome_bytes_max));
  TERN_ASSIGN(out.group_info, reader.vector(limits::welcome_bytes_max));
  TERN_TRY(reader.finish());
  return out;
}

}  // namespace tern::wire
