// tern-chat: a messenger for the terminal, to copy from.
#include <CLI/CLI.hpp>
#include <clocale>
#include <iostream>

#include "chat/commands.hpp"
#include "chat/require.hpp"
#include "chat/run_app.hpp"

namespace {

using Folder = std::filesystem::path;

void add_people(CLI::App& app, const Folder& folder) {
  static std::string relay, who, name, title;
  static std::vector<std::string> members;

  auto* init = app.add_subcommand("init", "make a new account in the folder, and print its id");
  init->add_option("--relay", relay, "tern://HOST:PORT/KEY, as the relay prints it")->required();
  init->callback([&] { chat::init(folder, relay); });

  auto* id = app.add_subcommand("id", "print this account's id: give it to others");
  id->callback([&] { chat::print_id(folder); });

  auto* naming = app.add_subcommand("name", "give somebody a name to be used for WHO");
  naming->add_option("WHO", who, "an id")->required();
  naming->add_option("NAME", name, "one word")->required();
  naming->callback([&] { chat::set_name(folder, who, name); });

  auto* group = app.add_subcommand("group", "make a group, and print its id to be used for WHO");
  group->add_option("TITLE", title)->required();
  group->add_option("WHO", members, "its members")->required();
  group->callback([&] { chat::make_group(folder, title, members); });
}

void add_sending(CLI::App& app, const Folder& folder) {
  static chat::SendOptions sending;
  static chat::RunOptions running;
  static std::string who;
  static std::int64_t wait_s = 10, idle_s = 0;

  auto* send = app.add_subcommand("send", "send a text, or each line of the standard input");
  send->add_option("WHO", sending.who)->required();
  send->add_option("TEXT", sending.text, "-, the default: every line of the standard input");
  send->add_option("--wait", wait_s, "seconds to wait for it to get out; 0: only queue (10)")
      ->check(CLI::Range(0, 86'400));
  send->add_option("--until", sending.until, "what to wait for: sent, delivered, read (sent)");
  send->callback([&] {
    sending.wait = std::chrono::seconds(wait_s);
    chat::send(folder, sending);
  });

  auto* screen = app.add_subcommand("chat", "talk: a live screen; Ctrl-D ends it");
  screen->add_option("WHO", who)->required();
  screen->callback([&] { chat::open_screen(folder, who); });

  auto* run = app.add_subcommand("run", "stay online and print what happens");
  run->add_option("--idle", idle_s, "end when nothing happened for so many seconds")
      ->check(CLI::Range(0, 86'400));
  run->callback([&] {
    running.idle = std::chrono::seconds(idle_s);
    chat::run(folder, running);
  });
}

void add_files(CLI::App& app, const Folder& folder) {
  static std::string who, file, type;
  static std::size_t number = 1;
  static std::int64_t wait_s = 10;
  const auto seconds = CLI::Range(0, 86'400);

  auto* send = app.add_subcommand("send-file", "send a file");
  send->add_option("WHO", who)->required();
  send->add_option("FILE", file)->required();
  send->add_option("--type", type, "its media type, e.g. application/pdf");
  send->add_option("--wait", wait_s, "seconds to wait for it to get out; 0: only queue (10)")
      ->check(seconds);
  send->callback([&] { chat::send_file(folder, who, file, type, std::chrono::seconds(wait_s)); });

  auto* fetch = app.add_subcommand("fetch", "bring a file that somebody sent");
  fetch->add_option("WHO", who)->required();
  fetch->add_option("N", number, "1: the newest file or voice message, 2: the one before …")
      ->check(CLI::Range(1, 1'000'000));
  fetch->add_option("--wait", wait_s, "seconds to wait for it (10)")->check(seconds);
  fetch->callback([&] { chat::fetch(folder, who, number, std::chrono::seconds(wait_s)); });

  auto* save = app.add_subcommand("save", "write a file, or a voice message's sound, decrypted");
  save->add_option("WHO", who)->required();
  save->add_option("N", number, "as fetch's")->required()->check(CLI::Range(1, 1'000'000));
  save->add_option("FILE", file)->required();
  save->callback([&] { chat::save(folder, who, number, file); });
}

void add_listing(CLI::App& app, const Folder& folder) {
  static std::string who, from;
  static bool json = false, texts = false;

  auto* log = app.add_subcommand("log", "print a chat");
  log->add_option("WHO", who)->required();
  auto* as_json = log->add_flag("--json", json, "a JSON object a line");
  log->add_flag("--texts", texts, "only the texts, as they were sent")->excludes(as_json);
  log->add_option("--from", from, "only what this WHO sent");
  log->callback([&] {
    const auto format = json    ? chat::LogFormat::json
                        : texts ? chat::LogFormat::texts
                                : chat::LogFormat::lines;
    chat::print_log(folder, who, format, from);
  });

  auto* chats = app.add_subcommand("chats", "list the chats, the latest first");
  chats->callback([&] { chat::list_chats(folder); });

  auto* pending = app.add_subcommand("pending", "list what has not gone out");
  pending->callback([&] { chat::list_pending(folder); });
}

}  // namespace

int main(int argc, char* argv[]) {
  std::setlocale(LC_CTYPE, "");
  std::ios::sync_with_stdio(false);
  CLI::App app("tern-chat: write to people, end-to-end encrypted");
  Folder folder = "tern-data";
  app.add_option("--folder", folder, "where this person lives (tern-data)")->envname("TERN_FOLDER");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "WHO: an id, a name given with `tern-chat name`, a number or a name of the address book\n"
      "(tern-contacts), or a group's id.\n"
      "tern-voice, with the same folder, records, sends and plays voice messages.");
  add_people(app, folder);
  add_sending(app, folder);
  add_files(app, folder);
  add_listing(app, folder);
  return chat::run_app(app, "tern-chat", argc, argv);
}
