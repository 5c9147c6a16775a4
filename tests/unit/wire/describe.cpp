#include "describe.hpp"

#include <cmath>

namespace tern::wire::test {
namespace {

using nlohmann::json;

json hex(ByteSpan bytes) { return to_hex(bytes); }

template <class List>
json hexes(const List& list) {
  json out = json::array();
  for (const auto& bytes : list) out.push_back(to_hex(bytes));
  return out;
}

template <class List, class One>
json each(const List& list, One one) {
  json out = json::array();
  for (const auto& element : list) out.push_back(one(element));
  return out;
}

json position(const LogPosition& p) {
  return {{"log", p.log.hex()}, {"seq", p.seq}, {"hash", p.hash.hex()}};
}

json head(const LogHead& h) {
  return {{"log", h.log.hex()},
          {"head", h.head},
          {"base", h.base},
          {"first_kept", h.first_kept},
          {"generation", h.generation},
          {"member", h.member},
          {"hash_matches", h.hash_matches},
          {"joined", h.joined}};
}

json welcomes(const Welcomes& w) {
  return {{"entry_index", w.entry_index},
          {"group_info", hex(w.group_info)},
          {"devices", each(w.devices, [](const WelcomeFor& d) {
             return json{{"device", d.device.hex()}, {"secrets", hex(d.group_secrets)}};
           })}};
}

json entries(const std::vector<Entry>& list) {
  return each(list, [](const Entry& entry) { return describe(entry); });
}

json fields(const Resume& r) {
  return {{"resume", each(r.logs, position)},
          {"version", r.version},
          {"store_counter", r.store_counter}};
}
json fields(const Register& r) {
  return {{"register", hex(r.certificate)},
          {"device_list", hex(r.device_list)},
          {"proof", hex(r.proof)}};
}
json fields(const PublishKeyPackages& r) {
  return {{"publish", hexes(r.single_use)},
          {"last_resort", hex(r.last_resort)},
          {"replace", r.replace}};
}
json fields(const ClaimKeyPackages& r) {
  return {{"claim", hexes(r.accounts)}, {"devices", hexes(r.devices)}};
}
json fields(const CreateLog& r) {
  json pair;
  if (r.pair) pair = {r.pair->first.hex(), r.pair->second.hex()};
  return {{"create", r.log.hex()},
          {"pair", pair},
          {"first", describe(r.first)},
          {"welcomes", welcomes(r.welcomes)}};
}
json fields(const Append& r) {
  return {{"append", r.log.hex()},
          {"base", r.base},
          {"entries", entries(r.entries)},
          {"welcomes", each(r.welcomes, welcomes)},
          {"store_counter", r.store_counter}};
}
json fields(const Read& r) {
  return {{"read", r.log.hex()}, {"from", r.from}, {"entries_max", r.entries_max}};
}
json fields(const Ack& r) {
  return {{"ack", each(r.logs, position)}, {"store_counter", r.store_counter}};
}
json fields(const Reserve& r) { return {{"reserve", r.log.hex()}}; }
json fields(const Signal& r) { return {{"signal", r.log.hex()}, {"payload", hex(r.payload)}}; }
json fields(const Ping&) { return "ping"; }
json fields(const PutBlob& r) {
  return {{"put_blob", r.address.hex()},
          {"bytes", r.bytes},
          {"chunk", r.chunk},
          {"payload", hex(r.payload)}};
}
json fields(const GetBlob& r) {
  return {{"get_blob", r.address.hex()}, {"owner", r.owner.hex()}, {"chunk", r.chunk}};
}

json fields(const RequestCode& r) {
  return {{"request_code", hex(as_bytes(r.number))},
          {"challenge", r.challenge.hex()},
          {"nonce", r.nonce}};
}
json fields(const Confirm& r) {
  return {
      {"confirm", hex(as_bytes(r.number))}, {"code", hex(as_bytes(r.code))}, {"pin", r.pin.hex()}};
}
json fields(const SetPin& r) { return {{"set_pin", r.pin.hex()}}; }
json fields(const DeleteAccount& r) { return {{"delete_account", hex(r.proof)}}; }
json fields(const OprfEvaluate& r) { return {{"evaluate", hex(r.elements)}, {"epoch", r.epoch}}; }
json fields(const GetDirectory&) { return "get_directory"; }
json fields(const GetSegments& r) { return {{"get_segments", r.first}, {"epoch", r.epoch}}; }
json fields(const GetChanges& r) {
  return {{"get_changes", r.since}, {"until", r.until}, {"epoch", r.epoch}};
}
json fields(const Lookup& r) { return {{"lookup", hex(r.tags)}, {"epoch", r.epoch}}; }
json fields(const ReadMembers& r) { return {{"read_members", r.log.hex()}}; }
json fields(const ReportHead& r) {
  return {{"report_head", r.log.hex()},
          {"seq", r.head.seq},
          {"hash", r.head.hash.hex()},
          {"base", r.head.base},
          {"base_hash", r.head.base_hash.hex()},
          {"generation", r.head.generation},
          {"seal", r.head.seal}};
}

json fields(const Resumed& a) {
  return {{"resumed", each(a.logs, head)},
          {"version", a.version},
          {"store_counter", a.store_counter},
          {"registered", a.registered},
          {"key_packages_left", a.key_packages_left}};
}
json fields(const Registered& a) { return {{"registered", a.device.hex()}}; }
json fields(const KeyPackagesPublished& a) { return {{"published", a.left}}; }
json fields(const Claimed& a) {
  return {{"claimed", hexes(a.device_lists)},
          {"devices", each(a.devices, [](const auto& d) {
             return json{d.account.hex(), d.device.hex(), hex(d.key_package)};
           })}};
}
json fields(const Appended& a) {
  return {{"appended", a.first_seq},           {"head", a.head},       {"base", a.base},
          {"inbox_full", hexes(a.inbox_full)}, {"hash", a.hash.hex()}, {"seal", a.seal}};
}
json fields(const Entries& a) {
  return {
      {"entries", entries(a.entries)}, {"log", a.log.hex()}, {"head", a.head}, {"seal", a.seal}};
}
json fields(const Members& a) { return {{"members", hexes(a.devices)}}; }
json fields(const Done&) { return "done"; }
json fields(const Refused& a) {
  return {{"refused", name(a.code)},
          {"retry_after_ms", a.retry_after_ms},
          {"base", a.base},
          {"head", a.head},
          {"limit", a.limit}};
}
json fields(const BlobStored& a) { return {{"blob_stored", a.chunks}, {"complete", a.complete}}; }
json fields(const BlobChunk& a) { return {{"blob_chunk", a.chunk}, {"payload", hex(a.payload)}}; }
json fields(const WorkWanted& a) { return {{"work", a.challenge.hex()}, {"bits", a.bits}}; }
json fields(const CodeSent& a) { return {{"code_sent", a.valid_s}}; }
json fields(const Evaluated& a) {
  return {{"evaluated", hex(a.elements)}, {"epoch", a.epoch}, {"proof", hex(a.proof)}};
}
json fields(const DirectoryHead& a) {
  return {{"directory", a.key.hex()},
          {"epoch", a.epoch},
          {"version", a.version},
          {"members", a.members},
          {"records_travel", a.records_travel}};
}
json fields(const Segments& a) {
  return {{"segments", each(a.segments,
                            [](const auto& s) {
                              return json{s.version, hex(s.tags), hex(s.records)};
                            })},
          {"epoch", a.epoch},
          {"first", a.first}};
}
json fields(const Changes& a) {
  return {{"changes", a.since},       {"epoch", a.epoch},      {"version", a.version},
          {"head", a.head},           {"added", hex(a.added)}, {"removed", hex(a.removed)},
          {"records", hex(a.records)}};
}
json fields(const Records& a) {
  return {{"records", hex(a.records)}, {"epoch", a.epoch}, {"counts", hex(a.counts)}};
}
json fields(const SignalPush& p) {
  return {{"signal", p.log.hex()}, {"from", p.from.hex()}, {"payload", hex(p.payload)}};
}
json fields(const Notice& p) {
  return {{"notice", static_cast<int>(p.what)},
          {"log", head(p.log)},
          {"key_packages_left", p.key_packages_left},
          {"blob", {p.blob.owner.hex(), p.blob.address.hex(), p.blob.chunks}}};
}

json blob_ref(const BlobRef& ref) {
  return {ref.owner.hex(), ref.address.hex(), ref.bytes, hex(ref.key), hex(ref.header)};
}

json fields(const VoiceContent& c) {
  return {{"voice", c.clip.samples},
          {"waveform", hex(c.clip.waveform)},
          {"centi_lufs", std::lround(c.clip.loudness_lufs * 100)},
          {"peak", std::lround(c.clip.peak * 65'535)},
          {"packets_hash", hex(c.packets_hash)},
          {"audio", hex(c.audio)},
          {"blob", c.blob ? blob_ref(*c.blob) : json()}};
}
json fields(const FileContent& c) {
  json picture;
  if (c.picture) picture = {c.picture->width, c.picture->height, hex(c.picture->thumbnail)};
  return {{"file", hex(as_bytes(c.name))},
          {"type", hex(as_bytes(c.type))},
          {"bytes", c.bytes},
          {"blob", blob_ref(c.blob)},
          {"picture", picture}};
}
json fields(const TextContent& c) {
  return {{"text", hex(as_bytes(c.text))},
          {"reply_to", c.reply_to ? json(c.reply_to->hex()) : json()}};
}
json fields(const ReceiptContent& c) {
  return {{"delivered", c.delivered_up_to},
          {"read", c.read_up_to},
          {"directory", {c.directory_epoch, c.directory_key.hex()}}};
}
json fields(const CustomContent& c) {
  return {{"custom", hex(as_bytes(c.type))}, {"bytes", hex(c.bytes)}};
}
json fields(const UnknownContent& c) { return {{"unknown", c.kind}}; }

template <class Variant>
json member(const Variant& variant) {
  return std::visit([](const auto& m) { return fields(m); }, variant);
}

}  // namespace

json describe(const Entry& e) {
  return {{"seq", e.seq},   {"id", e.id.hex()}, {"kind", static_cast<int>(e.kind)},
          {"base", e.base}, {"own", e.own},     {"payload", hex(e.payload)}};
}
json describe(const Request& request) { return member(request); }
json describe(const Answer& answer) { return member(answer); }
json describe(const Push& push) { return member(push); }
json describe(const Content& content) {
  json again;
  if (content.again) again = {content.again->id.hex(), content.again->seq};
  return {{"sent_ms", content.sent_ms}, {"again", again}, {"body", member(content.body)}};
}

}  // namespace tern::wire::test
