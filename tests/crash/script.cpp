#include "crash/script.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "base/try.hpp"
#include "support/read_file.hpp"

namespace tern::crash {

namespace {

constexpr std::size_t push_samples = 4'800;

/// In one step, or a reader sees half of it.
void write_whole(const std::filesystem::path& path, const std::string& content) {
  const auto beside = path.string() + ".new";
  std::ofstream(beside, std::ios::binary) << content;
  std::filesystem::rename(beside, path);
}

/// The newest code that the relay has sent to this number; empty without one.
std::string code_for(const std::filesystem::path& stage, const std::string& number) {
  std::istringstream codes(test::read_file(stage / "codes"));
  std::string to, code, out;
  while (codes >> to >> code)
    if (to == number) out = code;
  return out;
}

void keep(const std::string& what) { std::cout << "kept " << what << std::endl; }

const std::string* text_in(const Message& message) {
  const auto* const text = std::get_if<Text>(&message.body);
  return text ? &text->text : nullptr;
}

bool has_text(const std::vector<Message>& history, const std::string& wanted) {
  return std::ranges::any_of(history, [&](const Message& message) {
    const auto* const text = text_in(message);
    return text && *text == wanted;
  });
}

template <class Kind>
const Message* first_of(const std::vector<Message>& history) {
  const auto at = std::ranges::find_if(
      history, [](const Message& message) { return std::holds_alternative<Kind>(message.body); });
  return at == history.end() ? nullptr : &*at;
}

std::string line_of(const std::string& name, const std::string& where, int number) {
  return name + " " + where + " " + std::to_string(number);
}

}  // namespace

std::string number_of(const std::string& name) {
  for (const auto& [person, number] : people)
    if (person == name) return number;
  return {};
}

Script::Script(Client& client, std::string name, std::filesystem::path stage)
    : client_(client), name_(std::move(name)), stage_(std::move(stage)) {
  acts_ = {[this] { return confirm_number(); }, [this] { return wait_for_all(); },
           [this] { return find_the_others(); }};
  if (name_ == "anna") cast_anna();
  if (name_ == "bo") cast_bo();
  if (name_ == "cas") cast_cas();
}

void Script::cast_anna() {
  acts_.insert(
      acts_.end(),
      {[this] { return say("pair", 3); }, [this] { return make_club(); },
       [this] { return seat("bo"); }, [this] { return say("club", 2); }, [this] { return speak(); },
       [this] { return seat("cas"); }, [this] { return say("club", 3); },
       [this] { return send_film(); }, [this] { return hear("pair", "bo", 3); },
       [this] { return hear("club", "bo", 2); }, [this] { return hear("club", "cas", 1); },
       [this] { return read_all(); }, [this] { return be_delivered(); }});
}

void Script::cast_bo() {
  acts_.insert(acts_.end(), {[this] { return say("pair", 3); }, [this] { return say("club", 2); },
                             [this] { return hear_voice(); }, [this] { return save_film(); },
                             [this] { return hear("pair", "anna", 3); },
                             [this] { return hear("club", "anna", 3); },
                             [this] { return hear("club", "cas", 1); },
                             [this] { return read_all(); }, [this] { return be_delivered(); }});
}

void Script::cast_cas() {
  acts_.insert(acts_.end(), {[this] { return say("club", 1); }, [this] { return read_all(); }});
}

Result<void> Script::go_on() {
  while (!done()) {
    TERN_ASSIGN(const auto act, acts_[next_]());
    if (act == Act::waits) break;
    ++next_;
  }
  return {};
}

void Script::heard(const Event& event) {
  const auto* const changed = std::get_if<MessageChanged>(&event);
  if (!changed || changed->state < MessageState::sent || changed->state > MessageState::read)
    return;
  const auto chat = client_.chat(changed->chat);
  if (!chat) return;
  if (const auto message = chat->message(changed->id))
    keep("sent " + changed->id.hex() + " " + std::to_string(message->seq));
}

// ---- a number, and the others' ---------------------------------------------------------------

Result<Script::Act> Script::confirm_number() {
  if (!client_.number().empty()) {
    keep("number " + client_.number());
    keep("account " + client_.account_id().hex());
    return Act::done;
  }
  if (asked_) {
    const auto answer = asked_->poll();
    if (!answer) return Act::waits;
    heed(*answer);
  }
  if (std::chrono::steady_clock::now() >= ask_again_at_)
    asked_ = code_sent_ ? tell_the_code() : ask_for_code();
  return Act::waits;
}

// Whoever is told to wait, waits, and tells the same code then: with one request for each answer,
// three who ask for a code anew whenever they were too fast would be too fast for ever.
void Script::heed(const Result<void>& answer) {
  asked_.reset();
  if (answer) {
    code_sent_ = true;
    return;
  }
  ask_again_at_ = std::chrono::steady_clock::now() + answer.error().retry_after();
  if (answer.error() != Errc::rate_limited) code_sent_ = false;
}

std::optional<Pending<void>> Script::ask_for_code() {
  return client_.register_number(number_of(name_));
}

std::optional<Pending<void>> Script::tell_the_code() {
  const auto code = code_for(stage_, number_of(name_));
  if (code.empty()) return std::nullopt;
  return client_.confirm(code);
}

Result<Script::Act> Script::wait_for_all() {
  write_whole(stage_ / (name_ + ".ready"), "ready");
  for (const auto& person : people)
    if (!std::filesystem::exists(stage_ / (person.first + ".ready"))) return Act::waits;
  return Act::done;
}

Result<Script::Act> Script::find_the_others() {
  bool all = true;
  for (const auto& [person, number] : people) {
    const auto contact = client_.contacts().find(number);
    all = all && contact && contact->state == ContactState::member;
  }
  if (all) {
    for (const auto& [person, number] : people)
      keep("contact " + number + " " + client_.contacts().find(number)->account->hex());
    return Act::done;
  }
  if (syncing_ && !syncing_->poll()) return Act::waits;
  std::vector<AddressBookEntry> book;
  for (const auto& [person, number] : people) book.push_back({person, number});
  syncing_ = client_.contacts().sync(book, {});
  return Act::waits;
}

// ---- chats -----------------------------------------------------------------------------------

// The pair is anna's and bo's; the club is there when its title is.
Result<std::optional<Chat>> Script::chat_named(const std::string& where) {
  if (where == "pair") {
    TERN_ASSIGN(const auto other,
                client_.contacts().find(number_of(name_ == "anna" ? "bo" : "anna")));
    TERN_ASSIGN(auto chat, client_.chat_with(*other.account));
    return std::optional(std::move(chat));
  }
  TERN_ASSIGN(const auto chats, client_.chats());
  for (const auto& info : chats) {
    if (info.one_to_one || info.title != club_title) continue;
    TERN_ASSIGN(auto chat, client_.chat(info.id));
    return std::optional(std::move(chat));
  }
  return std::optional<Chat>();
}

Result<std::vector<Message>> Script::history_of(const std::string& where) {
  TERN_ASSIGN(const auto chat, chat_named(where));
  if (!chat) return std::vector<Message>();
  return chat->history(1'000);
}

Result<Script::Act> Script::say(const std::string& where, int count) {
  TERN_ASSIGN(auto chat, chat_named(where));
  if (!chat) return Act::waits;
  TERN_ASSIGN(const auto history, history_of(where));
  for (int i = 0; i < count; ++i) {
    const auto text = line_of(name_, where, i);
    if (has_text(history, text)) continue;
    TERN_ASSIGN(const auto id, chat->send_text(text));
    keep("message " + where + " " + id.hex() + " " + text);
  }
  return Act::done;
}

Result<Script::Act> Script::hear(const std::string& where, const std::string& name, int count) {
  TERN_ASSIGN(const auto history, history_of(where));
  for (int i = 0; i < count; ++i)
    if (!has_text(history, line_of(name, where, i))) return Act::waits;
  return Act::done;
}

Result<Script::Act> Script::make_club() {
  TERN_ASSIGN(const auto there, chat_named(club_title));
  if (there) return Act::done;
  TERN_ASSIGN(const auto bo, client_.contacts().find(number_of("bo")));
  const std::vector<AccountId> members{*bo.account};
  TERN_TRY(client_.create_group(club_title, members));
  keep("club");
  return Act::done;
}

// As an app does: whoever had no KeyPackage yet when the group was made is asked for again.
Result<Script::Act> Script::seat(const std::string& name) {
  TERN_ASSIGN(auto club, chat_named(club_title));
  TERN_ASSIGN(const auto info, club->info());
  TERN_ASSIGN(const auto person, client_.contacts().find(number_of(name)));
  if (std::ranges::count(info.members, *person.account) != 0) {
    keep("member " + name);
    return Act::done;
  }
  if (asked_ && !asked_->poll()) return Act::waits;
  const std::vector<AccountId> members{*person.account};
  asked_ = club->add(members);
  return Act::waits;
}

// ---- a voice and a film ----------------------------------------------------------------------

Result<Script::Act> Script::speak() {
  TERN_ASSIGN(const auto history, history_of("pair"));
  if (const auto* const spoken = first_of<Voice>(history)) {
    keep("message pair " + spoken->id.hex() + " voice");
    return Act::done;
  }
  TERN_ASSIGN(const auto drafts, client_.drafts());
  if (!drafts.empty() && drafts[0].clip) {
    keep("draft " + drafts[0].id.hex());
    TERN_TRY(client_.send_draft(drafts[0].id));
    return speak();
  }
  const VoiceSettings settings;  // pushed at 48 kHz, so that the length comes out exactly
  if (!drafts.empty()) {
    auto resumed = client_.resume_draft(drafts[0].id, settings, OnFinish::keep);
    if (resumed)
      TERN_TRY(record(std::move(*resumed)));
    else if (resumed.error() == Errc::truncated || resumed.error() == Errc::voice_empty)
      TERN_TRY(client_.discard_draft(drafts[0].id));  // cut off before its first page
    else
      return std::move(resumed).error();
    return speak();
  }
  TERN_ASSIGN(auto chat, chat_named("pair"));
  TERN_ASSIGN(auto recording, chat->record_voice(settings, OnFinish::keep));
  TERN_TRY(record(std::move(recording)));
  return speak();
}

// A tone, from where the recording has got to.
Result<void> Script::record(VoiceRecording recording) {
  auto& recorder = recording.recorder;
  while (recorder.samples() < voice_samples) {
    const auto from = recorder.samples();
    const auto left = voice_samples - recorder.samples();
    std::vector<float> pcm(std::min<std::size_t>(push_samples, left));
    for (std::size_t i = 0; i < pcm.size(); ++i)
      pcm[i] = 0.3F * std::sin(static_cast<float>(from + i) * 0.06F);
    TERN_TRY(recorder.push(std::span<const float>(pcm)));
  }
  TERN_TRY(recorder.finish());
  return {};
}

Result<Script::Act> Script::hear_voice() {
  TERN_ASSIGN(const auto history, history_of("pair"));
  return first_of<Voice>(history) ? Act::done : Act::waits;
}

Result<Script::Act> Script::send_film() {
  TERN_ASSIGN(const auto history, history_of("pair"));
  const auto* const sent = first_of<File>(history);
  if (sent) {
    keep("message pair " + sent->id.hex() + " film");
    const auto state = std::get<File>(sent->body).media.state;
    return state == Media::State::here ? Act::done : Act::waits;
  }
  TERN_ASSIGN(auto chat, chat_named("pair"));
  TERN_TRY(chat->send_file({.path = stage_ / "film", .name = {}, .type = {}, .picture = {}}));
  return send_film();
}

Result<Script::Act> Script::save_film() {
  TERN_ASSIGN(const auto history, history_of("pair"));
  const auto* const sent = first_of<File>(history);
  if (!sent) return Act::waits;
  TERN_ASSIGN(auto chat, chat_named("pair"));
  const auto& media = std::get<File>(sent->body).media;
  if (media.state == Media::State::elsewhere || media.state == Media::State::failed)
    TERN_TRY(chat->fetch(*sent));
  if (media.state != Media::State::here) return Act::waits;
  const auto copy = stage_ / (name_ + ".film");
  TERN_TRY(chat->save(*sent, copy));
  if (test::read_file(copy) != test::read_file(stage_ / "film"))
    return Error(Errc::internal, "the film is another");
  return Act::done;
}

// ---- the end ---------------------------------------------------------------------------------

Result<Script::Act> Script::read_all() {
  TERN_ASSIGN(const auto chats, client_.chats());
  for (const auto& info : chats) {
    TERN_ASSIGN(auto chat, client_.chat(info.id));
    TERN_TRY(chat.mark_read());
  }
  return Act::done;
}

// Receipts are kept too: what was sent in the pair gets read in the end.
Result<Script::Act> Script::be_delivered() {
  TERN_ASSIGN(const auto history, history_of("pair"));
  for (const auto& message : history) {
    const bool own = message.mine && !std::holds_alternative<Notice>(message.body);
    if (own && message.state != MessageState::read) return Act::waits;
  }
  return Act::done;
}

}  // namespace tern::crash
