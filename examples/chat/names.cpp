#include "chat/names.hpp"

#include <algorithm>
#include <fstream>

#include "chat/require.hpp"

namespace chat {
namespace {

constexpr std::size_t name_bytes_max = 32;

bool is_word(const std::string& name) {
  return !name.empty() && name.size() <= name_bytes_max &&
         std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

}  // namespace

Names Names::read(const std::filesystem::path& folder) {
  Names names;
  names.file_ = folder / "names";
  std::ifstream in(names.file_);
  for (std::string name, id; in >> name >> id;) names.ids_[name] = id;
  return names;
}

std::optional<std::string> Names::id_of(const std::string& name) const {
  const auto at = ids_.find(name);
  return at == ids_.end() ? std::nullopt : std::optional(at->second);
}

std::string Names::name_of(const tern::AccountId& account) const {
  const auto id = tern::to_base32(account);
  for (const auto& [name, named] : ids_)
    if (named == id) return name;
  const auto known = known_.find(id);
  return known == known_.end() ? id.substr(0, 8) : known->second;
}

void Names::know(const tern::AccountId& account, const std::string& name) {
  if (!name.empty()) known_.emplace(tern::to_base32(account), name);
}

void Names::set(const std::string& name, const std::string& id) {
  if (!is_word(name)) throw Failure("a name is one word of at most 32 bytes");
  ids_[name] = id;
  // Written beside and renamed: a full disk leaves the names as they were.
  const auto beside = std::filesystem::path(file_).concat(".new");
  std::ofstream out(beside);
  for (const auto& [each, its_id] : ids_) out << each << ' ' << its_id << '\n';
  if (!out.flush()) throw Failure("cannot write " + beside.string());
  out.close();
  std::filesystem::rename(beside, file_);
}

}  // namespace chat
