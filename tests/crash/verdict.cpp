#include "crash/verdict.hpp"

#include <algorithm>
#include <sstream>

#include "crash/script.hpp"

namespace tern::crash {

namespace {

std::string rest_of(std::istringstream& in) {
  std::string out;
  std::getline(in >> std::ws, out);
  return out;
}

std::string text(const std::string& name, const std::string& where, int number) {
  return name + " " + where + " " + std::to_string(number);
}

// A recording that was cut off while it ended has a packet of the encoder's own behind it.
bool is_whole_voice(const std::string& content) {
  constexpr std::uint64_t packet_samples = 960;
  if (!content.starts_with("voice ")) return false;
  const auto samples = std::stoull(content.substr(6));
  return samples >= voice_samples && samples < voice_samples + packet_samples;
}

std::string voice_and_film(const std::vector<Entry>& pair) {
  const auto with = [&](const std::string& start) {
    return std::ranges::count_if(
        pair, [&](const Entry& entry) { return entry.content.starts_with(start); });
  };
  if (with("voice ") != 1) return "not one voice message";
  if (std::ranges::none_of(pair, [](const Entry& entry) { return is_whole_voice(entry.content); }))
    return "the voice message is of another length";
  if (with("film film") != 1) return "not one film";
  return {};
}

/// One person's texts, each once and in the order of their numbers.
std::string texts_of(const std::string& name, const std::string& where, int count,
                     const std::vector<Entry>& chat) {
  std::vector<std::string> wanted, found;
  for (int i = 0; i < count; ++i) wanted.push_back(text(name, where, i));
  for (const auto& entry : chat)
    if (entry.content.starts_with(name + " " + where)) found.push_back(entry.content);
  return found == wanted ? "" : "the texts of " + name + " in the " + where + " are others";
}

bool ends_with(const std::vector<Entry>& all, const std::vector<Entry>& end) {
  return end.size() <= all.size() && std::equal(end.rbegin(), end.rend(), all.rbegin());
}

std::string compare_chats(const Dump& anna, const Dump& bo, const Dump& cas) {
  if (anna.chat("pair") != bo.chat("pair")) return "the pair have two histories";
  if (anna.chat("club") != bo.chat("club")) return "the club has two histories";
  // Who comes later sees what comes later: this text, at any rate, was written after.
  const bool sees = std::ranges::any_of(cas.chat("club"), [](const Entry& entry) {
    return entry.content == text("anna", "club", 2);
  });
  return sees && ends_with(anna.chat("club"), cas.chat("club")) ? "" : "cas has another club";
}

std::string first_of(std::initializer_list<std::string> findings) {
  for (const auto& finding : findings)
    if (!finding.empty()) return finding;
  return {};
}

}  // namespace

Dump::Dump(const std::vector<std::string>& lines) : lines_(lines) {
  for (const auto& line : lines) {
    std::istringstream in(line);
    std::string word, where;
    in >> word >> where;
    if (word == "chat" && where == club_title) ++clubs_;
    if (word != "message") continue;
    Entry entry;
    in >> entry.id >> entry.seq;
    entry.content = rest_of(in);
    chats_[where].push_back(entry);
  }
}

const std::vector<Entry>& Dump::chat(const std::string& where) const {
  static const std::vector<Entry> none;
  const auto at = chats_.find(where);
  return at == chats_.end() ? none : at->second;
}

bool Dump::says(const std::string& line) const { return std::ranges::count(lines_, line) > 0; }

namespace {

const Entry* find(const Dump& dump, const std::string& id) {
  for (const auto& where : {"pair", "club"})
    for (const auto& entry : dump.chat(where))
      if (entry.id == id) return &entry;
  return nullptr;
}

bool keeps(const Dump& dump, const std::string& promise) {
  std::istringstream in(promise);
  std::string word, where, id, seq;
  in >> word;
  if (word == "message") {
    in >> where >> id;
    const auto* const entry = find(dump, id);
    return entry && entry->content.starts_with(rest_of(in));
  }
  if (word == "draft") {
    in >> id;
    const auto* const entry = find(dump, id);
    return entry && entry->content.starts_with("voice ");
  }
  if (word == "sent") {
    in >> id >> seq;
    const auto* const entry = find(dump, id);
    return !entry || entry->seq == seq;  // notices are not dumped
  }
  if (word == "club") return dump.clubs() == 1;
  if (word == "member") return true;  // all have the same members, and there are three
  return dump.says(promise);
}

}  // namespace

std::string Promises::broken_by(const std::string& name, const Dump& dump) const {
  const auto at = all_.find(name);
  if (at == all_.end()) return name + " was promised nothing";
  for (const auto& promise : at->second)
    if (!keeps(dump, promise)) return name + " was promised, and has not: " + promise;
  return {};
}

std::string verdict(const std::map<std::string, Dump>& dumps, const Promises& promises) {
  const auto& anna = dumps.at("anna");
  const auto& bo = dumps.at("bo");
  const auto& cas = dumps.at("cas");
  for (const auto& [name, dump] : dumps) {
    if (auto broken = promises.broken_by(name, dump); !broken.empty()) return broken;
    if (!dump.says("pending 0")) return name + "'s outbox is not empty";
    if (dump.clubs() != 1) return name + " has no club, or two";
  }
  return first_of(
      {compare_chats(anna, bo, cas), voice_and_film(anna.chat("pair")),
       texts_of("anna", "pair", 3, anna.chat("pair")), texts_of("bo", "pair", 3, anna.chat("pair")),
       texts_of("anna", "club", 3, anna.chat("club")), texts_of("bo", "club", 2, anna.chat("club")),
       texts_of("cas", "club", 1, anna.chat("club")),
       texts_of("cas", "club", 1, cas.chat("club"))});
}

}  // namespace tern::crash
