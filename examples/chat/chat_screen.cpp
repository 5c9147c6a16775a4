#include "chat/chat_screen.hpp"

#include <algorithm>

#include "chat/commands.hpp"
#include "chat/message_line.hpp"
#include "chat/require.hpp"
#include "chat/visible.hpp"

namespace chat {
namespace {

std::string connection_text(tern::Connection connection) {
  switch (connection) {
    case tern::Connection::offline:
      return "offline";
    case tern::Connection::connecting:
      return "connecting";
    case tern::Connection::online:
      return "online";
  }
  return "";
}

/// The text cut to `columns`, on one line.
std::string fitted(const std::string& text, int columns) {
  return wrapped(visible(text), columns).front();
}

constexpr auto help =
    "Ctrl-D leaves, PgUp/PgDn scroll; /cancel /members /quit; //x sends /x; tern-voice speaks";

}  // namespace

ChatScreen::ChatScreen(Person& person, tern::Chat chat) : person_(person), chat_(std::move(chat)) {
  load();
}

void ChatScreen::run(const Wake& wake, Terminal& terminal) {
  while (!done_ && !Wake::stopped()) {
    take_events();
    draw(terminal);
    for (const auto& key : terminal.wait(wake)) press(key);
  }
}

void ChatScreen::take_events() {
  bool changed = false;
  while (auto event = person_.client.poll_event()) {
    if (auto* problem = std::get_if<tern::Problem>(&*event)) hint_ = problem->message;
    changed = true;
  }
  if (changed) load();
}

void ChatScreen::load() {
  info_ = require(chat_.info());
  messages_ = require(chat_.history(wanted_));
  if (info_.unread > 0) require(chat_.mark_read());
}

void ChatScreen::press(const KeyPress& press) {
  hint_.clear();
  switch (press.key) {
    case Key::text:
      editor_.insert(press.text);
      break;
    case Key::enter:
      submit(editor_.take());
      break;
    case Key::backspace:
      editor_.backspace();
      break;
    case Key::erase:
      editor_.erase();
      break;
    case Key::left:
      editor_.left();
      break;
    case Key::right:
      editor_.right();
      break;
    case Key::home:
      editor_.home();
      break;
    case Key::end:
      editor_.end();
      break;
    case Key::erase_line:
      editor_.take();
      break;
    case Key::erase_word:
      editor_.erase_word();
      break;
    case Key::page_up:
      scroll(page_);
      break;
    case Key::page_down:
      scroll(-page_);
      break;
    case Key::redraw:
      break;
    case Key::end_of_input:
      done_ = editor_.text().empty();
      break;
    case Key::interrupt:
      done_ = true;
      break;
  }
}

void ChatScreen::submit(const std::string& line) {
  scrolled_ = 0;
  if (line.empty()) return;
  if (line[0] == '/' && !line.starts_with("//")) return command(line);
  if (auto sent = chat_.send_text(line.starts_with("//") ? line.substr(1) : line); !sent) {
    hint_ = sent.error().message();
    editor_.insert(line);  // nothing that was typed is lost
  }
  load();
}

void ChatScreen::command(const std::string& name) {
  if (name == "/quit") {
    done_ = true;
  } else if (name == "/cancel") {
    cancel_newest();
  } else if (name == "/members") {
    for (const auto& member : info_.members) hint_ += person_.names.name_of(member) + "  ";
  } else {
    hint_ = help;
  }
}

void ChatScreen::cancel_newest() {
  const auto waits = [](const tern::Message& message) {
    return message.mine && message.state == tern::MessageState::queued;
  };
  const auto newest = std::find_if(messages_.rbegin(), messages_.rend(), waits);
  if (newest == messages_.rend()) {
    hint_ = "nothing waits to be sent";
    return;
  }
  const auto result = chat_.cancel(newest->id);
  hint_ = result ? "taken back" : result.error().message();
  load();
}

void ChatScreen::scroll(int rows) {
  scrolled_ = std::max(0, scrolled_ + rows);
  if (rows <= 0 || messages_.size() < wanted_) return;
  wanted_ += wanted_ / 2;
  load();
}

std::vector<std::string> ChatScreen::history_rows(int rows, int columns) {
  std::vector<std::string> all;
  for (const auto& message : messages_)
    for (auto& row : wrapped(message_line(message, person_.names), columns))
      all.push_back(std::move(row));
  const int count = static_cast<int>(all.size());
  scrolled_ = std::min(scrolled_, std::max(0, count - rows));
  const auto end = all.end() - scrolled_;
  const auto begin = end - std::min(rows, count - scrolled_);
  std::vector<std::string> out(begin, end);
  out.resize(static_cast<std::size_t>(rows));  // the rest of a short history stays empty
  return out;
}

std::string ChatScreen::status(int columns) const {
  std::string text = info_.one_to_one ? person_.names.name_of(info_.peer) : info_.title;
  text += " | " + connection_text(person_.client.connection());
  if (info_.queued > 0) text += " | " + std::to_string(info_.queued) + " waiting";
  if (scrolled_ > 0) text += " | scrolled";
  text += " | " + (hint_.empty() ? "/help" : hint_);
  return "\x1b[7m" + fitted(text, columns);
}

void ChatScreen::draw(Terminal& terminal) {
  const auto size = terminal.size();
  page_ = std::max(1, size.rows - 3);
  auto rows = history_rows(std::max(0, size.rows - 2), size.columns);
  if (size.rows >= 2) rows.push_back(status(size.columns));
  const auto input = editor_.view(std::max(1, size.columns - 3));
  rows.push_back("> " + input.text);
  terminal.draw(rows, 2 + input.cursor_column);
}

void open_screen(const std::filesystem::path& folder, const std::string& who) {
  Wake wake;  // first, to outlive the client, whose thread wakes it
  auto person = open_person(folder, Network::on);
  person.client.on_event([] { Wake::wake(); });
  Terminal terminal;
  ChatScreen(person, chat_to(person, who)).run(wake, terminal);
}

}  // namespace chat
