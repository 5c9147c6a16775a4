// Whether what the people of a crash lab's run were promised is in their folders: each message once
// and at one place, alike for all.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tern::crash {

/// A message as a folder has it.
struct Entry {
  std::string id;
  std::string seq;
  std::string content;
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// What `crash-actor dump` says.
class Dump {
 public:
  explicit Dump(const std::vector<std::string>& lines);

  /// In the order of the history; empty without that chat.
  const std::vector<Entry>& chat(const std::string& where) const;
  bool says(const std::string& line) const;
  std::size_t clubs() const { return clubs_; }

 private:
  std::vector<std::string> lines_;
  std::map<std::string, std::vector<Entry>> chats_;
  std::size_t clubs_ = 0;
};

/// What the people's `kept` lines have promised, by name.
class Promises {
 public:
  void add(const std::string& name, const std::string& promise) { all_[name].push_back(promise); }
  /// The first that `dump` does not keep; empty when it keeps all.
  std::string broken_by(const std::string& name, const Dump& dump) const;

 private:
  std::map<std::string, std::vector<std::string>> all_;
};

/// The first thing that is wrong, in words; empty when all is well.
std::string verdict(const std::map<std::string, Dump>& dumps, const Promises& promises);

}  // namespace tern::crash
