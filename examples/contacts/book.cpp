// import, list, watch and the rest: the people of the address book.
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>

#include "chat/person.hpp"
#include "chat/require.hpp"
#include "chat/visible.hpp"
#include "examples/contacts/commands.hpp"

using namespace std::chrono_literals;
using chat::Failure;
using chat::require;
using chat::visible;

namespace contacts {
namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stopped = 0;
void stop(int) { stopped = 1; }

std::vector<tern::AddressBookEntry> read_book(const std::string& file) {
  std::ifstream in;
  if (file != "-") in.open(file, std::ios::binary);
  if (file != "-" && !in) throw Failure("there is no file " + file);
  std::istream& from = file == "-" ? std::cin : in;
  const tern::Bytes bytes((std::istreambuf_iterator<char>(from)), {});
  return require(file.ends_with(".csv") ? tern::read_csv(bytes) : tern::read_vcards(bytes));
}

std::string state_of(const tern::Contact& contact) {
  if (contact.new_account) return "new key: tern-contacts safety, then accept";
  if (contact.blocked) return "blocked";
  switch (contact.state) {
    case tern::ContactState::member:
      return "here";
    case tern::ContactState::non_member:
      return "not here";
    case tern::ContactState::waiting:
      break;
  }
  return "not known yet";
}

std::string line_of(const tern::Contact& contact) {
  return contact.number + "  " + visible(contact.name) + "  (" + state_of(contact) + ")";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    if (static_cast<unsigned char>(letter) >= ' ') out += letter;
  }
  return out;
}

std::string json_of(const tern::Contact& contact) {
  std::string out = R"({"number":")" + contact.number + R"(","name":")" + escaped(contact.name) +
                    R"(","state":")" + state_of(contact) + '"';
  if (contact.account) out += R"(,"account":")" + tern::to_base32(*contact.account) + '"';
  return out + '}';
}

void print_result(const tern::SyncResult& result) {
  for (const auto& contact : result.members) std::cout << line_of(contact) << '\n';
  std::cout << result.members.size() << " here, " << result.non_members.size() << " not here";
  if (!result.waiting.empty()) std::cout << ", " << result.waiting.size() << " to be asked later";
  std::cout << '\n';
  for (const auto& unusable : result.unusable)
    std::cout << "entry " << unusable.entry + 1 << ", " << visible(unusable.name) << ", '"
              << visible(unusable.number) << "': " << tern::describe(unusable.why) << '\n';
}

/// The contact with this number or this name.
tern::Contact find(chat::Person& person, const std::string& who) {
  if (auto contact = person.client.contacts().find(who)) return *contact;
  std::optional<tern::Contact> found;
  for (auto& contact : require(person.client.contacts().list())) {
    if (contact.name != who) continue;
    if (found) throw Failure("several numbers have the name '" + who + "'; say which");
    found = std::move(contact);
  }
  if (!found) throw Failure("no contact has the number or the name '" + who + "'");
  return *found;
}

tern::AccountId account_of(const tern::Contact& contact) {
  if (!contact.account) throw Failure(visible(contact.name) + " is not here");
  return *contact.account;
}

struct Printer {
  void operator()(const tern::ContactJoined& event) {
    std::cout << "joined   " << line_of(event.contact) << std::endl;
  }
  void operator()(const tern::ContactLeft& event) {
    std::cout << "left     " << line_of(event.contact) << std::endl;
  }
  void operator()(const tern::ContactKeyChanged& event) {
    std::cout << "new key  " << line_of(event.contact) << "\n         " << event.safety_number
              << std::endl;
  }
  void operator()(const tern::Problem& event) {
    std::cout << "problem: " << visible(event.message) << std::endl;
  }
  template <class Other>
  void operator()(const Other&) {}
};

}  // namespace

void import(const Folder& folder, const ImportOptions& options) {
  const auto book = read_book(options.file);
  auto person = chat::open_person(folder, chat::Network::on);
  const auto pending = person.client.contacts().sync(
      book, {.default_region = options.region, .replace = options.replace});
  const auto until = Clock::now() + options.wait;
  while (!pending.poll() && Clock::now() < until) {
    const auto event = person.client.wait_event(100ms);
    const auto* progress = event ? std::get_if<tern::ContactsProgress>(&*event) : nullptr;
    if (progress) std::cerr << progress->done << " of " << progress->total << " asked for\n";
  }
  print_result(require(pending.wait(0ms)));
}

void list(const Folder& folder, bool json) {
  auto person = chat::open_person(folder, chat::Network::off);
  for (const auto& contact : require(person.client.contacts().list()))
    std::cout << (json ? json_of(contact) : line_of(contact)) << '\n';
}

void watch(const Folder& folder, std::chrono::seconds idle) {
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  auto person = chat::open_person(folder, chat::Network::on);
  require(person.client.contacts().refresh().wait(30s));
  auto last = Clock::now();
  while (!stopped) {
    // A short wait, for a signal does not end it.
    if (auto event = person.client.wait_event(100ms)) {
      std::visit(Printer(), *event);
      last = Clock::now();
    }
    if (idle.count() > 0 && Clock::now() - last >= idle) return;
  }
}

void remove(const Folder& folder, const std::string& who) {
  auto person = chat::open_person(folder, chat::Network::off);
  require(person.client.contacts().remove(find(person, who).number));
}

void block(const Folder& folder, const std::string& who, bool blocked) {
  auto person = chat::open_person(folder, chat::Network::off);
  const auto account = account_of(find(person, who));
  require(blocked ? person.client.contacts().block(account)
                  : person.client.contacts().unblock(account));
}

void accept(const Folder& folder, const std::string& who) {
  auto person = chat::open_person(folder, chat::Network::off);
  const auto contact = find(person, who);
  if (!contact.new_account) throw Failure("no new key of " + visible(contact.name) + " waits");
  require(person.client.contacts().accept_key_change(contact.number, *contact.new_account));
  std::cout << "what waited is sent to the new key\n";
}

void safety(const Folder& folder, const std::string& who) {
  auto person = chat::open_person(folder, chat::Network::off);
  const auto contact = find(person, who);
  const auto account = contact.new_account ? *contact.new_account : account_of(contact);
  std::cout << require(person.client.safety_number(account)) << '\n';
}

}  // namespace contacts
