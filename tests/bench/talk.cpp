#include "bench/talk.hpp"

#include <ctime>

#include "bench/disk_floor.hpp"
#include "bench/must.hpp"

namespace tern::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto talk_warm_up = 500ms;
constexpr auto ack_interval = 1s;  // as a device does
constexpr int patience_ms = 60'000;
constexpr std::uint64_t forever = UINT64_MAX;

double own_processor_s() {
  timespec taken{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &taken);
  return static_cast<double>(taken.tv_sec) + static_cast<double>(taken.tv_nsec) * 1e-9;
}

double ms_between(std::chrono::steady_clock::time_point from,
                  std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

Talk::Talk(const net::RelayAddress& relay, std::size_t logs, std::size_t receivers)
    : stations_(logs * (1 + receivers)) {
  std::vector<RawDevice*> devices;
  for (auto& station : stations_) devices.push_back(&station.device);
  connect_all(relay, devices);
  for (std::size_t i = 0; i < logs; ++i) {
    const auto sender = i * (1 + receivers);
    std::vector<DeviceId> others;
    for (std::size_t place = 0; place <= receivers; ++place) {
      auto& station = stations_[sender + place];
      station.line = i;
      station.sends = place == 0;
      if (!station.sends) others.push_back(station.device.id());
    }
    auto& line = lines_.emplace_back(RawLog(stations_[sender].device, others));
    line.sender = sender;
    line.sent.resize(2);
  }
  for (std::size_t i = 0; i < stations_.size(); ++i)
    readiness_.watch(stations_[i].device.socket(), i);
}

TalkFigures Talk::run(const RelayProcess& relay, std::size_t window,
                      std::chrono::milliseconds time) {
  window_ = window;
  for (auto& line : lines_) {
    line.left = forever;
    send_next(line, window);
  }
  return measure(relay, time);
}

TalkFigures Talk::run_paced(const RelayProcess& relay, std::chrono::milliseconds interval,
                            std::chrono::milliseconds time) {
  const auto start = Clock::now();
  for (std::size_t i = 0; i < lines_.size(); ++i)
    lines_[i].due =
        start + interval * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(lines_.size());
  interval_ = interval;
  auto out = measure(relay, time);
  interval_.reset();
  return out;
}

void Talk::deliver(std::size_t each) {
  window_ = 1;
  now_ = Clock::now();
  for (auto& line : lines_) {
    line.left = each;
    send_next(line, 1);
  }
  while (!is_quiet()) turn();
}

TalkFigures Talk::measure(const RelayProcess& relay, std::chrono::milliseconds time) {
  samples_ = {};
  now_ = Clock::now();
  for (const auto end = now_ + talk_warm_up; now_ < end;) turn();
  samples_.wanted = true;
  const auto begin = now_;
  const auto delivered = delivered_;
  const auto relay_s = relay.processor_s();
  const auto client_s = own_processor_s();
  for (const auto end = now_ + time; now_ < end;) turn();
  TalkFigures out;
  const auto count = static_cast<double>(delivered_ - delivered);
  out.delivered_per_s = count * 1e3 / ms_between(begin, now_);
  out.relay_us = (relay.processor_s() - relay_s) * 1e6 / count;
  out.client_us = (own_processor_s() - client_s) * 1e6 / count;
  out.acked_p99_ms = quantile(samples_.acked_ms, 0.99);
  out.delivered_p50_ms = quantile(samples_.delivered_ms, 0.5);
  out.delivered_p99_ms = quantile(samples_.delivered_ms, 0.99);
  samples_.wanted = false;
  interval_.reset();
  for (auto& line : lines_) line.left = 0;
  while (!is_quiet()) turn();
  return out;
}

bool Talk::is_quiet() const {
  for (const auto& line : lines_)
    if (line.under_way > 0) return false;
  for (const auto& station : stations_)
    if (station.told + 1 < lines_[station.line].next_seq) return false;
  return true;
}

void Talk::turn() {
  const auto ready = readiness_.wait(interval_ ? 1 : patience_ms);
  now_ = Clock::now();
  if (ready.empty() && !interval_) give_up("nothing came from the relay any more");
  for (const auto name : ready) {
    auto& station = stations_[name];
    std::vector<Bytes> frames;
    if (!station.device.receive(frames)) give_up("the relay closed a connection");
    for (const auto& frame : frames) hear(station, frame);
    ack_now_and_then(station);
  }
  if (interval_) send_what_is_due();
}

void Talk::send_what_is_due() {
  for (auto& line : lines_) {
    if (line.due > now_ || line.under_way > 0) continue;
    line.due += *interval_;
    line.left = 1;
    send_next(line, 1);
  }
}

void Talk::hear(Station& station, ByteSpan frame) {
  const auto decoded = must(wire::decode_server_frame(frame));
  if (!decoded) return;
  if (const auto* const answer = std::get_if<wire::AnswerFrame>(&*decoded))
    return hear_answer(station, answer->answer);
  const auto& push = std::get<wire::Push>(*decoded);
  if (const auto* const entries = std::get_if<wire::Entries>(&push))
    return take_entries(station, *entries);
  const auto* const notice = std::get_if<wire::Notice>(&push);
  if (notice && notice->what == wire::Notice::What::log_advanced)
    station.device.send(2, wire::Read{lines_[station.line].log.id(), station.told + 1});
}

void Talk::hear_answer(Station& station, const wire::Answer& answer) {
  if (const auto* const refused = std::get_if<wire::Refused>(&answer))
    give_up("the relay refuses: " + std::string(name(refused->code)));
  if (const auto* const entries = std::get_if<wire::Entries>(&answer))
    return take_entries(station, *entries);
  const auto* const appended = std::get_if<wire::Appended>(&answer);
  if (!appended) return;
  auto& line = lines_[station.line];
  if (samples_.wanted)
    samples_.acked_ms.push_back(ms_between(line.sent[appended->first_seq], now_));
  const auto last = appended->first_seq + line.under_way - 1;
  line.log.saw(last);
  line.under_way = 0;
  // A relay whose frames pile up does not push what this answer says.
  if (station.told + 1 == appended->first_seq) station.told = last;
  if (line.left > 0) send_next(line, window_);
}

void Talk::take_entries(Station& station, const wire::Entries& entries) {
  auto& line = lines_[station.line];
  for (const auto& entry : entries.entries) {
    // Its own, answered already; the commit that added it without a Welcome.
    if (entry.seq <= station.told && (entry.own || entry.seq == 1)) continue;
    if (entry.seq != station.told + 1) give_up("an entry was left out");
    station.told = entry.seq;
    if (station.sends) continue;
    ++delivered_;
    if (samples_.wanted) samples_.delivered_ms.push_back(ms_between(line.sent[entry.seq], now_));
  }
}

void Talk::send_next(Line& line, std::size_t count) {
  if (line.left != forever) line.left -= count;
  line.under_way = static_cast<std::uint32_t>(count);
  line.sent.resize(line.next_seq + count, Clock::now());
  line.next_seq += count;
  stations_[line.sender].device.send(1, line.log.next(count));
}

void Talk::ack_now_and_then(Station& station) {
  if (now_ - station.acked < ack_interval) return;
  station.acked = now_;
  wire::Ack ack;
  ack.logs.push_back({lines_[station.line].log.id(), station.told, {}});
  station.device.send(3, ack);
}

}  // namespace tern::bench
