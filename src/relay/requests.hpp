// What the relay does for each request, inside a batch's transaction.
//
// A handler checks everything before it writes anything: an error that is not the store's refuses
// this one request, and then nothing of it may have been written. An error of the store ends the
// batch. Nothing here changes what outlives the batch: that is staged in Context::batch.
#pragma once

#include "relay/access_lists.hpp"
#include "relay/batch.hpp"
#include "relay/device_rates.hpp"
#include "relay/event_log.hpp"
#include "relay/recoveries.hpp"
#include "relay/reservations.hpp"
#include "tern/relay.hpp"

namespace tern::relay {

class Upkeep;
struct Contacts;

struct Context {
  Now now;
  const RelayLimits& limits;
  const EventLog& events;
  const Sessions& sessions;
  const Upkeep& upkeep;
  AccessLists& access_lists;
  Reservations& reservations;
  Recoveries& recoveries;
  const DeviceRates& device_rates;
  Contacts& contacts;
  Entropy& entropy;
  LogTransaction& store;
  Batch& batch;

  std::int64_t wall_s() const { return now.wall_ms / 1000; }
  /// The connection of a device that is to be told something at the batch's end; null when it is
  /// offline, about to be closed, or told everything by its Resume.
  const Session* reachable(const DeviceId& device) const;
  /// Who is on the log's access list, with what this batch has changed.
  Result<AccessLists::List> access_list(const LogId& log) const;
};

/// One request's sender.
struct Caller {
  const Session& session;
  Identity identity;
  std::uint32_t request = 0;  ///< its id, for an answer that comes later
};

/// The membership under which `caller` may use the log. An unknown log is answered like one that
/// the device is not in: the id of a one-to-one chat can be computed by anyone, and whether it
/// exists is nobody else's business. Errors: not_member.
Result<Membership> membership_in(Context& context, const LogId& log, const DeviceId& device);

/// From now on the connection speaks for the device; another connection of it is closed.
void bind(Context& context, const Session& session, const Identity& identity);
/// Names the connection's device, if it is known. Errors: unsupported_version, device_revoked.
Result<void> begin_resume(Context& context, const Session& session, const wire::Resume& request);
/// At the batch's end: what there is now. `identity` is null for an unknown device.
Result<wire::Answer> finish_resume(Context& context, const Session& session,
                                   const Identity* identity, const wire::Resume& request);
Result<wire::Answer> register_device(Context& context, const Session& session,
                                     const wire::Register& request);

Result<wire::Answer> create_log(Context& context, const Caller& caller,
                                const wire::CreateLog& request);
Result<wire::Answer> append(Context& context, const Caller& caller, const wire::Append& request);
/// At the batch's end.
Result<wire::Answer> read(Context& context, const Caller& caller, const wire::Read& request);
Result<wire::Answer> acknowledge(Context& context, const Caller& caller, const wire::Ack& request);
Result<wire::Answer> reserve(Context& context, const Caller& caller, const wire::Reserve& request);
Result<wire::Answer> report_head(Context& context, const Caller& caller,
                                 const wire::ReportHead& request);
Result<wire::Answer> read_members(Context& context, const Caller& caller,
                                  const wire::ReadMembers& request);
Result<wire::Answer> signal(Context& context, const Caller& caller, const wire::Signal& request);

Result<wire::Answer> publish_key_packages(Context& context, const Caller& caller,
                                          const wire::PublishKeyPackages& request);
Result<wire::Answer> claim_key_packages(Context& context, const Caller& caller,
                                        const wire::ClaimKeyPackages& request);

Result<wire::Answer> put_blob(Context& context, const Caller& caller, const wire::PutBlob& request);
/// At the batch's end.
Result<wire::Answer> get_blob(Context& context, const Caller& caller, const wire::GetBlob& request);

}  // namespace tern::relay
