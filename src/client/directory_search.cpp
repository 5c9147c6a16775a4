#include "client/directory_search.hpp"

#include <algorithm>
#include <map>

#include "client/contact_rows.hpp"
#include "client/key_changes.hpp"
#include "client/step.hpp"

namespace tern::client::directory_search {
namespace {

using wire::Tag;

// The keys in those of the records that are of this number: another number may have the same tag.
std::vector<crypto::VerifyKey> keys_in(const ContactRecord& contact, ByteSpan records) {
  std::vector<crypto::VerifyKey> out;
  for (; !records.empty(); records = records.subspan(wire::directory_record_bytes)) {
    const auto key =
        crypto::open_record(contact.place, records.first(wire::directory_record_bytes));
    if (key) out.push_back(*key);
  }
  return out;
}

Result<void> is_nobodys(Step& step, ContactRecord& contact) {
  const bool was_member = contact.state == ContactState::member;
  contact.state = ContactState::non_member;  // and what waits goes on waiting
  if (was_member) step.emit(ContactLeft{shown(step.rows, contact)});
  return {};
}

Result<void> is_of(Step& step, ContactRecord& contact, const std::vector<crypto::VerifyKey>& keys) {
  const auto was = contact.state;
  contact.state = ContactState::member;
  const bool known = !contact.account_key.is_zero();
  const bool same = known && std::find(keys.begin(), keys.end(), contact.account_key) != keys.end();
  if (!known) contact.account_key = keys.front();
  if (!known || same) {
    contact.new_key = {};
    if (was == ContactState::non_member) step.emit(ContactJoined{shown(step.rows, contact)});
    return {};
  }
  if (contact.new_key == keys.front()) return {};
  contact.new_key = keys.front();
  step.emit(ContactKeyChanged{shown(step.rows, contact),
                              key_changes::safety_number(step.device, contact.new_key)});
  return {};
}

// What the records under its tag say of a contact.
Result<void> settle(Step& step, const RowId& row, ContactRecord contact, ByteSpan records) {
  const auto old = contact_rows::index_of(contact);
  const auto keys = keys_in(contact, records);
  TERN_TRY(keys.empty() ? is_nobodys(step, contact) : is_of(step, contact, keys));
  TERN_TRY(contact_rows::put(step.rows, contact, &old));
  TERN_TRY(contact_rows::done(step.rows, row, ContactWork::test));
  TERN_TRY(contact_rows::done(step.rows, row, ContactWork::look_up));
  if (contact.new_key == old.new_key) return {};
  step.sync();  // from now on nothing is sent: also after a power cut
  step.keys_changed();
  return {};
}

struct Tested {
  RowId row;
  ContactRecord contact;
};

// By segment, so that each is read once.
Result<std::map<std::uint8_t, std::vector<Tested>>> those_who_wait(Step& step) {
  std::map<std::uint8_t, std::vector<Tested>> out;
  TERN_ASSIGN(const auto waiting, contact_rows::waiting(step.rows, ContactWork::test, SIZE_MAX));
  for (const auto& row : waiting) {
    TERN_ASSIGN(auto contact, contact_rows::get(step.rows, row));
    if (!contact || contact->forgotten || contact->epoch != step.device.contacts.directory.epoch) {
      TERN_TRY(contact_rows::done(step.rows, row, ContactWork::test));
      continue;
    }
    out[wire::segment_of(contact->place.tag)].push_back({row, std::move(*contact)});
  }
  return out;
}

Result<void> test_one(Step& step, const DirectorySegment& segment, Tested tested) {
  const auto tag = tested.contact.place.tag & ((Tag{1} << wire::segment_tag_bits) - 1);
  const auto [begin, end] = std::equal_range(segment.tags.begin(), segment.tags.end(), tag);
  if (begin == end) return settle(step, tested.row, std::move(tested.contact), {});
  if (segment.has_records()) {
    const auto first = static_cast<std::size_t>(begin - segment.tags.begin());
    const auto count = static_cast<std::size_t>(end - begin);
    const auto records =
        ByteSpan(segment.records)
            .subspan(first * wire::directory_record_bytes, count * wire::directory_record_bytes);
    return settle(step, tested.row, std::move(tested.contact), records);
  }
  TERN_TRY(contact_rows::done(step.rows, tested.row, ContactWork::test));
  return contact_rows::want(step.rows, tested.row, ContactWork::look_up);
}

}  // namespace

Result<void> test(Step& step) {
  TERN_ASSIGN(auto segments, those_who_wait(step));
  for (auto& [number, waiting] : segments) {
    TERN_ASSIGN(const auto segment, directory_rows::segment(step.rows, number));
    for (auto& tested : waiting) TERN_TRY(test_one(step, segment, std::move(tested)));
  }
  return {};
}

Result<bool> ask(Step& step) {
  TERN_ASSIGN(const auto waiting,
              contact_rows::waiting(step.rows, ContactWork::look_up, limits::lookup_tags_max));
  if (waiting.empty()) return false;
  std::vector<RowId> asked;
  Bytes tags;
  asked.reserve(waiting.size());
  for (const auto& row : waiting) {
    TERN_ASSIGN(const auto contact, contact_rows::get(step.rows, row));
    if (!contact) continue;
    wire::append_tag(tags, contact->place.tag);
    asked.push_back(row);
  }
  step.send({Purpose::What::look_up, {}}, wire::Lookup{step.device.contacts.directory.epoch, tags});
  step.then([&sync = step.device.contacts, asked = std::move(asked)] { sync.looking_up = asked; });
  return true;
}

Result<void> received(Step& step, const wire::Records& answer) {
  const auto asked = step.device.contacts.looking_up;
  step.then([&sync = step.device.contacts] { sync.looking_up.clear(); });
  if (answer.epoch != step.device.contacts.directory.epoch || answer.counts.size() != asked.size())
    return Error(Errc::directory_damaged, "records that were not asked for");
  auto records = answer.records;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto bytes = answer.counts[i] * wire::directory_record_bytes;
    const auto mine = records.first(bytes);
    records = records.subspan(bytes);
    TERN_ASSIGN(auto contact, contact_rows::get(step.rows, asked[i]));
    if (!contact) continue;
    TERN_TRY(settle(step, asked[i], std::move(*contact), mine));
  }
  return {};
}

}  // namespace tern::client::directory_search
