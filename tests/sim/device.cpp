#include "sim/device.hpp"

#include <stdexcept>

#include "sim/world.hpp"

namespace tern::sim {

Device::Device(World& world, std::string name, const client::EngineConfig& config)
    : world_(world), name_(std::move(name)), config_(config), relay_(&world.relay()) {
  world_.entropy().fill(key_.mutable_span());
  start();
  account_ = engine_->account_id();
  device_ = engine_->device_id();
}

Device::~Device() = default;

Now Device::now() const {
  auto out = world_.now();
  out.wall_ms += clock_ahead_ms_;
  return out;
}

void Device::start() {
  if (running()) return;
  environment_ = store::open_memory(disk_);
  auto opened = client::Engine::open(now(), *environment_, key_, world_.entropy(), config_);
  if (!opened) throw std::runtime_error(name_ + " does not open: " + opened.error().message());
  engine_ = std::move(opened).value();
  after_input();
  schedule_connect();
}

void Device::kill(bool power_cut) {
  if (!running()) return;
  ++life_;
  engine_.reset();
  environment_.reset();
  tick_at_ms_ = never_ms;
  connecting_ = false;
  if (auto link = std::exchange(link_, nullptr)) link->cut();
  if (power_cut) disk_.power_cut();
}

void Device::set_network(bool available) {
  if (std::exchange(network_, available) == available) return;
  if (available) return schedule_connect();
  cut();
}

void Device::set_relay(RelayNode& relay) {
  relay_ = &relay;
  cut();
}

void Device::cut() {
  if (link_) link_->cut();
}

std::optional<MessageId> Device::send(const ChatId& chat, std::string_view text) {
  auto ids = send(chat, std::vector<std::string>{std::string(text)});
  if (!ids) return std::nullopt;
  return ids->front();
}

std::optional<std::vector<MessageId>> Device::send(const ChatId& chat,
                                                   const std::vector<std::string>& texts) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  auto ids = engine_->send_texts(now(), chat, views);
  after_input();
  if (!running()) return std::nullopt;
  if (!ids) throw std::runtime_error(name_ + " cannot send: " + ids.error().message());
  return std::move(ids).value();
}

std::vector<Message> Device::history(const ChatId& chat) const {
  return engine_->history(chat, 1'000'000, std::nullopt).value();
}

std::vector<std::string> Device::texts(const ChatId& chat) const {
  std::vector<std::string> out;
  for (const auto& message : history(chat))
    if (const auto* text = std::get_if<Text>(&message.body)) out.push_back(text->text);
  return out;
}

bool Device::saw_problem(Errc code) const {
  for (const auto& event : events_)
    if (const auto* problem = std::get_if<Problem>(&event); problem && problem->code == code)
      return true;
  return false;
}

void Device::after_input() {
  if (died()) return;
  drain();
  if (died()) return;
  schedule_tick();
}

void Device::drain() {
  while (running()) {
    auto output = engine_->next_output();
    if (!output) break;
    if (auto* send = std::get_if<client::SendFrame>(&*output)) {
      if (link_) link_->to_relay(std::move(send->frame));
    } else {
      cut();
    }
  }
  while (auto event = engine_->next_event()) events_.push_back(std::move(*event));
}

void Device::schedule_tick() {
  const auto deadline = engine_->next_deadline();
  if (deadline >= tick_at_ms_) return;
  tick_at_ms_ = deadline;
  world_.scheduler().at(deadline, [this, life = life_, deadline] {
    if (life != life_ || !running() || tick_at_ms_ != deadline) return;
    tick_at_ms_ = never_ms;
    engine_->tick(now());
    after_input();
  });
}

void Device::schedule_connect() {
  if (!running() || !network_ || link_ || connecting_) return;
  connecting_ = true;
  const auto spread = static_cast<std::uint64_t>(world_.weather().reconnect_max_ms + 1);
  world_.scheduler().after(static_cast<std::int64_t>(1 + world_.entropy().below(spread)),
                           [this, life = life_] {
                             if (life == life_) connect();
                           });
}

void Device::connect() {
  connecting_ = false;
  if (!running() || !network_ || link_) return;
  link_ = relay_->accept(*this);
  if (!link_) return schedule_connect();
  engine_->link_up(now());
  after_input();
}

void Device::receive(Bytes frame) {
  if (!running()) return;
  engine_->receive(now(), frame);
  after_input();
}

void Device::link_lost() {
  link_ = nullptr;
  if (!running()) return;
  engine_->link_down(now());
  after_input();
  schedule_connect();
}

bool Device::died() {
  if (!running()) return true;
  if (outlives_disk_errors_ || !disk_.failed()) return false;
  kill();
  return true;
}

}  // namespace tern::sim
