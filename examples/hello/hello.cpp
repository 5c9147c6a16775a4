// The shortest conversation: a relay and two people, in one process.
#include <iostream>
#include <tern/client.hpp>
#include <tern/relay.hpp>

using namespace std::chrono_literals;

int main() {
  const tern::Bytes key(32, 7);  // an app keeps 32 random bytes in the system's key store
  auto relay = tern::Relay::start({.folder = "relay", .listen = "127.0.0.1:0"}).value();
  const auto at = relay.address();  // tern://HOST:PORT/KEY
  auto anna = tern::Client::open({.folder = "anna", .storage_key = key, .relay = at}).value();
  auto bo = tern::Client::open({.folder = "bo", .storage_key = key, .relay = at}).value();
  anna.register_device().wait(10s).value();
  bo.register_device().wait(10s).value();

  auto chat = anna.chat_with(bo.account_id()).value();
  chat.send_text("Tot straks!").value();  // on Anna's disk when it returns

  while (auto event = bo.wait_event(10s))
    if (auto* arrived = std::get_if<tern::MessageArrived>(&*event))
      if (auto* text = std::get_if<tern::Text>(&arrived->message.body))
        return std::cout << text->text << "\n", 0;
  return 1;
}
