// Voice through everything: what a person who speaks, and one who listens, waits for.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <numbers>
#include <thread>

#include "bench/conversation.hpp"
#include "bench/disk_floor.hpp"
#include "bench/report.hpp"

namespace tern::bench {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t rate = 48'000;
constexpr std::size_t piece = rate / 100;

double since_ms(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

template <class T>
T require(Result<T> result, const char* what) {
  if (result) return std::move(result).value();
  std::cerr << what << ": " << result.error().message() << '\n';
  std::exit(1);
}

/// Something like speech, a second of it.
std::vector<float> second_of_speech() {
  std::vector<float> out(rate);
  for (std::size_t i = 0; i < rate; ++i) {
    const double at = static_cast<double>(i) / rate;
    const double loud = 0.5 + 0.5 * std::sin(2 * std::numbers::pi * 4 * at);
    out[i] = static_cast<float>(0.3 * loud * std::sin(2 * std::numbers::pi * 180 * at) +
                                0.05 * std::sin(2 * std::numbers::pi * 2'300 * at));
  }
  return out;
}

double finish_ms(Chat chat, std::size_t seconds, std::span<const float> speech) {
  auto recording = require(chat.record_voice(), "record");
  for (std::size_t i = 0; i < seconds; ++i)
    if (const auto pushed = recording.recorder.push(speech); !pushed) std::exit(1);
  const auto start = Clock::now();
  require(recording.recorder.finish(), "finish");
  return since_ms(start);
}

void measure_finish(Conversation& conversation, double sync_ms, Report& report) {
  const auto speech = second_of_speech();
  conversation.go_offline();
  const auto add = [&](const char* name, std::size_t seconds, std::size_t runs) {
    std::vector<double> times;
    for (std::size_t i = 0; i < runs; ++i)
      times.push_back(finish_ms(conversation.senders_chat(), seconds, speech));
    report.add({name, quantile(times, 0.5), "ms", 2 * sync_ms, value_at_most(5)});
  };
  add("finish() to queued, 3 s: median / 2 fdatasyncs", 3, 20);
  add("finish() to queued, 60 s: median / 2 fdatasyncs", 60, 5);
  add("finish() to queued, 15 min: median / 2 fdatasyncs", 15 * 60, 2);
  conversation.go_online();
}

std::optional<LiveStarted> live_at(Client& client) {
  const auto until = Clock::now() + 30s;
  while (Clock::now() < until) {
    const auto event = client.wait_event(100ms);
    if (event && std::holds_alternative<LiveStarted>(*event)) return std::get<LiveStarted>(*event);
  }
  return std::nullopt;
}

/// When each piece of 10 ms left the mouth, and when it reached the ear.
struct Heard {
  std::vector<Clock::time_point> said, heard;
};

void listen(Conversation& conversation, Heard& times) {
  const auto started = live_at(conversation.receiver());
  if (!started) return;
  auto listener = require(conversation.receivers_chat().listen(started->id), "listen");
  std::vector<float> pcm(piece);
  while (listener.position() / piece < times.heard.size()) {
    const auto read = listener.read(pcm);
    if (!read || read->state == StreamState::ended || listener.from_message()) return;
    const auto now = Clock::now();
    const auto until = std::min<std::size_t>(listener.position() / piece, times.heard.size());
    for (std::size_t i = until; i > 0 && times.heard[i - 1] == Clock::time_point(); --i)
      times.heard[i - 1] = now;
    if (read->frames == 0) std::this_thread::sleep_for(500us);
  }
}

/// The longest that a piece was on its way, for each live packet.
std::vector<double> mouth_to_ear_ms(Conversation& conversation, std::uint32_t frames) {
  constexpr std::size_t pieces = 800;
  const auto speech = second_of_speech();
  Heard times{std::vector<Clock::time_point>(pieces), std::vector<Clock::time_point>(pieces)};
  LiveSettings settings;
  settings.packet_frames = frames;
  auto speaking = require(conversation.senders_chat().start_live_voice(settings), "live");
  std::thread ear([&] { listen(conversation, times); });
  const auto start = Clock::now();
  for (std::size_t i = 0; i < pieces + 60; ++i) {
    // A microphone hands over 10 ms when they have been said: they began 10 ms before.
    std::this_thread::sleep_until(start + (i + 1) * 10ms);
    if (i < pieces) times.said[i] = start + i * 10ms;
    const auto pushed =
        speaking.recorder.push(std::span(speech).subspan((i * piece) % rate, piece));
    if (!pushed) std::exit(1);
  }
  ear.join();
  require(speaking.recorder.finish(), "finish");
  std::vector<double> out;
  for (std::size_t i = 0; i < pieces; ++i)
    if (times.heard[i] != Clock::time_point())
      out.push_back(
          std::chrono::duration<double, std::milli>(times.heard[i] - times.said[i]).count());
  return out;
}

void measure_live(Conversation& conversation, Report& report) {
  const auto add = [&](const std::string& name, std::uint32_t frames) {
    auto times = mouth_to_ear_ms(conversation, frames);
    if (times.empty()) return;
    const double length = 20.0 * frames;
    report.add({name + ": longest, 99th of 100", quantile(times, 0.99), "ms", length,
                value_at_most(length + 30)});
  };
  add("live, mouth to ear, packets of 240 ms", 12);
  add("live, mouth to ear, packets of 60 ms", 3);
}

int run(int argc, char** argv) {
  Report report(argc, argv);
  Conversation conversation(std::filesystem::current_path());
  auto syncs_ms = fdatasync_ms(conversation.folder(), 200);
  if (syncs_ms.empty()) return 1;
  const double sync_ms = quantile(syncs_ms, 0.5);
  report.add({"fdatasync of 4 KiB: median", sync_ms, "ms", std::nullopt, std::nullopt});
  conversation.message_ms();
  measure_live(conversation, report);
  measure_finish(conversation, sync_ms, report);
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
