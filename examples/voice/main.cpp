// tern-voice: voice messages in a terminal, to copy from.
#include <CLI/CLI.hpp>
#include <clocale>
#include <iostream>

#include "chat/require.hpp"
#include "chat/run_app.hpp"
#include "examples/voice/commands.hpp"

namespace {

using voice::Folder;

const auto seconds = CLI::Range(0.0, 86'400.0);

void add_recording_options(CLI::App& app, voice::RecordingOptions& options) {
  app.add_option("--from", options.from, "a file (WAV or Ogg Opus) in the microphone's place");
  app.add_flag("--realtime", options.realtime, "with --from: as slowly as it was spoken");
  app.add_flag("--saver", options.saver, "16 kb/s instead of 24");
  app.add_flag("--trim", options.trim, "of long silence at either end only 200 ms stay");
  app.add_option("--seconds", options.seconds, "end after so many (else: Ctrl-C)")->check(seconds);
}

void add_playing_options(CLI::App& app, voice::PlayingOptions& options) {
  app.add_option("--to", options.to, "a WAV file in the speaker's place");
  app.add_option("--speed", options.speed, "0.5 to 3; the pitch stays (1)");
  app.add_option("--from", options.from, "where to begin, e.g. 0:07");
  app.add_flag("!--no-normalise", options.normalise, "as loud as it was recorded");
}

void add_files(CLI::App& app) {
  static std::string file;
  static voice::RecordingOptions recording;
  static bool resumes = false;

  auto* record =
      app.add_subcommand("record", "record into an Ogg Opus file; Ctrl-C ends and keeps");
  record->add_option("FILE.opus", file)->required();
  add_recording_options(*record, recording);
  record->add_flag("--resume", resumes, "go on with FILE.opus.part, which was cut off");
  record->callback([&] {
    using voice::Beginning;
    voice::record(file, recording, resumes ? Beginning::behind_what_is_left : Beginning::anew);
  });

  auto* show = app.add_subcommand("show", "length, loudness and waveform of a file");
  show->add_option("FILE", file, "Ogg Opus or WAV; -: the standard input")->required();
  show->callback([&] { voice::show(file); });
}

void add_playing(CLI::App& app, const Folder& folder) {
  static std::string file;
  static voice::MessageToPlay message;
  static voice::PlayingOptions playing;

  auto* play = app.add_subcommand(
      "play", "play a file, or a voice message; keys: space, left, right, +, -, q");
  auto* from_file = play->add_option("FILE", file, "Ogg Opus or WAV; -: the standard input");
  auto* from_chat =
      play->add_option("--message", message.who, "WHO sent the voice message")->excludes(from_file);
  play->add_option("--number", message.number, "1: their newest (1), 2: the one before …")
      ->needs(from_chat)
      ->check(CLI::Range(1, 1'000'000));
  play->add_option("--wait", message.wait_s, "so many seconds for one to come, with its sound (0)")
      ->needs(from_chat)
      ->check(seconds);
  add_playing_options(*play, playing);
  play->callback([&] {
    if (!message.who.empty()) return voice::play_message(folder, message, playing);
    if (file.empty()) throw chat::Failure("say which FILE, or whose --message");
    voice::play_file(file, playing);
  });
}

void add_sending(CLI::App& app, const Folder& folder) {
  static voice::SendingOptions sending;
  static bool record = false;

  auto* send = app.add_subcommand("send", "send a file, or what you say now, as a voice message");
  send->add_option("WHO", sending.who)->required();
  auto* file = send->add_option("FILE", sending.file, "Ogg Opus or WAV; -: the standard input");
  send->add_flag("--record", record, "from the microphone; Ctrl-C ends it, and it is sent")
      ->excludes(file);
  add_recording_options(*send, sending.recording);
  send->add_option("--wait", sending.wait_s,
                   "seconds to wait for it to get out; 0: only queue (10)")
      ->check(seconds);
  send->callback([&] {
    if (sending.file.empty() && !record) throw chat::Failure("say which FILE to send, or --record");
    if (!sending.recording.from.empty() && !record)
      throw chat::Failure("--from goes with --record");
    voice::send(folder, sending);
  });
}

void add_drafts(CLI::App& app, const Folder& folder) {
  static std::string send_id, discard_id, play_id, resume_id;
  static voice::PlayingOptions playing;
  static voice::RecordingOptions recording;
  static double wait_s = 10;

  auto* drafts = app.add_subcommand(
      "drafts", "recordings that were not sent, because the program was ended, for example");
  auto* which = drafts->add_option_group("which")->require_option(0, 1);
  which->add_option("--send", send_id, "send the one whose id begins so");
  which->add_option("--discard", discard_id, "drop it");
  which->add_option("--play", play_id, "listen to it (--to FILE.wav)");
  which->add_option("--resume", resume_id, "go on recording it, and send it (--from FILE)");
  drafts->add_option("--to", playing.to, "with --play: a WAV file in the speaker's place");
  add_recording_options(*drafts, recording);
  drafts->add_option("--wait", wait_s, "seconds to wait for it to get out; 0: only queue (10)")
      ->check(seconds);
  drafts->callback([&] {
    if (!send_id.empty()) return voice::send_draft(folder, send_id, wait_s);
    if (!discard_id.empty()) return voice::discard_draft(folder, discard_id);
    if (!play_id.empty()) return voice::play_draft(folder, play_id, playing);
    if (!resume_id.empty()) return voice::resume_draft(folder, resume_id, recording, wait_s);
    voice::list_drafts(folder);
  });
}

void add_live(CLI::App& app, const Folder& folder) {
  static voice::SpeakingOptions speaking;
  static voice::ListeningOptions listening;
  static bool listens = false;

  auto* live = app.add_subcommand("live", "speak, and be heard while you do; or --listen");
  auto* who = live->add_option("WHO", speaking.who);
  auto* listen = live->add_flag("--listen", listens, "hear whoever speaks")->excludes(who);
  add_recording_options(*live, speaking.recording);
  live->add_option("--packet", speaking.packet_ms, "ms of speech in one packet: 60 to 240 (240)")
      ->check(CLI::Range(60U, 240U));
  live->add_option("--wait", speaking.wait_s, "seconds for a line, and to get out after it (10)")
      ->check(seconds);
  live->add_option("--to", listening.to, "with --listen: one of them into a WAV file")
      ->needs(listen);
  live->add_flag("--once", listening.once, "with --listen: only one of them")->needs(listen);
  live->callback([&] {
    if (listens) return voice::listen_live(folder, listening);
    if (speaking.who.empty()) throw chat::Failure("say WHO should hear you, or --listen");
    if (speaking.packet_ms % 20 != 0) throw chat::Failure("--packet is a multiple of 20 ms");
    voice::speak_live(folder, speaking);
  });
}

}  // namespace

int main(int argc, char* argv[]) {
  std::setlocale(LC_CTYPE, "");
  CLI::App app("tern-voice: speak with people, end-to-end encrypted");
  Folder folder = "tern-data";
  app.add_option("--folder", folder, "where this person lives (tern-data)")->envname("TERN_FOLDER");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "The folder is tern-chat's: `tern-chat init` makes it. WHO: an id, a name given with\n"
      "`tern-chat name`, or a group's id.");
  add_files(app);
  add_playing(app, folder);
  add_sending(app, folder);
  add_drafts(app, folder);
  add_live(app, folder);
  return chat::run_app(app, "tern-voice", argc, argv);
}
