#include "sim/relay_node.hpp"

#include <stdexcept>

#include "sim/world.hpp"

namespace tern::sim {
namespace {

// A batch waits this long for more, as it would behind the fsync of the one before.
constexpr std::int64_t batch_delay_ms = 2;

}  // namespace

RelayNode::RelayNode(World& world, const RelayLimits& limits) : world_(world), limits_(limits) {
  start();
}

RelayNode::~RelayNode() = default;

void RelayNode::start() {
  if (running()) return;
  environment_ = store::open_memory(disk_);
  auto opened = relay::Core::open(world_.now(), *environment_, world_.entropy(), limits_,
                                  [this](std::string_view line) { log_lines_.emplace_back(line); });
  if (!opened) throw std::runtime_error("the relay does not open: " + opened.error().message());
  core_ = std::move(opened).value();
}

void RelayNode::kill(bool power_cut) {
  if (!running()) return;
  ++life_;
  core_.reset();
  environment_.reset();
  batch_scheduled_ = false;
  wake_at_ms_ = never_ms;
  for (auto& [id, link] : std::exchange(links_, {})) link->cut();
  if (power_cut) disk_.power_cut();
}

std::shared_ptr<Link> RelayNode::accept(Device& device) {
  if (!running()) return nullptr;
  const auto id = ++last_connection_;
  auto link = std::make_shared<Link>(world_, device, *this, id);
  links_[id] = link;
  core_->connected(world_.now(), id, device.engine().transport_key().public_key);
  return link;
}

void RelayNode::receive(relay::ConnectionId id, Bytes frame) {
  if (!running() || !links_.contains(id)) return;
  core_->receive(world_.now(), id, std::move(frame));
  wake();
}

void RelayNode::lost(relay::ConnectionId id) {
  if (links_.erase(id) == 0 || !running()) return;
  core_->disconnected(world_.now(), id);
  wake();
}

void RelayNode::wake() {
  if (died()) return;
  drain();
  if (core_->has_work() && !batch_scheduled_) {
    batch_scheduled_ = true;
    world_.scheduler().after(batch_delay_ms, [this, life = life_] {
      if (life == life_) run_batch();
    });
  }
  const auto deadline = core_->next_deadline();
  if (deadline >= wake_at_ms_) return;
  wake_at_ms_ = deadline;
  world_.scheduler().at(deadline, [this, life = life_, deadline] {
    if (life != life_ || wake_at_ms_ != deadline) return;
    wake_at_ms_ = never_ms;
    run_batch();
  });
}

void RelayNode::run_batch() {
  batch_scheduled_ = false;
  if (!running()) return;
  core_->run_batch(world_.now());
  wake();
}

void RelayNode::drain() {
  while (auto output = core_->next_output()) {
    if (auto* send = std::get_if<relay::SendFrame>(&*output)) {
      if (auto found = links_.find(send->to); found != links_.end())
        found->second->to_device(*send->frame);
    } else if (auto* close = std::get_if<relay::CloseConnection>(&*output)) {
      if (auto found = links_.find(close->connection); found != links_.end())
        std::shared_ptr(found->second)->cut();
    }
  }
}

bool RelayNode::died() {
  if (!running()) return true;
  if (!disk_.failed()) return false;
  kill();
  return true;
}

}  // namespace tern::sim
