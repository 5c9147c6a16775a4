// The app's calls about phone numbers and contacts.
#include <algorithm>

#include "client/blocks.hpp"
#include "client/contact_rows.hpp"
#include "client/engine_impl.hpp"
#include "client/key_changes.hpp"

namespace tern::client {
namespace {

template <class Of>
Result<Contact> shown_of(const Device& device, const Of& of,
                         Result<std::optional<ContactRecord>> (*find)(const ReadRows&, Of)) {
  TERN_ASSIGN(const auto transaction, device.environment.read());
  const ReadRows rows(*transaction, device.sealer);
  TERN_ASSIGN(const auto record, find(rows, of));
  if (!record) return Errc::not_found;
  return shown(rows, *record);
}

}  // namespace

void EngineImpl::request_code(Now now, std::string_view number, Done done) {
  const auto asked =
      call(now, [&](Step& step) { return numbers::request_code(step, number, done); });
  if (!asked && done) done(asked);
}

void EngineImpl::confirm_number(Now now, std::string_view code, std::string_view pin, Done done) {
  const auto asked = call(now, [&](Step& step) { return numbers::confirm(step, code, pin, done); });
  if (!asked && done) done(asked);
}

void EngineImpl::set_pin(Now now, std::string_view pin, Done done) {
  const auto asked = call(now, [&](Step& step) { return numbers::set_pin(step, pin, done); });
  if (!asked && done) done(asked);
}

void EngineImpl::delete_account(Now now, Done done) {
  const auto asked = call(now, [&](Step& step) { return numbers::delete_account(step, done); });
  if (!asked && done) done(asked);
}

std::string EngineImpl::number() const {
  return device_->record.number_confirmed ? device_->record.number : std::string();
}

void EngineImpl::sync_contacts(Now now, std::span<const Contact> book, bool replace,
                               SyncDone done) {
  const auto asked =
      call(now, [&](Step& step) { return contacts::sync(step, book, replace, done); });
  if (!asked && done) done(asked.error());
}

void EngineImpl::refresh_contacts(Now now, Done done) {
  const auto asked = call(now, [&](Step& step) { return contacts::refresh(step, done); });
  if (!asked && done) done(asked);
}

Result<std::vector<Contact>> EngineImpl::contacts() const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  const ReadRows rows(*transaction, device_->sealer);
  TERN_ASSIGN(const auto records, contact_rows::all(rows));
  std::vector<Contact> out;
  out.reserve(records.size());
  for (const auto& record : records) out.push_back(shown(rows, record));
  std::sort(out.begin(), out.end(), [](const Contact& a, const Contact& b) {
    return std::tie(a.name, a.number) < std::tie(b.name, b.number);
  });
  return out;
}

Result<Contact> EngineImpl::contact(std::string_view number) const {
  return shown_of<std::string_view>(*device_, number, contact_rows::get);
}

Result<Contact> EngineImpl::contact(const AccountId& account) const {
  return shown_of<const AccountId&>(*device_, account, contact_rows::with_account);
}

Result<void> EngineImpl::remove_contact(Now now, std::string_view number) {
  return call(now, [&](Step& step) { return contacts::remove(step, number); });
}

Result<void> EngineImpl::block(Now now, const AccountId& account, bool blocked) {
  return call(now, [&](Step& step) -> Result<void> {
    step.sync();
    return blocked ? blocks::put(step.rows, account) : blocks::erase(step.rows, account);
  });
}

Result<std::vector<AccountId>> EngineImpl::blocked() const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  return blocks::all(ReadRows(*transaction, device_->sealer));
}

Result<ChatId> EngineImpl::accept_key_change(Now now, std::string_view number) {
  ChatId out;
  TERN_TRY(call(now, [&](Step& step) -> Result<void> {
    TERN_ASSIGN(out, key_changes::accept(step, number));
    return {};
  }));
  return out;
}

Result<std::string> EngineImpl::safety_number(const AccountId& account) const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  TERN_ASSIGN(const auto key,
              key_changes::key_of(*device_, ReadRows(*transaction, device_->sealer), account));
  return key_changes::safety_number(*device_, key);
}

}  // namespace tern::client
