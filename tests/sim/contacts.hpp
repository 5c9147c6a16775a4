// People who have phone numbers and address books.
#pragma once

#include "sim/frame_edits.hpp"
#include "sim/people.hpp"

namespace tern::sim {

inline Result<void> request_code(World& world, Device& device, std::string_view number) {
  Answer<void> asked;
  device.engine().request_code(world.now(), number, asked.done());
  device.run_outputs();
  REQUIRE(world.run_until([&] { return asked.result.has_value(); }));
  return *asked.result;
}

inline Result<void> confirm(World& world, Device& device, std::string_view code,
                            std::string_view pin = {}) {
  Answer<void> asked;
  device.engine().confirm_number(world.now(), code, pin, asked.done());
  device.run_outputs();
  REQUIRE(world.run_until([&] { return asked.result.has_value(); }));
  return *asked.result;
}

inline void give_number(World& world, Device& device, const std::string& number) {
  REQUIRE(request_code(world, device, number));
  REQUIRE(confirm(world, device, world.relay().code_for(number)));
  REQUIRE(device.engine().number() == number);
}

/// A new account with one device and this number.
inline Device& add_with_number(World& world, const std::string& name, const std::string& number) {
  auto& out = world.add_device(name);
  give_number(world, out, number);
  return out;
}

inline Contact entry(std::string number, std::string name) {
  Contact out;
  out.number = std::move(number);
  out.written = out.number;
  out.name = std::move(name);
  return out;
}

/// Begins a sync; `sync()` waits for its end.
inline void begin_sync(World& world, Device& device, const std::vector<Contact>& book,
                       Answer<SyncResult>& answer, bool replace = false) {
  device.engine().sync_contacts(world.now(), book, replace, answer.done());
  device.run_outputs();
}

inline Result<SyncResult> sync(World& world, Device& device, const std::vector<Contact>& book,
                               bool replace = false) {
  Answer<SyncResult> answer;
  begin_sync(world, device, book, answer, replace);
  REQUIRE(world.run_until([&] { return answer.result.has_value(); }));
  return *answer.result;
}

inline Result<void> refresh(World& world, Device& device) {
  Answer<void> answer;
  device.engine().refresh_contacts(world.now(), answer.done());
  device.run_outputs();
  REQUIRE(world.run_until([&] { return answer.result.has_value(); }));
  return *answer.result;
}

inline std::string number_of(int i) { return "+32470" + std::to_string(100'000 + i); }

inline std::vector<std::string> names_of(const std::vector<Contact>& contacts) {
  std::vector<std::string> out;
  for (const auto& contact : contacts) out.push_back(contact.name);
  return out;
}

/// Counts requests of a kind that a device sends, while it lives.
template <class What>
class RequestCounter {
 public:
  RequestCounter(World& world, const Device& device) : world_(world) {
    world.relay().on_frame_from_device = [this, &device](Device& from, Bytes& frame) {
      if (&from == &device) count += count_requests<What>(frame);
      return true;
    };
  }
  ~RequestCounter() { world_.relay().on_frame_from_device = nullptr; }
  RequestCounter(const RequestCounter&) = delete;
  RequestCounter& operator=(const RequestCounter&) = delete;
  std::size_t count = 0;

 private:
  World& world_;
};

}  // namespace tern::sim
