// Voice messages, files and live voice through the doors, on real sockets, disks and codecs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <numbers>

#include "support/read_file.hpp"
#include "unit/net/two_people.hpp"

using namespace tern;
using namespace std::chrono_literals;
using test::Two;

namespace {

using Pcm = std::vector<float>;

/// Syllables of a tone, no two alike, so that every part of it is known again.
Pcm syllables(std::size_t samples) {
  Pcm out(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    const double at = static_cast<double>(i) / 48'000;
    const double loud = 0.5 + 0.5 * std::sin(2 * std::numbers::pi * 3 * at);
    out[i] = static_cast<float>(
        0.4 * loud * std::sin(2 * std::numbers::pi * (200 + 20 * std::floor(at * 4)) * at));
  }
  return out;
}

void push(VoiceRecorder& recorder, std::span<const float> pcm) {
  constexpr std::size_t piece = 480;
  for (std::size_t at = 0; at < pcm.size(); at += piece)
    recorder.push(pcm.subspan(at, std::min(piece, pcm.size() - at))).value();
}

MessageId record(Chat chat, std::span<const float> pcm) {
  auto recording = chat.record_voice().value();
  push(recording.recorder, pcm);
  recording.recorder.finish().value();
  return recording.id;
}

Pcm play_all(VoicePlayer& player) {
  Pcm out, block(4'800);
  for (;;) {
    const auto read = player.read(block).value();
    out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(read.frames));
    if (read.state == PlayerState::ended) return out;
    REQUIRE(read.state == PlayerState::playing);
  }
}

/// What the same speech comes out as without a messenger in between.
Pcm through_the_codec(std::span<const float> pcm, const VoiceSettings& settings = {}) {
  Bytes file;
  auto recorder = VoiceRecorder::start(settings, make_voice_buffer(file)).value();
  push(recorder, pcm);
  recorder.finish().value();
  auto player = VoicePlayer::open(make_voice_source(file), {.normalise = false}).value();
  return play_all(player);
}

}  // namespace

TEST_CASE("a voice message is heard at the other side to the sample, whatever its length") {
  Two two;
  for (const std::size_t samples : {48'000 * 3 + 7, 48'000 * 40 + 11}) {
    const auto pcm = syllables(samples);
    const auto id = record(two.annas(), pcm);
    const auto message = two.bo.receives_voice(id);
    REQUIRE(message);
    const auto& voice = std::get<Voice>(message->body);
    CHECK(voice.clip.samples == samples);
    CHECK(*std::max_element(voice.clip.waveform.begin(), voice.clip.waveform.end()) > 80);
    auto player = two.bos().play(*message, {.normalise = false}).value();
    const auto heard = play_all(player);
    CHECK(heard.size() == samples);
    CHECK((heard == through_the_codec(pcm)));
    auto own = two.annas().play(two.annas().message(id).value(), {.normalise = false}).value();
    CHECK((play_all(own) == heard));
  }
}

TEST_CASE("a recording that its program left is a draft: gone on with, sent, or discarded") {
  Two two;
  const auto pcm = syllables(48'000 * 4);
  MessageId id;
  {
    auto recording = two.annas().record_voice().value();
    id = recording.id;
    push(recording.recorder, pcm);
    // While it is being recorded it is nobody else's.
    CHECK(two.anna.client.drafts().value().empty());
    CHECK(two.anna.client.resume_draft(id).error() == Errc::invalid_argument);
  }
  const auto drafts = two.anna.client.drafts().value();
  REQUIRE(drafts.size() == 1);
  CHECK(drafts[0].id == id);
  auto so_far = two.anna.client.play_draft(id).value();
  const auto heard = play_all(so_far).size();
  CHECK(heard > 48'000 * 3);

  SECTION("sent as it is") {
    two.anna.client.send_draft(id).value();
    const auto message = two.bo.receives_voice(id);
    REQUIRE(message);
    CHECK(std::get<Voice>(message->body).clip.samples >= 48'000 * 3);
  }
  SECTION("gone on with") {
    auto resumed = two.anna.client.resume_draft(id).value();
    push(resumed.recorder, pcm);
    const auto clip = resumed.recorder.finish().value();
    CHECK(clip.samples > 48'000 * 7);
    const auto message = two.bo.receives_voice(id);
    REQUIRE(message);
    auto player = two.bos().play(*message).value();
    CHECK(play_all(player).size() == clip.samples);
  }
  SECTION("discarded") {
    two.anna.client.discard_draft(id).value();
    CHECK(two.anna.client.drafts().value().empty());
    CHECK(two.anna.client.send_draft(id).error() == Errc::not_found);
  }
}

TEST_CASE("a recording goes on through a suspension, and is nobody else's meanwhile") {
  Two two;
  auto& client = two.anna.client;
  const auto pcm = syllables(48'000 * 4);
  const auto first = std::span(pcm).first(48'000 * 2), rest = std::span(pcm).subspan(48'000 * 2);
  auto recording = two.annas().record_voice().value();
  push(recording.recorder, first);
  client.suspend().value();
  client.resume().value();
  CHECK(client.drafts().value().empty());
  CHECK(client.resume_draft(recording.id).error() == Errc::invalid_argument);
  CHECK(client.discard_draft(recording.id).error() == Errc::invalid_argument);
  CHECK(client.send_draft(recording.id).error() == Errc::not_found);
  push(recording.recorder, rest);
  CHECK(recording.recorder.finish().value().samples == pcm.size());
  CHECK(two.bo.receives_voice(recording.id));
}

TEST_CASE("a recording whose program lets go of it while suspended is a draft afterwards") {
  Two two;
  auto& client = two.anna.client;
  std::optional<VoiceRecording> recording = two.annas().record_voice().value();
  push(recording->recorder, syllables(48'000 * 2));
  const auto id = recording->id;
  client.suspend().value();
  recording.reset();
  client.resume().value();
  REQUIRE(client.drafts().value().size() == 1);
  client.discard_draft(id).value();
  CHECK(client.drafts().value().empty());
}

TEST_CASE("a recording that is kept waits to be listened to and sent") {
  Two two;
  auto recording = two.annas().record_voice({}, OnFinish::keep).value();
  push(recording.recorder, syllables(48'000));
  const auto clip = recording.recorder.finish().value();
  CHECK(two.anna.client.drafts().value().at(0).clip == clip);
  CHECK(two.anna.client.resume_draft(recording.id).error() == Errc::too_late);
  two.anna.client.send_draft(recording.id).value();
  CHECK(two.bo.receives_voice(recording.id));
  CHECK(two.anna.client.drafts().value().empty());
}

TEST_CASE("silence that is trimmed is in neither the sound nor its hash") {
  Two two;
  auto recording = two.annas().record_voice({.trim_silence = true}).value();
  Pcm pcm(48'000 * 3);
  const auto spoken = syllables(48'000 * 2);
  pcm.insert(pcm.end(), spoken.begin(), spoken.end());
  pcm.resize(pcm.size() + 48'000 * 4);
  push(recording.recorder, pcm);
  const auto clip = recording.recorder.finish().value();
  CHECK(clip.samples < 48'000 * 3);
  const auto message = two.bo.receives_voice(recording.id);
  REQUIRE(message);
  auto player = two.bos().play(*message);
  REQUIRE(player);
  CHECK(play_all(*player).size() == clip.samples);
}

TEST_CASE("a file of sound is sent as a voice message, and what is none is refused") {
  Two two;
  Bytes file;
  auto recorder = VoiceRecorder::start({}, make_voice_buffer(file)).value();
  push(recorder, syllables(48'000));
  const auto clip = recorder.finish().value();
  const auto id = two.annas().send_voice(file).value();
  const auto message = two.bo.receives_voice(id);
  REQUIRE(message);
  CHECK(std::get<Voice>(message->body).clip.samples == clip.samples);
  CHECK(two.annas().send_voice(as_bytes("no sound at all")).error() == Errc::voice_format_unknown);
  CHECK(two.anna.client.drafts().value().empty());

  // Cut off half way it is no recording for anybody to go on with.
  VoiceSettings settings;
  settings.on_packet = [&](ByteSpan) { two.anna.client.suspend().value(); };
  auto chat = two.annas();
  CHECK(chat.send_voice(file, settings).error() == Errc::closed);
  two.anna.client.resume().value();
  CHECK(two.anna.client.drafts().value().empty());
}

TEST_CASE("a file that is being sent goes on through a suspension") {
  Two two;
  Bytes file;
  auto recorder = VoiceRecorder::start({}, make_voice_buffer(file)).value();
  push(recorder, syllables(48'000));
  recorder.finish().value();
  VoiceSettings settings;
  settings.on_packet = [&](ByteSpan) {
    two.anna.client.suspend().value();
    two.anna.client.resume().value();
  };
  CHECK(two.bo.receives_voice(two.annas().send_voice(file, settings).value()));
}

TEST_CASE("a file arrives when it is fetched, and is saved whole or not at all") {
  Two two;
  const auto path = two.anna.folder.path / "holiday plans.pdf";
  std::string content;
  for (int i = 0; content.size() < 3'000'000; ++i) content += "page " + std::to_string(i) + "\n";
  std::ofstream(path, std::ios::binary) << content;
  const auto id =
      two.annas()
          .send_file({.path = path, .name = {}, .type = "application/pdf", .picture = {}})
          .value();
  std::filesystem::remove(path);
  REQUIRE(two.bo.event([&](const Event& event) {
    const auto* arrived = std::get_if<MessageArrived>(&event);
    return arrived && arrived->message.id == id;
  }));
  const auto message = two.bos().message(id).value();
  CHECK(std::get<File>(message.body).name == "holiday plans.pdf");
  const auto saved = two.bo.folder.path / "saved.pdf";
  CHECK(two.bos().save(message, saved).error() == Errc::media_not_here);
  CHECK_FALSE(std::filesystem::exists(saved));
  CHECK(two.bos().play(message).error() == Errc::not_found);
  two.bos().fetch(message).value();
  CHECK(two.bo.has_media(id));
  two.bos().save(message, saved).value();
  CHECK((test::read_file(saved) == content));
  CHECK(two.bos().save(message, "/nowhere/at/all").error() == Errc::file_io);

  CHECK(two.annas().send_file({.path = path, .name = {}, .type = {}, .picture = {}}).error() ==
        Errc::file_io);
  std::ofstream(path, std::ios::binary).close();
  CHECK(two.annas().send_file({.path = path, .name = {}, .type = {}, .picture = {}}).error() ==
        Errc::invalid_argument);
  std::filesystem::resize_file(path, 105'000'000);
  CHECK(two.annas().send_file({.path = path, .name = {}, .type = {}, .picture = {}}).error() ==
        Errc::blob_too_large);
}

TEST_CASE("a listener hears a live voice while it is spoken, and its message afterwards") {
  Two two;
  two.annas().send_text("listen").value();
  REQUIRE(two.bo.reads("listen"));
  two.bos().send_text("yes").value();
  REQUIRE(two.anna.reads("yes"));
  const auto pcm = syllables(48'000 * 2 + 1'234);
  auto speaking = two.annas().start_live_voice({.voice = {}, .packet_frames = 3}).value();
  constexpr std::size_t live = 3 * 960;
  push(speaking.recorder, std::span(pcm).first(live));
  const auto started = two.bo.hears_live();
  REQUIRE(started);
  CHECK(started->id == speaking.id);
  auto listener = two.bos().listen(started->id).value();
  Pcm heard, block(960);
  StreamState state = StreamState::waiting;
  const auto listen_until = [&](auto done) {
    const auto limit = std::chrono::steady_clock::now() + test::patience;
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < limit);
      const auto read = listener.read(block).value();
      state = read.state;
      heard.insert(heard.end(), block.begin(),
                   block.begin() + static_cast<std::ptrdiff_t>(read.frames));
    }
  };
  // Heard as it is spoken: all of a piece before the next one is said.
  constexpr std::size_t lookahead = 312;
  std::size_t said = live;
  for (; said + live <= 48'000; said += live) {
    listen_until([&] { return heard.size() + lookahead + live > said; });
    CHECK_FALSE(listener.from_message());
    push(speaking.recorder, std::span(pcm).subspan(said, live));
  }
  push(speaking.recorder, std::span(pcm).subspan(said));
  const auto clip = speaking.recorder.finish().value();
  CHECK(clip.samples == pcm.size());
  listen_until([&] { return state == StreamState::ended; });
  const auto expected = through_the_codec(pcm, {.constant_bitrate = true});
  REQUIRE(heard.size() >= pcm.size());
  CHECK(std::equal(heard.begin(), heard.begin() + 40'000, expected.begin()));
  const auto message = two.bo.receives_voice(speaking.id);
  REQUIRE(message);
  auto player = two.bos().play(*message, {.normalise = false}).value();
  CHECK(play_all(player).size() == pcm.size());
}
