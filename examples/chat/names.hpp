// The names that this person gave to others: a text file, `NAME ID` a line.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tern/bytes.hpp>

namespace chat {

class Names {
 public:
  static Names read(const std::filesystem::path& folder);

  std::optional<std::string> id_of(const std::string& name) const;
  /// The name, or the first letters of the id.
  std::string name_of(const tern::AccountId& account) const;
  /// What the address book calls an account that has no name here.
  void know(const tern::AccountId& account, const std::string& name);
  /// Gives a name, for good. A name is one word of at most 32 bytes.
  void set(const std::string& name, const std::string& id);

 private:
  std::filesystem::path file_;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::string> known_;  // id -> name
};

}  // namespace chat
