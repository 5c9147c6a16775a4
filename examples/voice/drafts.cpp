// drafts: recordings that were not sent, most often because something ended too early.
#include <iostream>

#include "chat/person.hpp"
#include "chat/require.hpp"
#include "chat/visible.hpp"
#include "chat/waveform_text.hpp"
#include "examples/voice/commands.hpp"
#include "examples/voice/departure.hpp"
#include "examples/voice/playing.hpp"
#include "examples/voice/recording.hpp"
#include "examples/voice/stop_signal.hpp"

namespace voice {
namespace {

using chat::Failure;
using chat::Network;
using chat::require;

tern::VoiceDraft find_draft(const chat::Person& person, const std::string& id) {
  std::optional<tern::VoiceDraft> found;
  for (auto& draft : require(person.client.drafts())) {
    if (!draft.id.hex().starts_with(id)) continue;
    if (found) throw Failure("more than one draft's id begins with '" + id + "'");
    found = std::move(draft);
  }
  if (!found) throw Failure("no draft's id begins with '" + id + "'");
  return *found;
}

std::string chat_name(chat::Person& person, const tern::ChatId& id) {
  const auto info = require(require(person.client.chat(id)).info());
  return chat::visible(info.one_to_one ? person.names.name_of(info.peer) : info.title);
}

Network network(double wait_s) { return wait_s > 0 ? Network::on : Network::off; }

}  // namespace

void list_drafts(const Folder& folder) {
  auto person = chat::open_person(folder, Network::off);
  for (const auto& draft : require(person.client.drafts())) {
    std::cout << draft.id.hex() << "  to " << chat_name(person, draft.chat) << "  ";
    if (draft.clip)
      std::cout << chat::length_text(draft.clip->duration_ms()) << ' '
                << chat::waveform_text(draft.clip->waveform, 32) << '\n';
    else
      std::cout << "cut off, " << draft.bytes << " bytes\n";
  }
}

void send_draft(const Folder& folder, const std::string& id, double wait_s) {
  catch_stop_signals();
  auto person = chat::open_person(folder, network(wait_s));
  const auto draft = find_draft(person, id);
  require(person.client.send_draft(draft.id));
  see_off(person, require(person.client.chat(draft.chat)), draft.id, wait_s);
}

void discard_draft(const Folder& folder, const std::string& id) {
  auto person = chat::open_person(folder, Network::off);
  require(person.client.discard_draft(find_draft(person, id).id));
}

void play_draft(const Folder& folder, const std::string& id, const PlayingOptions& options) {
  catch_stop_signals();
  auto person = chat::open_person(folder, Network::off);
  const auto draft = find_draft(person, id);
  auto player = require(person.client.play_draft(draft.id, player_settings(options)));
  play_to_end(std::move(player), draft.clip ? draft.clip->waveform : tern::Waveform{}, options);
}

void resume_draft(const Folder& folder, const std::string& id, const RecordingOptions& options,
                  double wait_s) {
  catch_stop_signals();
  auto person = chat::open_person(folder, network(wait_s));
  const auto draft = find_draft(person, id);
  auto input = open_input(options.from, options.realtime ? Pace::real_time : Pace::at_once);
  auto recording = require(person.client.resume_draft(draft.id, voice_settings(options, *input)));
  record_until_end(recording.recorder, *input, options.seconds);
  see_off(person, require(person.client.chat(draft.chat)), recording.id, wait_s);
}

}  // namespace voice
