#include "sim/worlds/lying_relay.hpp"

#include <algorithm>

#include "sim/frame_edits.hpp"

namespace tern::sim {
namespace {

wire::Entries* entries_in(std::optional<wire::ServerFrame>& frame) {
  if (!frame) return nullptr;
  if (auto* push = std::get_if<wire::Push>(&*frame)) return std::get_if<wire::Entries>(push);
  return std::get_if<wire::Entries>(&std::get<wire::AnswerFrame>(*frame).answer);
}

Bytes encode_again(const wire::ServerFrame& frame) {
  if (const auto* push = std::get_if<wire::Push>(&frame)) return wire::encode(*push);
  return wire::encode(std::get<wire::AnswerFrame>(frame));
}

bool is_foreign_message(const wire::Entry& entry) {
  return entry.kind == wire::EntryKind::application && !entry.own;
}

}  // namespace

LyingRelay::LyingRelay(Stage& stage) : stage_(stage) {
  if (stage.plan.liar != Liar::relay) return;
  constexpr Lie all[] = {Lie::drop_requests,    Lie::drop_answers, Lie::repeat,
                         Lie::replay,           Lie::reorder,      Lie::withhold,
                         Lie::old_key_packages, Lie::swap,         Lie::spoil};
  const auto kinds = 1 + stage.choices.below(3);
  for (std::uint64_t i = 0; i < kinds; ++i) lies_.push_back(stage.choices.one_of(all));
  victim_ = stage.choices.below(stage.plan.people);
}

bool LyingRelay::lies(Lie lie) const {
  return std::find(lies_.begin(), lies_.end(), lie) != lies_.end();
}

bool LyingRelay::from_device(Device&, Bytes&) {
  return !lies(Lie::drop_requests) || !stage_.choices.one_in(8);
}

// The copy comes through here again: one in four, so that it ends.
bool LyingRelay::send_twice(Device& device, const Bytes& frame) {
  if (!device.link()) return false;
  if (lies(Lie::repeat) && stage_.choices.one_in(4)) send_once_more(device, frame);
  if (!lies(Lie::replay)) return true;
  auto& earlier = earlier_[&device];
  if (!earlier.empty() && stage_.choices.one_in(4)) send_once_more(device, earlier);
  if (earlier.empty() || stage_.choices.one_in(4)) earlier = frame;
  return true;
}

void LyingRelay::send_once_more(Device& device, const Bytes& frame) {
  repeated_.insert(frame);
  device.link()->to_device(frame);
}

bool LyingRelay::repeats(const Bytes& frame) {
  const auto found = repeated_.find(frame);
  if (found == repeated_.end()) return false;
  repeated_.erase(found);
  return true;
}

// One frame waits until the next has gone by.
bool LyingRelay::hold_back(Device& device, Bytes& frame) {
  auto& held = held_[&device];
  if (!held.empty()) {
    std::swap(held, frame);
    if (device.link()) send_once_more(device, held);
    held.clear();
    return true;
  }
  if (!stage_.choices.one_in(4)) return true;
  held = frame;
  return false;
}

bool LyingRelay::withholds(const Device& device, const Bytes& frame) const {
  if (&device != stage_.people[victim_].device || stage_.rooms.empty()) return false;
  auto decoded = wire::decode_server_frame(frame);
  const auto* const entries = decoded ? entries_in(*decoded) : nullptr;
  return entries && entries->log == stage_.rooms.front().id;
}

void LyingRelay::serve_old_key_packages(Bytes& frame) {
  edit_answer<wire::Claimed>(frame, [this](wire::Claimed& claimed) {
    for (auto& device : claimed.devices) {
      if (device.key_package.empty()) continue;
      const auto first = key_packages_.try_emplace(device.device, to_bytes(device.key_package));
      device.key_package = first.first->second;
    }
  });
}

// Two messages in each other's place.
bool LyingRelay::swap(wire::Entries& entries) {
  auto& list = entries.entries;
  for (std::size_t i = 0; i + 1 < list.size(); ++i) {
    if (!is_foreign_message(list[i]) || !is_foreign_message(list[i + 1])) continue;
    std::swap(list[i], list[i + 1]);
    std::swap(list[i].seq, list[i + 1].seq);
    return true;
  }
  return false;
}

// A message that nobody has written in another's place.
bool LyingRelay::spoil(wire::Entries& entries) {
  const auto found =
      std::find_if(entries.entries.begin(), entries.entries.end(), is_foreign_message);
  if (found == entries.entries.end()) return false;
  spoiled_ = to_bytes(found->payload);
  spoiled_.back() ^= 1;
  found->payload = spoiled_;
  return true;
}

bool LyingRelay::fork(Device& device, Bytes& frame) {
  if (forked_ || &device != stage_.people[victim_].device) return false;
  auto decoded = wire::decode_server_frame(frame);
  auto* const entries = decoded ? entries_in(*decoded) : nullptr;
  if (!entries || entries->entries.empty() || stage_.choices.one_in(3)) return false;
  const auto cursor = device.engine().chat_info(entries->log);
  // What it has already, or cannot take yet, changes nothing.
  if (!cursor || cursor->state != ChatState::active ||
      cursor->applied_seq + 1 != entries->entries.front().seq)
    return false;
  if (!(lies(Lie::swap) && swap(*entries)) && !(lies(Lie::spoil) && spoil(*entries))) return false;
  stage_.tell("the relay tells " + device.name() + " another history");
  forked_ = true;
  const auto seq = entries->entries.front().seq;
  stage_.forks.push_back({entries->log, &device, seq, false, stage_.now_ms()});
  frame = encode_again(**decoded);
  // Only what it has taken is there to be noticed.
  stage_.world.scheduler().after(
      0, [this, &device, log = entries->log, head = entries->entries.back().seq] {
        const auto now = device.running() ? device.engine().chat_info(log) : Errc::closed;
        if (now && now->applied_seq >= head) stage_.forks.back().taken = true;
      });
  return true;
}

bool LyingRelay::to_device(Device& device, Bytes& frame) {
  if (lies_.empty() || !device.running()) return true;
  if (lies(Lie::drop_answers) && stage_.choices.one_in(8)) return false;
  if (lies(Lie::withhold) && withholds(device, frame)) return false;
  if (lies(Lie::old_key_packages)) serve_old_key_packages(frame);
  send_twice(device, frame);
  // Not held back: the same without the lie might be taken instead.
  if ((lies(Lie::swap) || lies(Lie::spoil)) && fork(device, frame)) return true;
  return !lies(Lie::reorder) || hold_back(device, frame);
}

}  // namespace tern::sim
