// read: a stretch of a log, as much as fits into one frame.
#include <algorithm>

#include "base/try.hpp"
#include "relay/contacts.hpp"
#include "relay/entry_frames.hpp"
#include "relay/log_heads.hpp"
#include "relay/requests.hpp"
#include "relay/welcome_delivery.hpp"

namespace tern::relay {
namespace {

struct Asking {
  DeviceId device;
  bool whole = false;  ///< its own entries too
};

wire::Entry entry_of(const EntryRow& row, const Asking& reader) {
  auto out = entry_of(row);
  // Its author has kept it, under this id. Welcomes and holes are never the reader's own.
  out.own = !reader.whole && row.author == reader.device && row.kind != wire::EntryKind::welcome &&
            row.kind != wire::EntryKind::hole;
  if (out.own) out.payload = {};
  return out;
}

struct Stretch {
  std::uint64_t from = 1;
  std::uint64_t to = 0;
  std::size_t entries_max = 0;
};

// Payloads stay where the store has them: nothing asks it for more before they are encoded.
Result<std::vector<wire::Entry>> read_chat(Context& context, const LogId& log, const Asking& reader,
                                           const Stretch& stretch) {
  std::vector<wire::Entry> out;
  FrameRoom room(stretch.entries_max);
  TERN_TRY(context.store.read(log, stretch.from, stretch.to, [&](const EntryRow& row) {
    const auto entry = entry_of(row, reader);
    // A hole begins an answer of its own.
    if (!out.empty() && entry.seq != out.back().seq + 1) return Scan::stop;
    if (!room.take(entry)) return Scan::stop;
    out.push_back(entry);
    return Scan::next;
  }));
  return out;
}

// A Welcome may lie in two rows: each is put together before the next is looked at.
Result<std::vector<wire::Entry>> read_inbox(Context& context, const LogId& log,
                                            const Asking& reader, const Stretch& stretch) {
  std::vector<wire::Entry> out;
  FrameRoom room(stretch.entries_max);
  for (auto seq = stretch.from; seq <= stretch.to; ++seq) {
    std::optional<EntryRow> row;
    TERN_TRY(context.store.read(log, seq, seq, [&](const EntryRow& found) {
      row = found;
      return Scan::stop;
    }));
    if (!row) break;
    auto entry = entry_of(*row, reader);
    TERN_ASSIGN(auto payload, whole_welcome(context.store, *row));
    entry.payload = payload;
    if (!room.take(entry)) break;
    entry.payload = context.batch.keep(std::move(payload));
    out.push_back(entry);
  }
  return out;
}

wire::Answer refused_at(Errc code, std::uint64_t head, std::uint64_t first_kept = 0) {
  wire::Refused refused;
  refused.code = code;
  refused.head = head;
  refused.base = first_kept;
  return refused;
}

}  // namespace

Result<wire::Answer> read(Context& context, const Caller& caller, const wire::Read& request) {
  const auto& device = caller.identity.device;
  TERN_ASSIGN(const auto membership, membership_in(context, request.log, device));
  TERN_ASSIGN(const auto state, context.store.log(request.log));
  if (!state) return Errc::not_member;
  const auto to = readable_to(*state, membership);
  const auto from = std::max<std::uint64_t>(request.from, 1);
  if (from < state->first_kept) return refused_at(Errc::log_pruned, to, state->first_kept);
  if (from > to + 1)
    return refused_at(membership.on_list() ? Errc::log_rolled_back : Errc::not_member, to);
  const Stretch stretch{from, to,
                        std::clamp<std::size_t>(request.entries_max, 1, limits::batch_entries_max)};
  wire::Entries answer;
  answer.log = request.log;
  answer.head = to;
  TERN_ASSIGN(answer.entries,
              state->kind == LogKind::inbox
                  ? read_inbox(context, request.log, {device, false}, stretch)
                  : read_chat(context, request.log, {device, request.whole}, stretch));
  const auto told = answer.entries.empty() ? from - 1 : answer.entries.back().seq;
  ReadTold outcome{caller.session.connection, request.log, {}};
  if (told < to) outcome.lag = Lag{told, true};
  if (told == state->head && state->kind == LogKind::chat)
    answer.seal = context.contacts.keys.head_seal(request.log, *state);
  context.batch.reads.push_back(outcome);
  return wire::Answer(std::move(answer));
}

}  // namespace tern::relay
