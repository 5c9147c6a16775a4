// The live screen: history above, a status line, input below.
#pragma once

#include "chat/line_editor.hpp"
#include "chat/person.hpp"
#include "chat/terminal.hpp"

namespace chat {

class ChatScreen {
 public:
  ChatScreen(Person& person, tern::Chat chat);
  /// Until Ctrl-D, Ctrl-C, /quit or a signal.
  void run(const Wake& wake, Terminal& terminal);

 private:
  /// Takes the client's events; reads the history again when one was about this chat.
  void take_events();
  void load();
  void press(const KeyPress& press);
  void submit(const std::string& line);
  void command(const std::string& name);
  void cancel_newest();
  void scroll(int rows);
  void draw(Terminal& terminal);
  std::vector<std::string> history_rows(int rows, int columns);
  std::string status(int columns) const;

  Person& person_;
  tern::Chat chat_;
  tern::ChatInfo info_;
  std::vector<tern::Message> messages_;
  std::size_t wanted_ = 200;  ///< how many of the newest messages are loaded
  LineEditor editor_;
  std::string hint_;  ///< in the status line, until the next key
  int scrolled_ = 0;  ///< rows up from the newest
  int page_ = 10;     ///< rows that a page key moves
  bool done_ = false;
};

}  // namespace chat
