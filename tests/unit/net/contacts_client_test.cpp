// Phone numbers and contacts through the library's door, with a relay that sends codes to a map.
#include <catch2/catch.hpp>
#include <map>
#include <mutex>

#include "support/temporary_folder.hpp"
#include "tern/client.hpp"
#include "tern/phone_number.hpp"
#include "tern/relay.hpp"

using namespace tern;
using namespace std::chrono_literals;

namespace {

class Town {
 public:
  Town() : relay_(start(folder_.path / "relay")) {}

  Client client(const std::string& name) {
    const Bytes key(32, 7);
    return std::move(
               Client::open(
                   {.folder = folder_.path / name, .storage_key = key, .relay = relay_.address()}))
        .value();
  }
  Client client(const std::string& name, const std::string& number) {
    auto out = client(name);
    out.register_number(number).wait(60s).value();
    out.confirm(code_for(number)).wait(60s).value();
    return out;
  }
  std::string code_for(const std::string& number) {
    const std::lock_guard lock(mutex_);
    return codes_[number];
  }
  bool sends = true;

 private:
  Relay start(const std::filesystem::path& folder) {
    RelayOptions options{.folder = folder, .listen = "127.0.0.1:0"};
    options.limits.work_bits = 4;
    options.send_code = [this](std::string_view number, std::string_view code) {
      const std::lock_guard lock(mutex_);
      codes_[std::string(number)] = std::string(code);
      return sends;
    };
    return std::move(Relay::start(options)).value();
  }
  std::mutex mutex_;
  std::map<std::string, std::string> codes_;
  test::TemporaryFolder folder_;
  Relay relay_;
};

}  // namespace

TEST_CASE("an address book is synced, and what is no number is said with its place and why") {
  Town town;
  auto anna = town.client("anna", "+32470000001"), bo = town.client("bo", "+32470000002");
  CHECK(anna.number() == "+32470000001");
  const std::vector<AddressBookEntry> book = {{"Bo", "+32 470 00 00 02"},
                                              {"Cem", "0032/470.00.00.03"},
                                              {"The baker", "next to the church"},
                                              {"Far too long", "+324700000020000000"}};
  const auto found = anna.contacts().sync(book).wait(60s).value();
  REQUIRE(found.members.size() == 1);
  CHECK(found.members[0].account == bo.account_id());
  CHECK(found.members[0].written == "+32 470 00 00 02");
  REQUIRE(found.non_members.size() == 1);
  CHECK(found.non_members[0].number == "+32470000003");
  REQUIRE(found.unusable.size() == 2);
  CHECK(found.unusable[0].entry == 2);
  CHECK(found.unusable[0].name == "The baker");
  CHECK(found.unusable[0].why == Errc::number_is_none);
  CHECK(found.unusable[1].entry == 3);
  CHECK(found.unusable[1].why == Errc::number_too_long);
  CHECK(anna.contacts().find("+32470000002").value().name == "Bo");
  CHECK(anna.contacts().find(bo.account_id()).value().name == "Bo");
  CHECK(anna.contacts().list().value().size() == 2);
}

TEST_CASE("a national number is of the region that the app names, if the build can read it") {
  if (!reads_local_numbers()) return;
  Town town;
  auto anna = town.client("anna", "+32470000001");
  const std::vector<AddressBookEntry> book = {{"Bo", "0470 00 00 02"}};
  CHECK(anna.contacts().sync(book).wait(60s).value().unusable[0].why == Errc::number_needs_region);
  const auto found = anna.contacts().sync(book, {.default_region = "BE"}).wait(60s).value();
  REQUIRE(found.non_members.size() == 1);
  CHECK(found.non_members[0].number == "+32470000002");
}

TEST_CASE("a wrong code, a code that cannot be sent and a number that is none are typed errors") {
  Town town;
  auto anna = town.client("anna");
  CHECK(anna.register_number("0470").wait(60s).error() == Errc::number_invalid);
  CHECK(anna.confirm("123456").wait(60s).error() == Errc::code_expired);
  town.sends = false;
  CHECK(anna.register_number("+32470000001").wait(60s).error() == Errc::verification_unavailable);
  town.sends = true;
  anna.register_number("+32470000001").wait(60s).value();
  const auto code = town.code_for("+32470000001");
  const auto wrong = code == "000000" ? "000001" : "000000";
  CHECK(anna.confirm(wrong).wait(60s).error() == Errc::code_wrong);
  CHECK(anna.number().empty());
  anna.confirm(code).wait(60s).value();
  CHECK(anna.number() == "+32470000001");
}

TEST_CASE("an account that is deleted finds and sends nothing more, and keeps what it has") {
  Town town;
  auto anna = town.client("anna", "+32470000001"), bo = town.client("bo", "+32470000002");
  auto chat = anna.chat_with(bo.account_id()).value();
  chat.send_text("before").value();
  anna.delete_account().wait(60s).value();
  CHECK(chat.send_text("after").error() == Errc::account_deleted);
  CHECK(anna.register_device().wait(60s).error() == Errc::account_deleted);
  CHECK(anna.register_number("+32470000001").wait(60s).error() == Errc::account_deleted);
  CHECK(chat.history(10).value().size() == 1);
}

TEST_CASE("contacts outlive their client, and say that it is closed") {
  Town town;
  auto anna = town.client("anna", "+32470000001");
  auto contacts = anna.contacts();
  anna.close();
  CHECK(contacts.list().error() == Errc::closed);
  CHECK(contacts.sync({}).wait(60s).error() == Errc::closed);
  CHECK(contacts.refresh().wait(60s).error() == Errc::closed);
}
