#include "sim/worlds/shown_logs.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace tern::sim {
namespace {

// Of anything that is no commit with a header: none.
wire::AccessChange access_in(const wire::Entry& entry) {
  if (entry.kind != wire::EntryKind::commit && entry.kind != wire::EntryKind::restart) return {};
  const auto envelope = wire::peek_private_message(entry.payload);
  if (!envelope) return {};
  auto header = wire::decode_entry_header(envelope->authenticated_data);
  return header ? std::move(header->access) : wire::AccessChange{};
}

bool contains(const std::vector<DeviceId>& devices, const DeviceId& device) {
  return std::find(devices.begin(), devices.end(), device) != devices.end();
}

class Staying {
 public:
  explicit Staying(ShownLogs::Stays& stays) : stays_(stays) {}

  void change(std::uint64_t seq, const wire::AccessChange& access) {
    if (access.mode == wire::AccessChange::Mode::none) return;
    if (access.mode == wire::AccessChange::Mode::set) {
      for (auto& [device, stays] : stays_)
        if (!contains(access.added, device)) end(stays, seq);
    }
    for (const auto& device : access.removed)
      if (const auto known = stays_.find(device);
          known != stays_.end() && !contains(access.added, device))
        end(known->second, seq);
    for (const auto& device : access.added) begin(stays_[device], seq);
  }

 private:
  static bool is_in(const std::vector<ShownLogs::Stay>& stays) {
    return !stays.empty() && stays.back().struck == UINT64_MAX;
  }
  static void begin(std::vector<ShownLogs::Stay>& stays, std::uint64_t seq) {
    if (!is_in(stays)) stays.push_back({seq});
  }
  static void end(std::vector<ShownLogs::Stay>& stays, std::uint64_t seq) {
    if (is_in(stays)) stays.back().struck = seq;
  }

  ShownLogs::Stays& stays_;
};

}  // namespace

ShownLogs::Shown ShownLogs::shown(const wire::Entry& entry) {
  Shown out{entry.id, entry.kind, {}, {}, entry.base, {}};
  if (entry.own) return out;
  out.payload_hash = to_bytes(crypto::blake2b({entry.payload}).bytes);
  out.access = access_in(entry);
  if (entry.kind == wire::EntryKind::hole)
    if (const auto hole = wire::decode_hole(entry.payload)) out.hole = *hole;
  return out;
}

void ShownLogs::from_device(const Device& device, const Bytes& frame) {
  const auto decoded = wire::decode_request(frame);
  const auto* const request = decoded ? std::get_if<wire::RequestFrame>(&*decoded) : nullptr;
  if (!request) return;
  if (const auto* append = std::get_if<wire::Append>(&request->request))
    note_sent(device, request->id, append->log, append->entries);
  if (const auto* create = std::get_if<wire::CreateLog>(&request->request))
    note_created(device, request->id, *create);
}

void ShownLogs::to_device(const Device& device, const Bytes& frame) {
  const auto decoded = wire::decode_server_frame(frame);
  if (!decoded || !*decoded) return;
  if (const auto* push = std::get_if<wire::Push>(&**decoded)) {
    if (const auto* entries = std::get_if<wire::Entries>(push)) note(device, *entries);
    return;
  }
  const auto& answer = std::get<wire::AnswerFrame>(**decoded);
  if (const auto* entries = std::get_if<wire::Entries>(&answer.answer)) note(device, *entries);
  if (const auto* appended = std::get_if<wire::Appended>(&answer.answer))
    note_stored(device, answer.id, appended->first_seq);
}

void ShownLogs::note_sent(const Device& device, std::uint32_t request, const LogId& log,
                          const std::vector<wire::Entry>& entries) {
  auto& sent = sent_[{&device, request}];
  sent = {log, {}};
  for (const auto& entry : entries) {
    sent.entries.push_back(shown(entry));
    access_[entry.id] = sent.entries.back().access;
  }
}

// Its author is in, whom no commit adds.
void ShownLogs::note_created(const Device& device, std::uint32_t request,
                             const wire::CreateLog& create) {
  note_sent(device, request, create.log, {create.first});
  auto& access = sent_[{&device, request}].entries.front().access;
  access.mode = wire::AccessChange::Mode::change;
  access.added.push_back(device.id());
  access_[create.first.id] = access;
  created_.try_emplace(create.log, sent_[{&device, request}].entries.front());
}

void ShownLogs::note_stored(const Device& device, std::uint32_t request, std::uint64_t first_seq) {
  const auto found = sent_.find({&device, request});
  if (found == sent_.end()) return;
  const auto sent = std::move(found->second);
  sent_.erase(found);
  for (const auto& entry : sent.entries) note(sent.log, first_seq++, entry);
}

void ShownLogs::note(const Device& device, const wire::Entries& entries) {
  for (const auto& entry : entries.entries) {
    note(entries.log, entry.seq, shown(entry));
    if (entry.kind != wire::EntryKind::welcome) continue;
    if (const auto welcome = wire::decode_inbox_welcome(entry.payload))
      welcomed_[welcome->log][welcome->commit_seq].insert(device.id());
  }
}

void ShownLogs::note(const LogId& log, std::uint64_t seq, Shown entry) {
  // What the author said of it: its creator's commit adds everybody but its creator.
  if (const auto said = access_.find(entry.id); said != access_.end()) entry.access = said->second;
  note_place(log, seq, entry);
  const auto [place, first] = logs_[{log, life_of(log, seq)}].try_emplace(seq, entry);
  if (first) return;
  auto& known = place->second;
  const bool other_payload = !known.payload_hash.empty() && !entry.payload_hash.empty() &&
                             known.payload_hash != entry.payload_hash;
  if ((known.id != entry.id || known.kind != entry.kind || other_payload) && contradiction_.empty())
    contradiction_ = "the relay shows two different entries as number " + std::to_string(seq) +
                     " of the log " + to_hex(log);
  if (known.payload_hash.empty()) known = std::move(entry);
}

void ShownLogs::note_place(const LogId& log, std::uint64_t seq, const Shown& entry) {
  if (entry.payload_hash.empty()) return;
  const auto place = places_.try_emplace({log, entry.payload_hash}, seq).first;
  if (place->second == seq || !repetition_.empty()) return;
  repetition_ = "the relay has stored one append as number " + std::to_string(place->second) +
                " and again as " + std::to_string(seq) + " of the log " + to_hex(log);
}

void ShownLogs::put_back(std::map<LogId, LogOnDisk> copy, std::map<LogId, LogOnDisk> now) {
  copy_ = std::move(copy);
  ended_.push_back(std::move(now));
}

std::uint64_t ShownLogs::kept(const LogId& log) const {
  const auto found = copy_.find(log);
  return found == copy_.end() ? 0 : found->second.head;
}

// The copy is always the same one: what it has belongs to the first life.
std::size_t ShownLogs::life_of(const LogId& log, std::uint64_t seq) const {
  return seq <= kept(log) ? 0 : ended_.size();
}

const ShownLogs::Log* ShownLogs::find(const LogId& log, std::size_t life) const {
  const auto found = logs_.find({log, life});
  return found == logs_.end() ? nullptr : &found->second;
}

std::vector<ShownLogs::Place> ShownLogs::places_of(const LogId& log, const EntryId& id) const {
  std::vector<Place> out;
  for (std::size_t life = 0; life < lives(); ++life) {
    const auto* const entries = find(log, life);
    if (!entries) continue;
    for (const auto& [seq, entry] : *entries)
      if (entry.id == id) out.push_back({life, seq});
  }
  return out;
}

// Up to the newest handshake that those had seen who made the log go on behind the hole. What was
// committed behind that is nobody's any more.
ShownLogs::History ShownLogs::history_before(const LogId& log, std::size_t life,
                                             const History& told, std::uint64_t base,
                                             const wire::Hole* hole) const {
  auto out = told;
  for (auto other = life; base > kept(log) && other-- > 0;) {
    auto before = history(log, other);
    const auto ended = ended_[other].find(log);
    if (ended == ended_[other].end() || !before.contains(base)) continue;
    const auto& hashes = ended->second.handshakes;
    const auto at_base = hashes.find(base);
    // What all had acknowledged is on no disk any more: then it is the one that there is.
    const bool same = at_base == hashes.end() || !hole ? !told.contains(base)
                                                       : at_base->second == hole->base_hash;
    if (!same) continue;
    out = std::move(before);
    break;
  }
  out.erase(out.upper_bound(base), out.end());
  return out;
}

ShownLogs::History ShownLogs::history(const LogId& log, std::size_t life) const {
  History out;
  const auto last = life == 0 ? UINT64_MAX : kept(log);
  // Its creator may have lost its memory before it was told, and nobody else reads the first entry.
  const auto created = created_.find(log);
  if (const auto* const first = find(log, 0)) {
    for (const auto& [seq, entry] : *first)
      if (seq <= last) out[seq] = &entry;
    if (created != created_.end() && last > 0) out.try_emplace(1, &created->second);
  }
  const auto* const own = life == 0 ? nullptr : find(log, life);
  // Or the relay lost it before anybody was shown anything of it.
  if (out.empty() && !own && created != created_.end() && life < ended_.size() &&
      ended_[life].contains(log))
    out[1] = &created->second;
  if (!own) return out;
  // Those who made the log go on had read what is in front of the hole, and so nobody was shown it.
  const auto first = std::find_if(own->begin(), own->end(), [](const auto& placed) {
    return placed.second.hole || placed.second.base != 0;
  });
  if (own->begin()->first > kept(log) + 1 && first != own->end() && !first->second.hole)
    out = history_before(log, life, out, first->second.base, nullptr);
  // Or it was made in this life, and asked for in an earlier one.
  if (out.empty() && own->begin()->first > 1 && created != created_.end())
    out[1] = &created->second;
  for (const auto& [seq, entry] : *own) {
    if (entry.hole) out = history_before(log, life, out, entry.base, &*entry.hole);
    out[seq] = &entry;
  }
  return out;
}

ShownLogs::Stays ShownLogs::stays(const LogId& log, std::size_t life) const {
  Stays out;
  Staying staying(out);
  std::map<std::uint64_t, wire::AccessChange> changes;
  for (const auto& [seq, entry] : history(log, life)) changes[seq] = entry->access;
  // Its author may have lost its memory before it was told, and whom it added begins behind it.
  const auto welcomed = welcomed_.find(log);
  if (lives() == 1 && welcomed != welcomed_.end()) {
    for (const auto& [seq, devices] : welcomed->second)
      changes.try_emplace(
          seq, wire::AccessChange{
                   wire::AccessChange::Mode::change, {devices.begin(), devices.end()}, {}});
  }
  for (const auto& [seq, access] : changes) staying.change(seq, access);
  return out;
}

ShownLogs::Stays ShownLogs::stays_before_hole(const LogId& log, std::size_t life) const {
  const auto* const own = life == 0 ? nullptr : find(log, life);
  if (!own) return {};
  const auto hole = std::find_if(own->begin(), own->end(),
                                 [](const auto& placed) { return placed.second.hole.has_value(); });
  if (hole == own->end()) return {};
  Stays out;
  Staying staying(out);
  for (const auto& [seq, entry] : history(log, 0))
    if (seq <= kept(log)) staying.change(seq, entry->access);
  for (auto placed = own->begin(); placed != hole; ++placed)
    staying.change(placed->first, placed->second.access);
  staying.change(hole->first - 1, {wire::AccessChange::Mode::set, {}, {}});
  return out;
}

}  // namespace tern::sim
