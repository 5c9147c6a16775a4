#include "bench/conversation.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

#include "bench/must.hpp"

namespace tern::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 60s;

Client open_client(const std::filesystem::path& folder, const std::string& relay) {
  const Bytes key(32, 7);
  auto client = must(Client::open({.folder = folder, .storage_key = key, .relay = relay}));
  must(client.register_device().wait(patience));
  return client;
}

}  // namespace

struct Conversation::Codes {
  std::mutex mutex;
  std::map<std::string, std::string> by_number;
};

namespace {

RelayOptions relay_options(const std::filesystem::path& folder) {
  RelayOptions options{.folder = folder, .listen = "127.0.0.1:0"};
  options.limits.append_per_second = 1'000'000;
  options.limits.append_burst = 1'000'000;
  options.limits.work_bits = 0;
  options.limits.codes_per_hour = 1'000;
  return options;
}

}  // namespace

Conversation::Conversation(const std::filesystem::path& parent) {
  auto pattern = (parent / "tern-bench-XXXXXX").string();
  if (!mkdtemp(pattern.data())) give_up("no folder in " + parent.string());
  folder_ = pattern;
  codes_ = std::make_shared<Codes>();
  auto options = relay_options(folder_ / "relay");
  options.send_code = [codes = codes_](std::string_view number, std::string_view code) {
    const std::lock_guard lock(codes->mutex);
    codes->by_number[std::string(number)] = std::string(code);
    return true;
  };
  relay_ = must(Relay::start(options));
  sender_ = open_client(folder_ / "sender", relay_->address());
  receiver_ = open_client(folder_ / "receiver", relay_->address());
  chat_ = must(sender_->chat_with(receiver_->account_id()));
  message_ms();
  await_delivery();
}

Conversation::~Conversation() {
  sender_.reset();
  receiver_.reset();
  relay_.reset();
  std::filesystem::remove_all(folder_);
}

std::string Conversation::code_for(const std::string& number) const {
  const std::lock_guard lock(codes_->mutex);
  return codes_->by_number[number];
}

double Conversation::message_ms() {
  const auto start = Clock::now();
  queue(1);
  await_arrival(1);
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void Conversation::go_offline() {
  sender_->set_network(false);
  while (sender_->connection() != Connection::offline) sender_->wait_event(10ms);
}

void Conversation::go_online() { sender_->set_network(true); }

void Conversation::queue(std::size_t count) {
  const std::string text(256, 'a');
  const std::vector<std::string_view> texts(count, text);
  newest_ = must(chat_->send_texts(texts)).back();
}

void Conversation::await_arrival(std::size_t count) {
  while (count > 0) {
    const auto event = receiver_->wait_event(patience);
    if (!event) give_up("a message did not arrive");
    const auto* arrived = std::get_if<MessageArrived>(&*event);
    if (arrived && std::holds_alternative<Text>(arrived->message.body)) --count;
  }
}

void Conversation::await_delivery() {
  const auto deadline = Clock::now() + patience;
  while (must(chat_->message(newest_)).state < MessageState::delivered) {
    if (Clock::now() > deadline) give_up("no receipt came");
    sender_->wait_event(10ms);
  }
}

Chat Conversation::receivers_chat() { return must(receiver_->chat(chat_->id())); }

Syncs Conversation::syncs() const {
  return {sender_->statistics().store_syncs, relay_->statistics().store_syncs,
          receiver_->statistics().store_syncs};
}

}  // namespace tern::bench
