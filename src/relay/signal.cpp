// signal and ack: what is passed on without being stored, and what is stored without haste.
#include <algorithm>

#include "base/try.hpp"
#include "relay/requests.hpp"
#include "relay/upkeep.hpp"

namespace tern::relay {
namespace {

constexpr std::size_t signal_bytes_max = 16 * 1024;

}  // namespace

Result<wire::Answer> signal(Context& context, const Caller& caller, const wire::Signal& request) {
  if (request.payload.size() > signal_bytes_max) return Errc::entry_too_large;
  const auto& device = caller.identity.device;
  TERN_ASSIGN(const auto list, context.access_list(request.log));
  if (std::find(list->begin(), list->end(), device) == list->end()) return Errc::not_member;
  SignalNews news{request.log, device, request.payload, {}};
  for (const auto& member : *list) {
    const auto* const session = member == device ? nullptr : context.reachable(member);
    // A slow reader gets no signals: they are worth nothing later.
    if (session && session->writable) news.receivers.push_back(session->connection);
  }
  context.batch.signals.push_back(std::move(news));
  return wire::Answer(wire::Done{});
}

Result<wire::Answer> acknowledge(Context& context, const Caller& caller, const wire::Ack& request) {
  const auto& device = caller.identity.device;
  if (!context.upkeep.has_room(device))
    return Error(Errc::rate_limited).with_retry_after(std::chrono::seconds(1));
  for (const auto& position : request.logs) {
    // What is not the device's to acknowledge takes no place of what is.
    TERN_ASSIGN(const auto membership, context.store.member(position.log, device));
    if (membership && membership->acked < position.seq)
      context.batch.acks.push_back({position.log, device, position.seq});
  }
  context.batch.raise_counter(device, request.store_counter);
  return wire::Answer(wire::Done{});
}

}  // namespace tern::relay
