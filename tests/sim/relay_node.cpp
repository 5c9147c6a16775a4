#include "sim/relay_node.hpp"

#include <stdexcept>

#include "relay/tables.hpp"
#include "sim/world.hpp"
#include "store/journal.hpp"

namespace tern::sim {
namespace {

// A batch waits this long for more, as it would behind the fsync of the one before.
constexpr std::int64_t batch_delay_ms = 2;
constexpr std::int64_t code_delay_ms = 500;

}  // namespace

RelayNode::RelayNode(World& world, const RelayLimits& limits) : world_(world), limits_(limits) {
  start();
}

RelayNode::~RelayNode() = default;

Now RelayNode::now() const {
  auto out = world_.now();
  out.wall_ms += clock_ahead_ms_;
  return out;
}

std::unique_ptr<store::Environment> open_relay_tables(store::MemoryDisk& disk) {
  // So small that what waits is brought home in short worlds too.
  auto tables = store::open_journaled(
      store::open_memory(disk), {.table = relay::tables::journal, .waiting_bytes = 16u << 10});
  if (!tables)
    throw std::runtime_error("the relay's disk does not open: " + tables.error().message());
  return std::move(tables).value();
}

void RelayNode::start() {
  if (running()) return;
  environment_ = open_relay_tables(disk_);
  auto opened = relay::Core::open(
      now(), *environment_, world_.entropy(),
      {.limits = limits_, .secret = {}, .sends_codes = true, .log = [this](std::string_view line) {
         log_lines_.emplace_back(line);
       }});
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
  core_->connected(now(), id, device.engine().transport_key().public_key);
  return link;
}

void RelayNode::receive(relay::ConnectionId id, Bytes frame) {
  if (!running() || !links_.contains(id)) return;
  core_->receive(now(), id, std::move(frame));
  wake();
}

void RelayNode::lost(relay::ConnectionId id) {
  if (links_.erase(id) == 0 || !running()) return;
  core_->disconnected(now(), id);
  wake();
}

void RelayNode::set_writable(const Device& device, bool writable) {
  if (!running()) return;
  for (const auto& [id, link] : links_)
    if (&link->device() == &device) core_->set_writable(now(), id, writable);
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
  core_->run_batch(now());
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
    } else if (auto* code = std::get_if<relay::SendCode>(&*output)) {
      send_code(std::move(*code));
    } else if (auto* work = std::get_if<relay::RunWork>(&*output)) {
      run_work(std::move(*work));
    }
  }
}

void RelayNode::send_code(relay::SendCode job) {
  const bool sent = !codes_fail;
  if (sent) codes_[job.number] = job.code;
  world_.scheduler().after(code_delay_ms, [this, life = life_, id = job.job, sent] {
    if (life != life_ || !running()) return;
    core_->code_sent(now(), id, sent);
    wake();
  });
}

void RelayNode::run_work(relay::RunWork work) {
  world_.scheduler().after(0, [this, life = life_, work = std::move(work)] {
    if (life != life_ || !running()) return;
    work.run();
    core_->work_done(now(), work.id);
    wake();
  });
}

std::string RelayNode::code_for(std::string_view number) const {
  const auto found = codes_.find(number);
  return found != codes_.end() ? found->second : std::string();
}

void RelayNode::rotate_directory_key() {
  if (!core_->rotate_directory_key(now()))
    throw std::runtime_error("the directory's key does not rotate");
  wake();
}

bool RelayNode::died() {
  if (!running()) return true;
  if (outlives_disk_errors_ || !disk_.failed()) return false;
  kill();
  return true;
}

}  // namespace tern::sim
