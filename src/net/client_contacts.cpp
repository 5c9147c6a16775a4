// Phone numbers and contacts: what a person writes becomes E.164 here, and the engine sees nothing
// else.
#include "base/try.hpp"
#include "net/engine_access.hpp"
#include "tern/phone_number.hpp"

namespace tern {
namespace {

using client::Engine;
using net::call_engine;
using net::read_clock;
using net::read_engine;

template <class T>
Pending<T> answered(Result<T> result) {
  Pending<T> out;
  out.complete(std::move(result));
  return out;
}

// An address book with its numbers as E.164, and what could not be made one.
struct ReadBook {
  std::vector<Contact> contacts;
  std::vector<UnusableNumber> unusable;
};

ReadBook read_book(std::span<const AddressBookEntry> book, const std::string& region) {
  ReadBook out;
  for (std::size_t i = 0; i < book.size(); ++i) {
    const auto& entry = book[i];
    auto number = to_e164(entry.number, region);
    if (!number) {
      out.unusable.push_back({i, entry.name, entry.number, number.error().errc()});
      continue;
    }
    auto& contact = out.contacts.emplace_back();
    contact.number = std::move(*number);
    contact.name = entry.name;
    contact.written = entry.number;
  }
  return out;
}

}  // namespace

Pending<void> Client::register_number(std::string_view number) {
  return impl_->ask([&](Engine& engine, Engine::Done done) {
    engine.request_code(read_clock(), number, std::move(done));
  });
}

Pending<void> Client::confirm(std::string_view code, std::string_view pin) {
  return impl_->ask([&](Engine& engine, Engine::Done done) {
    engine.confirm_number(read_clock(), code, pin, std::move(done));
  });
}

std::string Client::number() const {
  const auto out = impl_->read(
      [](net::ClientSession& session) { return Result<std::string>(session.engine().number()); });
  return out ? *out : std::string();
}

Pending<void> Client::set_registration_pin(std::string_view pin) {
  return impl_->ask([&](Engine& engine, Engine::Done done) {
    engine.set_pin(read_clock(), pin, std::move(done));
  });
}

Pending<void> Client::delete_account() {
  return impl_->ask([](Engine& engine, Engine::Done done) {
    engine.delete_account(read_clock(), std::move(done));
  });
}

Result<std::string> Client::safety_number(const AccountId& account) const {
  return impl_->read(
      [&](net::ClientSession& session) { return session.engine().safety_number(account); });
}

Contacts Client::contacts() const { return Contacts(impl_); }

Pending<SyncResult> Contacts::sync(std::span<const AddressBookEntry> book,
                                   const SyncOptions& options) {
  const auto impl = client_.lock();
  if (!impl) return answered<SyncResult>(Errc::closed);
  if (book.size() > limits::contacts_max)
    return answered<SyncResult>(
        Error(Errc::too_long, "contacts to sync: " + std::to_string(book.size()) + "; " +
                                  std::to_string(limits::contacts_max) + " are allowed"));
  auto read = read_book(book, options.default_region);
  return impl->ask<SyncResult>([&](Engine& engine, Engine::SyncDone done) {
    engine.sync_contacts(
        read_clock(), read.contacts, options.replace,
        [done = std::move(done), unusable = std::move(read.unusable)](Result<SyncResult> result) {
          if (result) result->unusable = unusable;
          done(std::move(result));
        });
  });
}

Pending<void> Contacts::refresh() {
  const auto impl = client_.lock();
  if (!impl) return answered<void>(Errc::closed);
  return impl->ask([](Engine& engine, Engine::Done done) {
    engine.refresh_contacts(read_clock(), std::move(done));
  });
}

Result<std::vector<Contact>> Contacts::list() const {
  return read_engine(client_, [](Engine& engine) { return engine.contacts(); });
}

Result<Contact> Contacts::find(std::string_view number) const {
  return read_engine(client_, [&](Engine& engine) { return engine.contact(number); });
}

Result<Contact> Contacts::find(const AccountId& account) const {
  return read_engine(client_, [&](Engine& engine) { return engine.contact(account); });
}

Result<void> Contacts::remove(std::string_view number) {
  return call_engine(client_,
                     [&](Engine& engine) { return engine.remove_contact(read_clock(), number); });
}

Result<void> Contacts::block(const AccountId& account) {
  return call_engine(client_,
                     [&](Engine& engine) { return engine.block(read_clock(), account, true); });
}

Result<void> Contacts::unblock(const AccountId& account) {
  return call_engine(client_,
                     [&](Engine& engine) { return engine.block(read_clock(), account, false); });
}

Result<std::vector<AccountId>> Contacts::blocked() const {
  return read_engine(client_, [](Engine& engine) { return engine.blocked(); });
}

Result<ChatId> Contacts::accept_key_change(std::string_view number) {
  return call_engine(
      client_, [&](Engine& engine) { return engine.accept_key_change(read_clock(), number); });
}

}  // namespace tern
