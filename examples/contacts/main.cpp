// tern-contacts: a phone number of one's own, and who of the address book is here, to copy from.
#include <CLI/CLI.hpp>
#include <iostream>

#include "chat/run_app.hpp"
#include "examples/contacts/commands.hpp"

namespace {

using Folder = std::filesystem::path;

void add_account(CLI::App& app, const Folder& folder) {
  static std::string number, region, code, pin;

  auto* registering = app.add_subcommand("register", "have a code sent to one's own number");
  registering->add_option("NUMBER", number)->required();
  registering->add_option("--region", region, "two letters, e.g. BE: of a number without +");
  registering->callback([&] { contacts::register_number(folder, number, region); });

  auto* confirm = app.add_subcommand("confirm", "give back the code that came");
  confirm->add_option("CODE", code)->required();
  confirm->add_option("--pin", pin, "the number's registration PIN, if it has one");
  confirm->callback([&] { contacts::confirm(folder, code, pin); });

  auto* setting = app.add_subcommand("pin", "protect the number with a registration PIN");
  setting->add_option("PIN", pin, "left out: no PIN from now on");
  setting->callback([&] { contacts::set_pin(folder, pin); });

  auto* deleting = app.add_subcommand("delete-account", "have the relay forget this account");
  deleting->callback([&] { contacts::delete_account(folder); });
}

void add_book(CLI::App& app, const Folder& folder) {
  static contacts::ImportOptions importing;
  static std::int64_t wait_s = 60, idle_s = 0;
  static bool json = false;

  auto* import = app.add_subcommand("import", "find out who of an address book is here");
  import->add_option("FILE", importing.file, "book.vcf or book.csv; -: vCards")->required();
  import->add_option("--region", importing.region, "two letters: of numbers without +");
  import->add_flag("--replace", importing.replace, "forget contacts that are not in it");
  import->add_option("--wait", wait_s, "seconds to wait for the answer (60)")
      ->check(CLI::Range(0, 86'400));
  import->callback([&] {
    importing.wait = std::chrono::seconds(wait_s);
  contacts::import(folder, importing);
});

auto* list = app.add_subcommand("list", "list the contacts by name");
list->add_flag("--json", json, "a JSON object a line");
list->callback([&] { contacts::list(folder, json); });

auto* watch = app.add_subcommand("watch", "stay online and tell who joins or leaves");
watch->add_option("--idle", idle_s, "end when nothing happened for so many seconds")
    ->check(CLI::Range(0, 86'400));
watch->callback([&] { contacts::watch(folder, std::chrono::seconds(idle_s)); });
}  // namespace

void add_people(CLI::App& app, const Folder& folder) {
  static std::string who;
  const auto command = [&](const char* name, const char* what, auto call) {
    auto* out = app.add_subcommand(name, what);
    out->add_option("WHO", who)->required();
    out->callback([&folder, call] { call(folder, who); });
  };
  command("remove", "forget a contact", contacts::remove);
  command("block", "hear nothing of somebody any more",
          [](const Folder& of, const std::string& whom) { contacts::block(of, whom, true); });
  command("unblock", "hear of them again",
          [](const Folder& of, const std::string& whom) { contacts::block(of, whom, false); });
  command("safety", "print the safety number to compare with theirs", contacts::safety);
  command("accept", "a contact's new key is theirs: what waited is sent", contacts::accept);
}

}  // namespace

int main(int argc, char* argv[]) {
  std::ios::sync_with_stdio(false);
  CLI::App app("tern-contacts: the people of one's address book");
  Folder folder = "tern-data";
  app.add_option("--folder", folder, "where this person lives (tern-data)")->envname("TERN_FOLDER");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "WHO: a number, or a name of the address book.\n"
      "tern-chat init makes the account; tern-chat send WHO writes to them.");
  add_account(app, folder);
  add_book(app, folder);
  add_people(app, folder);
  return chat::run_app(app, "tern-contacts", argc, argv);
}
