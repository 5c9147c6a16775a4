// send: a file of sound, or what is said now, as a voice message.
#include "chat/person.hpp"
#include "chat/require.hpp"
#include "examples/voice/commands.hpp"
#include "examples/voice/departure.hpp"
#include "examples/voice/recording.hpp"
#include "examples/voice/stop_signal.hpp"
#include "examples/voice/voice_file.hpp"

namespace voice {
namespace {

using chat::require;

tern::MessageId record_into(tern::Chat& chat, const RecordingOptions& options) {
  auto input = open_input(options.from, options.realtime ? Pace::real_time : Pace::at_once);
  auto recording = require(chat.record_voice(voice_settings(options, *input)));
  record_until_end(recording.recorder, *input, options.seconds);
  return recording.id;
}

}  // namespace

void send(const Folder& folder, const SendingOptions& options) {
  auto person =
      chat::open_person(folder, options.wait_s > 0 ? chat::Network::on : chat::Network::off);
  auto chat = chat::chat_to(person, options.who);
  tern::MessageId id;
  if (options.file.empty()) {
    catch_stop_signals();
    id = record_into(chat, options.recording);
  } else {
    const auto settings =
        tern::VoiceSettings{.quality = options.recording.saver ? tern::VoiceQuality::saver
                                                               : tern::VoiceQuality::standard,
                            .trim_silence = options.recording.trim};
    const auto file = read_whole(options.file);
    // Not before: Ctrl-C is to end the reading of what is typed, or never comes.
    catch_stop_signals();
    id = require(chat.send_voice(file, settings));
  }
  see_off(person, chat, id, options.wait_s);
}

}  // namespace voice
