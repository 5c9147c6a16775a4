#include "relay/event_log.hpp"

#include "crypto/hash.hpp"

namespace tern::relay {

EventLog::EventLog(std::function<void(std::string_view)> write, Entropy& entropy)
    : write_(std::move(write)) {
  entropy.fill(salt_);
}

std::string EventLog::tag(ByteSpan id) const {
  return to_hex(crypto::blake2b({id}, salt_).span().first(4));
}

void EventLog::line(std::string_view text) const {
  if (write_) write_(text);
}

}  // namespace tern::relay
