// What tern-contacts can do, one function a command. Each throws chat::Failure.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace contacts {

using Folder = std::filesystem::path;

/// Has the relay send a code to this number, as a person writes it.
void register_number(const Folder& folder, const std::string& number, const std::string& region);
void confirm(const Folder& folder, const std::string& code, const std::string& pin);
void set_pin(const Folder& folder, const std::string& pin);
void delete_account(const Folder& folder);

struct ImportOptions {
  std::string file;    ///< .vcf or .csv; -: vCards from the standard input
  std::string region;  ///< of numbers without a country code
  bool replace = false;
  std::chrono::seconds wait{60};
};
void import(const Folder& folder, const ImportOptions& options);
void list(const Folder& folder, bool json);
/// Stays online and tells who joins, leaves or has a new key.
void watch(const Folder& folder, std::chrono::seconds idle);

/// `who`: a number or a name of the address book.
void remove(const Folder& folder, const std::string& who);
void block(const Folder& folder, const std::string& who, bool blocked);
void accept(const Folder& folder, const std::string& who);
void safety(const Folder& folder, const std::string& who);

}  // namespace contacts
