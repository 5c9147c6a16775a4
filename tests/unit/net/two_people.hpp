// A relay and two people with folders, on real sockets and disks.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "support/temporary_folder.hpp"
#include "tern/client.hpp"
#include "tern/relay.hpp"

namespace tern::test {

inline const Bytes storage_key(32, 0x42);
inline constexpr std::chrono::seconds patience{60};

class TestRelay {
 public:
  TestRelay() { start("127.0.0.1:0"); }
  void start(const std::string& listen) {
    relay_ = std::make_unique<Relay>(
        Relay::start({.folder = folder_.path / "relay", .listen = listen}).value());
  }
  void restart() {
    const auto listen = "127.0.0.1:" + std::to_string(relay_->port());
    relay_.reset();
    start(listen);
  }
  Relay& operator*() { return *relay_; }
  Relay* operator->() { return relay_.get(); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Relay> relay_;
};

// A person with a folder.
struct Person {
  explicit Person(const std::string& relay, bool start_offline = false)
      : client(Client::open(options(relay, start_offline)).value()) {}
  ClientOptions options(const std::string& relay = {}, bool start_offline = false) const {
    return {.folder = folder.path / "device",
            .storage_key = storage_key,
            .relay = relay,
            .start_offline = start_offline};
  }
  template <class Wanted>
  std::optional<Event> event(Wanted wanted) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until)
      if (auto event = client.wait_event(std::chrono::seconds(1)); event && wanted(*event))
        return event;
    return std::nullopt;
  }
  bool reads(const std::string& text) {
    return event([&](const Event& event) {
             const auto* arrived = std::get_if<MessageArrived>(&event);
             const auto* body = arrived ? std::get_if<Text>(&arrived->message.body) : nullptr;
             return body && body->text == text;
           })
        .has_value();
  }
  bool reaches(const MessageId& id, MessageState state) {
    return event([&](const Event& event) {
             const auto* changed = std::get_if<MessageChanged>(&event);
             return changed && changed->id == id && changed->state == state;
           })
        .has_value();
  }
  /// The voice message, when all of it is here.
  std::optional<Message> receives_voice(const MessageId& id) {
    std::optional<Message> out;
    (void)event([&](const Event& event) {
      if (const auto* arrived = std::get_if<MessageArrived>(&event);
          arrived && arrived->message.id == id)
        out = arrived->message;
      if (out && std::get<Voice>(out->body).media.state == Media::State::here) return true;
      const auto* moved = std::get_if<MediaChanged>(&event);
      return out && moved && moved->id == id && moved->media.state == Media::State::here;
    });
    return out;
  }
  bool has_media(const MessageId& id) {
    return event([&](const Event& event) {
             const auto* moved = std::get_if<MediaChanged>(&event);
             return moved && moved->id == id && moved->media.state == Media::State::here;
           })
        .has_value();
  }
  std::optional<LiveStarted> hears_live() {
    const auto started =
        event([](const Event& event) { return std::holds_alternative<LiveStarted>(event); });
    if (!started) return std::nullopt;
    return std::get<LiveStarted>(*started);
  }
  bool goes(bool online) {
    return event([&](const Event& event) {
             const auto* changed = std::get_if<ConnectionChanged>(&event);
             return changed && changed->online == online;
           })
        .has_value();
  }

  TemporaryFolder folder;
  Client client;
};

// Two people who know each other, online.
struct Two {
  Two() {
    for (auto* person : {&anna, &bo}) person->client.register_device().wait(patience).value();
  }
  Chat annas() { return anna.client.chat_with(bo.client.account_id()).value(); }
  Chat bos() { return bo.client.chat_with(anna.client.account_id()).value(); }
  TestRelay relay;
  Person anna{relay->address()}, bo{relay->address()};
};

}  // namespace tern::test
