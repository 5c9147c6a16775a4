#include "relay/refusal.hpp"

#include "store/port.hpp"

namespace tern::relay {
namespace {

std::uint32_t limit_of(Errc code) {
  switch (code) {
    case Errc::batch_too_large:
      return limits::batch_entries_max;
    case Errc::entry_too_large:
      return limits::entry_payload_bytes_max;
    case Errc::chat_too_large:
      return limits::chat_devices_max;
    case Errc::blob_too_large:
      return limits::blob_bytes_max;
    default:
      return 0;
  }
}

}  // namespace

bool ends_batch(Errc code) { return code == Errc::internal || store::is_storage(code); }

wire::Refused refusal(const Error& error) {
  wire::Refused out;
  out.code = error.errc();
  out.retry_after_ms = static_cast<std::uint32_t>(error.retry_after().count());
  out.limit = limit_of(out.code);
  return out;
}

}  // namespace tern::relay
