#include "sim/worlds/verdict.hpp"

#include <algorithm>
#include <set>

#include "crypto/hash.hpp"
#include "sim/sound.hpp"

namespace tern::sim {
namespace {

/// One room as one person has it in the end.
struct View {
  const Person* person = nullptr;
  ChatInfo info;
  std::map<MessageId, Message> messages;
  std::vector<const Message*> order;
  bool gap = false;        ///< told that something is missing
  bool came_back = false;  ///< it was added again, and others said again what it had missed
  /// How many messages this person has from before they saw somebody come in, the last time.
  std::map<AccountId, std::size_t> before_who_came{};
  const std::string& name() const { return person->device->name(); }
};

/// Nobody lies, and nobody loses what the disk had.
bool nothing_is_lost(const Stage& stage) {
  const auto& faults = stage.plan.faults;
  const auto strikes = [&](Fault fault) {
    return std::find(faults.begin(), faults.end(), fault) != faults.end();
  };
  return stage.plan.liar == Liar::nobody && !strikes(Fault::device_restored) &&
         !strikes(Fault::relay_restored) && !strikes(Fault::absence);
}

class RoomVerdict {
 public:
  RoomVerdict(Stage& stage, const Room& room) : stage_(stage), room_(room) {
    for (std::size_t life = 0; life < stage.logs.lives(); ++life)
      stays_.push_back(stage.logs.stays(room.id, life));
  }

  std::string wrong() {
    for (const auto& person : stage_.people) {
      if (person.lies) continue;
      if (auto wrong = look(person); !wrong.empty()) return wrong;
    }
    if (auto wrong = of_the_uninvited(); !wrong.empty()) return wrong;
    for (auto& view : views_)
      if (auto wrong = of_view(view); !wrong.empty()) return view.name() + " " + wrong;
    return of_promises();
  }

 private:
  std::string look(const Person& person);
  std::string of_the_uninvited() const;
  std::string of_view(const View& view);
  std::string of_message(const View& view, const Message& message);
  std::string of_place(const View& view, const Message& message);
  std::string of_membership(const View& view);
  std::string of_promises();
  std::string of_promise(const MessageId& id, const Promise& promise);
  std::string of_sound(const View& view, const Message& message, const Promise& promise);
  bool may_miss(const View& view, const Promise& promise) const;
  bool is_victim(const View& view) const {
    return std::any_of(stage_.forks.begin(), stage_.forks.end(), [&](const Stage::Fork& fork) {
      return fork.chat == room_.id && fork.victim == view.person->device;
    });
  }
  const View* view_of(const Device& device) const {
    for (const auto& view : views_)
      if (view.person->device == &device) return &view;
    return nullptr;
  }
  using Place = ShownLogs::Place;
  std::vector<Place> places_of(const MessageId& id) const {
    return stage_.logs.places_of(room_.id, EntryId{id.bytes});
  }
  const std::vector<ShownLogs::Stay>& stays_of(const View& view, std::size_t life) const {
    static const std::vector<ShownLogs::Stay> none;
    const auto found = stays_[life].find(view.person->device->id());
    return found == stays_[life].end() ? none : found->second;
  }
  const std::vector<ShownLogs::Stay>& stays_of(const View& view) const {
    return stays_of(view, stays_.size() - 1);
  }
  bool covers(const View& view, const Place& place) const {
    const auto& stays = stays_of(view, place.life);
    return std::any_of(stays.begin(), stays.end(),
                       [&](const ShownLogs::Stay& stay) { return stay.covers(place.seq); });
  }
  // By what its author followed when it was written there, too, though another history counts.
  bool may_read(const View& view, const std::vector<Place>& places) const {
    return std::any_of(places.begin(), places.end(), [&](const Place& place) {
      const auto then = stage_.logs.stays_before_hole(room_.id, place.life);
      const auto found = then.find(view.person->device->id());
      return covers(view, place) ||
             (found != then.end() &&
              std::any_of(found->second.begin(), found->second.end(),
                          [&](const ShownLogs::Stay& stay) { return stay.covers(place.seq); }));
    });
  }
  // Of what the relay has lost and told again, whoever was in each time, and is in what came of it.
  bool has_to_read(const View& view, const std::vector<Place>& places) const {
    return std::all_of(places.begin(), places.end(), [&](const Place& place) {
      return covers(view, place) && covers(view, {stays_.size() - 1, place.seq});
    });
  }
  bool came_before(const View& view, std::uint64_t seq) const {
    const auto& stays = stays_of(view);
    return !stays.empty() && stays.front().joined < seq;
  }
  // Put back to before it was first in the chat, or the relay has lost that, and let in once more
  // since.
  bool knows_last_stay_only(const View& view) const {
    const auto& stays = stays_of(view);
    const bool lost = stage_.promises.was_restored(*view.person->device) || stage_.logs.lives() > 1;
    return lost && stays.size() > 1 &&
           std::all_of(view.order.begin(), view.order.end(), [&](const Message* message) {
             return message->seq == 0 || message->seq > stays.back().joined;
           });
  }
  bool is_in(const View& view) const {
    const auto& stays = stays_of(view);
    return !stays.empty() && stays.back().struck == UINT64_MAX;
  }
  /// At the end of a life of the relay's that was lost.
  bool was_out_before(const View& view) const {
    for (std::size_t life = 0; life + 1 < stays_.size(); ++life) {
      const auto& stays = stays_of(view, life);
      if (!stays.empty() && stays.back().struck != UINT64_MAX) return true;
    }
    return false;
  }
  bool may_be_absent() const {
    const auto& faults = stage_.plan.faults;
    return std::find(faults.begin(), faults.end(), Fault::absence) != faults.end();
  }
  bool has_left(const View& view) const {
    return stage_.left.contains({view.person->device, room_.id});
  }
  bool left_after(const View& view, const Promise& promise) const {
    const auto left = stage_.left.find({view.person->device, room_.id});
    return left != stage_.left.end() && left->second >= promise.made_ms;
  }
  // In what the relay has lost they may have been in before, which the author has lost too.
  static bool came_in_later(const View& view, const View& author, const MessageId& id) {
    const auto before = author.before_who_came.find(view.person->device->account());
    if (before == author.before_who_came.end()) return false;
    const auto end = author.order.begin() + static_cast<std::ptrdiff_t>(before->second);
    return std::any_of(author.order.begin(), end,
                       [&](const Message* message) { return message->id == id; });
  }
  // Nobody is left who can follow the group. By itself it is begun anew only when all others ask:
  // otherwise an admin has to want it, and those here never do.
  bool is_dead(const View& view) const {
    return !nothing_is_lost(stage_) && !room_.pair &&
           std::none_of(views_.begin(), views_.end(), [&](const View& other) {
             const bool in = !list_is_true() || is_in(other);
             return &other != &view && in && other.info.state == ChatState::active &&
                    !has_left(other) &&
                    Stage::believes(*view.person->device, *other.person->device, room_.id);
           });
  }
  // It has asked to be let out, and nobody is there to do it, or to hear what it wrote behind that.
  bool leaves_in_vain(const View& view) const {
    return has_left(view) && view.info.state == ChatState::active && is_dead(view);
  }
  // The last to go are taken out by nobody.
  bool nobody_stays() const {
    return std::none_of(views_.begin(), views_.end(), [this](const View& view) {
      return is_in(view) && view.info.state != ChatState::left;
    });
  }
  // A member may lie about who is in: then the relay's list says nothing.
  bool list_is_true() const { return stage_.plan.liar != Liar::member; }

  Stage& stage_;
  const Room& room_;
  std::vector<ShownLogs::Stays> stays_;  ///< by the relay's life
  std::vector<View> views_;
  std::vector<View> uninvited_;  ///< in the chat, and do not know of it
};

std::string RoomVerdict::look(const Person& person) {
  auto& device = *person.device;
  const auto info = device.engine().chat_info(room_.id);
  View view;
  view.person = &person;
  if (!info) {
    if (list_is_true() && is_in(view)) uninvited_.push_back(view);
    return {};
  }
  view.info = *info;
  for (auto& message : device.history(room_.id)) {
    if (const auto* notice = std::get_if<Notice>(&message.body)) {
      view.gap = view.gap || notice->what == Notice::What::gap;
      if (notice->what == Notice::What::member_added)
        view.before_who_came[notice->who] = view.order.size();
      view.came_back = view.came_back ||
                       (notice->what == Notice::What::rejoined && notice->who == device.account());
      continue;
    }
    const auto id = message.id;
    const auto [place, first] = view.messages.emplace(id, std::move(message));
    if (!first) return name_of(person) + " has a message twice";
    view.order.push_back(&place->second);
  }
  views_.push_back(std::move(view));
  return {};
}

// What the relay has lost of an invitation only somebody can say again who stays in the group.
std::string RoomVerdict::of_the_uninvited() const {
  for (const auto& view : uninvited_)
    if (stays_.size() == 1 || !is_dead(view)) return view.name() + " does not know of the chat";
  return {};
}

std::string quoted(const Message& message) {
  if (const auto* text = std::get_if<Text>(&message.body)) return "\"" + text->text + "\"";
  return "the recording " + to_hex(message.id).substr(0, 6);
}

std::string RoomVerdict::of_message(const View& view, const Message& message) {
  const auto* const promise = stage_.promises.find(message.id);
  const auto* const text = std::get_if<Text>(&message.body);
  if (!promise) {
    // The liar may say anything, and a process may die between its promise and its saying so.
    const bool liars =
        std::any_of(stage_.people.begin(), stage_.people.end(), [&](const Person& person) {
          return person.lies && person.device->account() == message.sender;
        });
    if (liars || !text || stage_.promises.is_unsure(text->text)) return {};
    return "has " + quoted(message) + ", which nobody sent";
  }
  if (promise->chat != room_.id) return "has " + quoted(message) + " of another chat";
  if (promise->author->account() != message.sender)
    return "has " + quoted(message) + " from somebody who did not send it";
  if (text && text->text != promise->text) return "has another text for \"" + promise->text + "\"";
  // An old copy of the author's folder does not know that it had been sent.
  const bool knew = !stage_.promises.was_restored(*promise->author);
  if (promise->taken_back && knew && message.state != MessageState::cancelled)
    return "has " + quoted(message) + ", which was taken back";
  if (text) return {};
  return of_sound(view, message, *promise);
}

std::string RoomVerdict::of_sound(const View& view, const Message& message,
                                  const Promise& promise) {
  const auto* const voice = std::get_if<Voice>(&message.body);
  if (!voice) return "has " + quoted(message) + " as something else";
  if (message.seq == 0) return {};
  auto& device = *view.person->device;
  // Its blob lives as long as the relay keeps it, and is fetched anew by who was restored.
  const bool may_be_gone =
      stage_.promises.was_restored(device) || stage_.promises.was_restored(*promise.author) ||
      std::count(stage_.plan.faults.begin(), stage_.plan.faults.end(), Fault::absence) > 0;
  if (voice->media.state != Media::State::here)
    return may_be_gone || !is_in(view) ? "" : "does not get " + quoted(message);
  if (content_at(device, room_.id, message.id) != promise.sound)
    return "hears something else in " + quoted(message);
  return {};
}

// Where it stands in the log, and whether it was the device's to read.
std::string RoomVerdict::of_place(const View& view, const Message& message) {
  if (message.seq == 0) return {};
  const auto places = places_of(message.id);
  if (places.empty()) return "has " + quoted(message) + ", which is in no log";
  // Whose folder was put back says again what it does not know to have said.
  const auto* const promise = stage_.promises.find(message.id);
  if (promise && stage_.promises.was_restored(*promise->author)) return {};
  // In a life of the relay's that was lost it was in, or not taken out yet, and knows its own
  // words.
  if (promise && promise->author == view.person->device && stage_.logs.lives() > 1) return {};
  if (list_is_true() && !may_read(view, places))
    return "reads " + quoted(message) + ", written while it was not in the chat";
  return {};
}

std::string RoomVerdict::of_membership(const View& view) {
  if (!list_is_true()) {
    if (view.info.state != ChatState::active && is_dead(view)) return {};
    if (view.info.state != ChatState::active) return "is not active in the chat";
  } else if (view.info.state == ChatState::left && was_out_before(view)) {
    // Only it remembers: the relay has lost that, and so have those who took it out.
    return {};
  } else if (!is_in(view)) {
    // Who was put back to before it went asks to come back, and is not answered.
    // So does who cannot read any more that it was taken out.
    const bool out = view.info.state == ChatState::left ||
                     stage_.promises.was_restored(*view.person->device) || may_be_absent() ||
                     stage_.plan.liar == Liar::relay || stage_.logs.lives() > 1;
    return out || stays_.back().empty() ? "" : "does not know that it is out of the chat";
  }
  // Who was alone when it left has told nobody, and of those who are in again by what the relay has
  // lost it knows nothing.
  if (view.info.state == ChatState::left && has_left(view) &&
      (nobody_stays() || stage_.logs.lives() > 1))
    return {};
  if (view.info.state != ChatState::active && is_dead(view)) return {};
  if (view.info.state != ChatState::active)
    return "is not active in the chat (state " + std::to_string(static_cast<int>(view.info.state)) +
           ")";
  if (view.info.queued != 0 && !leaves_in_vain(view)) return "still has something queued";
  const auto other = std::find_if(views_.begin(), views_.end(), [&](const View& candidate) {
    return candidate.info.state == ChatState::active;
  });
  const auto& first = *other;
  if (first.info.epoch != view.info.epoch ||
      first.info.epoch_authenticator != view.info.epoch_authenticator)
    return "is in another epoch than " + first.name();
  auto mine = view.info.members;
  auto theirs = first.info.members;
  std::sort(mine.begin(), mine.end());
  std::sort(theirs.begin(), theirs.end());
  if (mine != theirs) return "knows other members than " + first.name();
  return {};
}

std::string RoomVerdict::of_view(const View& view) {
  std::set<std::string> texts;
  std::uint64_t last_seq = 0;
  for (const auto* message : view.order) {
    if (auto wrong = of_message(view, *message); !wrong.empty()) return wrong;
    if (auto wrong = is_victim(view) ? "" : of_place(view, *message); !wrong.empty()) return wrong;
    const auto* const text = std::get_if<Text>(&message->body);
    if (text && message->state != MessageState::cancelled && !texts.insert(text->text).second)
      return "has " + quoted(*message) + " twice";
    if (message->seq != 0 && message->seq < last_seq)
      return "has " + quoted(*message) + " too late";
    last_seq = std::max(last_seq, message->seq);
  }
  return of_membership(view);
}

// What a member has lost with its memory, or was told that it lacks.
bool RoomVerdict::may_miss(const View& view, const Promise& promise) const {
  if (view.gap || is_victim(view)) return true;
  if (view.info.state != ChatState::active) return true;
  const auto* const speaker = view_of(*promise.author);
  // It took back what it did not know to have said, and says it again to nobody.
  if (promise.taken_back && stage_.promises.was_restored(*promise.author) &&
      (view.came_back || view.person->device == promise.author))
    return true;
  // What the relay has lost is said again by its author, unless that one is out, nobody lets it in
  // again, or it was taken out before it could.
  if (stage_.logs.lives() > 1 && speaker && speaker->info.state == ChatState::left) return true;
  // Or has left since, and came in anew.
  if (stage_.logs.lives() > 1 && speaker && left_after(*speaker, promise)) return true;
  if (stage_.logs.lives() > 1 && speaker && speaker->info.state == ChatState::split &&
      (is_dead(*speaker) || !is_in(*speaker)))
    return true;
  // Who has gone says nothing again.
  if (view.came_back && (!speaker || speaker->info.state != ChatState::active)) return true;
  return stage_.promises.is_forgotten(promise) &&
         (view.person->device == promise.author || stage_.is_forked(room_.id) ||
          stage_.promises.was_restored(*promise.author));
}

std::string RoomVerdict::of_promise(const MessageId& id, const Promise& promise) {
  if (promise.author == stage_.people.back().device && stage_.people.back().lies) return {};
  const auto what = promise.text.empty() ? "a recording" : "\"" + promise.text + "\"";
  const auto* const author = view_of(*promise.author);
  const auto places = places_of(id);
  if (places.empty()) {
    if (promise.taken_back || promise.may_be_gone || stage_.promises.is_forgotten(promise))
      return {};
    if (!author) return promise.author->name() + " has lost a chat";
    const auto mine = author->messages.find(id);
    if (mine == author->messages.end()) return author->name() + " has lost " + what;
    if (author->info.state == ChatState::split && (is_dead(*author) || !is_in(*author))) return {};
    if (leaves_in_vain(*author)) return {};
    const bool gone =
        mine->second.state == MessageState::failed && author->info.state == ChatState::left;
    const bool was_out = mine->second.state == MessageState::failed &&
                         (stays_of(*author).size() > 1 || was_out_before(*author));
    if (gone || was_out) return {};
    return author->name() + "'s " + what + " never left";
  }
  for (const auto& view : views_) {
    if (view.messages.contains(id) || may_miss(view, promise)) continue;
    if (stays_.size() > 1 && author && came_in_later(view, *author, id)) continue;
    if (knows_last_stay_only(view) && places.back().seq <= stays_of(view).back().joined) continue;
    if (list_is_true() ? has_to_read(view, places) : came_before(view, places.front().seq))
      return view.name() + " misses " + what;
  }
  return {};
}

std::string RoomVerdict::of_promises() {
  for (const auto& [id, promise] : stage_.promises.all()) {
    if (promise.chat != room_.id) continue;
    if (auto wrong = of_promise(id, promise); !wrong.empty()) return wrong;
  }
  return {};
}

// The one order: whatever two have both kept where it first stood.
std::string of_order(Stage& stage) {
  for (const auto& room : stage.rooms) {
    for (const auto& person : stage.people) {
      if (person.lies || stage.is_forked(room.id) || !person.device->engine().chat_info(room.id))
        continue;
      for (const auto& message : person.device->history(room.id)) {
        if (std::holds_alternative<Notice>(message.body) || message.seq == 0) continue;
        const auto places = stage.logs.places_of(room.id, EntryId{message.id.bytes});
        const auto before = [&](const auto& place) { return message.seq < place.seq; };
        if (!places.empty() && std::all_of(places.begin(), places.end(), before))
          return name_of(person) + " has a message before its place";
      }
    }
  }
  return {};
}

// Whether it is or was told that it is in the chat no more, behind that place.
bool was_taken_out(const Device& device, const ChatId& chat, std::uint64_t seq) {
  const auto history = device.history(chat);
  return std::any_of(history.begin(), history.end(), [&](const Message& message) {
    const auto* const notice = std::get_if<Notice>(&message.body);
    const bool out = notice && (notice->what == Notice::What::member_removed ||
                                notice->what == Notice::What::member_left);
    return out && notice->who == device.account() && message.seq >= seq;
  });
}

// By an event, or in the history where the process died before it could tell.
bool noticed(const Stage& stage, const Stage::Fork& told) {
  const auto& chat = told.chat;
  for (const auto& person : stage.people) {
    const auto info = person.device->engine().chat_info(chat);
    if (!info) continue;
    // Taken out before anybody said what they had seen after it.
    if (person.device == told.victim &&
        (info->state == ChatState::left || was_taken_out(*person.device, chat, told.seq)))
      return true;
    for (const auto& message : person.device->history(chat))
      if (const auto* notice = std::get_if<Notice>(&message.body);
          notice && notice->what == Notice::What::forked)
        return true;
  }
  for (const auto& person : stage.people) {
    for (const auto& event : person.device->events()) {
      if (const auto* forked = std::get_if<LogForked>(&event); forked && forked->chat == chat)
        return true;
      const auto* const lost = std::get_if<LogRolledBack>(&event);
      if (lost && lost->chat == chat && told.lost && told.victim == person.device) return true;
    }
  }
  return false;
}

bool is_undecryptable(Errc code) {
  return code == Errc::header_mismatch || code == Errc::policy_violated ||
         (code >= Errc::mls_malformed && code <= Errc::mls_successor_invalid);
}

// Then nobody ever has to be added again, and every entry opens.
std::string of_calm(const Stage& stage) {
  if (!nothing_is_lost(stage)) return {};
  for (const auto& person : stage.people) {
    for (const auto& event : person.device->events()) {
      const auto* const problem = std::get_if<Problem>(&event);
      if (problem && is_undecryptable(problem->code))
        return name_of(person) + " is told: " + problem->message;
      if (std::holds_alternative<LogForked>(event)) return name_of(person) + " sees a forked log";
      if (std::holds_alternative<DeviceRestored>(event))
        return name_of(person) + " believes that it was restored";
      const auto* const arrived = std::get_if<MessageArrived>(&event);
      const auto* const notice = arrived ? std::get_if<Notice>(&arrived->message.body) : nullptr;
      // Who has left and is invited anew comes back too.
      const bool back = notice && notice->what == Notice::What::rejoined;
      if ((back && !stage.plan.members_change) || (notice && notice->what == Notice::What::gap))
        return name_of(person) + " sees that somebody had to be added again";
    }
  }
  return {};
}

}  // namespace

std::string verdict(Stage& stage) {
  // A relay that lies may say again what it has changed.
  if (stage.plan.liar != Liar::relay && !stage.logs.contradiction().empty())
    return stage.logs.contradiction();
  if (nothing_is_lost(stage) && !stage.logs.repetition().empty()) return stage.logs.repetition();
  for (const auto& fork : stage.forks)
    if (fork.taken && !noticed(stage, fork))
      return "nobody noticed that the relay told two histories";
  for (const auto& room : stage.rooms)
    if (auto wrong = RoomVerdict(stage, room).wrong(); !wrong.empty())
      return "in " + to_hex(room.id).substr(0, 4) + ": " + wrong;
  if (auto wrong = of_calm(stage); !wrong.empty()) return wrong;
  return of_order(stage);
}

std::string digest(const Stage& stage) {
  std::string all;
  for (const auto& person : stage.people) {
    for (const auto& room : stage.rooms) {
      if (!person.device->engine().chat_info(room.id)) continue;
      for (const auto& message : person.device->history(room.id))
        all += to_hex(message.id) + std::to_string(message.seq);
    }
  }
  return to_hex(crypto::blake2b(as_bytes(all)).bytes);
}

}  // namespace tern::sim
