#include "relay/core.hpp"

#include "base/try.hpp"
#include "relay/batch_run.hpp"
#include "relay/blob_interests.hpp"
#include "relay/contact_upkeep.hpp"
#include "relay/directory.hpp"
#include "relay/fan_out.hpp"
#include "relay/kv_log_store.hpp"
#include "relay/numbers.hpp"
#include "relay/refusal.hpp"
#include "relay/request_queue.hpp"
#include "relay/upkeep.hpp"

namespace tern::relay {
namespace {

class CoreImpl final : public Core {
 public:
  CoreImpl(store::Environment& environment, Entropy& entropy, CoreConfig config)
      : limits_(config.limits),
        entropy_(entropy),
        events_(std::move(config.log), entropy),
        store_(environment),
        queue_(limits_),
        contacts_(config.secret, config.sends_codes) {}

  /// The directory's first key, unless there is one; and whether the secret opens what there is.
  Result<void> open_directory();

  void connected(Now, ConnectionId connection, const crypto::DhPublicKey& transport_key,
                 std::string_view origin) override {
    sessions_.add(connection, transport_key, origin);
    events_.line("connected connection=" + std::to_string(connection));
  }
  void disconnected(Now, ConnectionId connection) override {
    if (!sessions_.find(connection)) return;
    forget(connection);
    events_.line("disconnected connection=" + std::to_string(connection));
  }
  void receive(Now now, ConnectionId connection, Bytes frame) override {
    const auto* const session = sessions_.find(connection);
    if (!session) return;
    auto received = queue_.add(now, *session, std::move(frame));
    if (!received) close(connection, received.error().errc());
  }
  void set_writable(Now, ConnectionId connection, bool writable) override {
    auto* const session = sessions_.find(connection);
    if (!session) return;
    session->writable = writable;
    tell_of_blobs(*session);
  }

  void code_sent(Now, std::uint64_t job, bool sent) override;
  void work_done(Now now, std::uint64_t id) override;
  Result<void> rotate_directory_key(Now now) override;

  std::uint64_t backlog_bytes() const override { return queue_.bytes(); }
  bool has_work() const override {
    return !queue_.empty() || !codes_not_sent_.empty() || next_output_ < outputs_.size();
  }
  void run_batch(Now now) override;
  std::optional<Output> next_output() override {
    if (next_output_ < outputs_.size()) return std::move(outputs_[next_output_++]);
    outputs_.clear();
    next_output_ = 0;
    return std::nullopt;
  }
  std::int64_t next_deadline() const override {
    return std::min(upkeep_.next_deadline(), contact_upkeep_.next_deadline());
  }
  CoreStatistics statistics() const override { return statistics_; }

 private:
  Context context(Now now, LogTransaction& transaction, Batch& batch) {
    return {now,           limits_,       events_,     sessions_,     upkeep_,
            access_lists_, reservations_, recoveries_, device_rates_, contacts_,
            entropy_,      transaction,   batch};
  }
  void run_requests_of(Now now);
  void run_contact_upkeep(Now now);
  void deliver_late(Now now, const Batch& batch);  ///< only with TERN_DELIBERATE_FAULTS
  void publish_contacts(Now now, Batch& batch);
  void forget_changed(const Batch& batch);
  void hand_out_work();
  void forget(ConnectionId connection);
  void close(ConnectionId connection, Errc reason);
  void note_failure(const Error& error) {
    if (error == Errc::storage_io) statistics_.disk_failed = true;
  }
  void upkeep_failed(Now now, const Error& error);
  void publish(Now now, const std::vector<QueuedRequest>& requests, Batch& batch);
  void apply_to_sessions(Batch& batch);
  void publish_blobs(const Batch& batch);
  void tell_of_blobs(const Session& session);
  void log_refusals(const Batch& batch);
  void refuse_all(const std::vector<QueuedRequest>& requests, const Error& error);
  void answer(ConnectionId connection, Bytes frame);

  const RelayLimits limits_;
  Entropy& entropy_;
  EventLog events_;
  KvLogStore store_;
  RequestQueue queue_;
  Sessions sessions_;
  BlobInterests blob_interests_;
  AccessLists access_lists_;
  Reservations reservations_;
  Recoveries recoveries_;
  DeviceRates device_rates_;
  Upkeep upkeep_;
  Contacts contacts_;
  ContactUpkeep contact_upkeep_;
  std::vector<CodeJob> codes_not_sent_;
  std::vector<Output> outputs_;
  std::size_t next_output_ = 0;
  CoreStatistics statistics_;
};

void CoreImpl::run_batch(Now now) {
  const bool had_requests = !queue_.empty();
  run_requests_of(now);
  if (contact_upkeep_.due(now) || (had_requests && contact_upkeep_.sweep_due(now)))
    run_contact_upkeep(now);
}

void CoreImpl::run_requests_of(Now now) {
  const auto requests = queue_.take();
  const auto codes_not_sent = std::exchange(codes_not_sent_, {});
  if (requests.empty() && codes_not_sent.empty() && !upkeep_.due(now)) return;
  Batch batch;
  const auto done = store_.transact([&](LogTransaction& transaction) -> Result<void> {
    batch = Batch();
    reservations_.forget_staged();
    recoveries_.forget_staged();
    auto running = context(now, transaction, batch);
    for (const auto& job : codes_not_sent) TERN_TRY(take_back_code(running, job));
    TERN_TRY(run_requests(running, requests));
    TERN_TRY(upkeep_.run(transaction, now, limits_));
    TERN_TRY(finish_requests(running, requests));
    return find_receivers(running);
  });
  if (!done) {
    note_failure(done.error());
    upkeep_failed(now, done.error());
    forget_changed(batch);
    refuse_all(requests, done.error());
    // The commit may have reached the disk: then whom it was for has to ask.
    if (done.error() == Errc::storage_io)
      for (const auto connection : receivers_of(batch)) close(connection, Errc::storage_io);
    return;
  }
  reservations_.keep_staged(now.mono_ms);
  recoveries_.keep_staged(now.mono_ms);
  upkeep_.keep(now);
  upkeep_.take(now, batch);
  device_rates_.take(now.mono_ms, batch);
  ++statistics_.batches;
  statistics_.entries_stored += batch.entries_stored;
  publish(now, requests, batch);
#ifdef TERN_DELIBERATE_FAULTS
  deliver_late(now, batch);
#endif
}

#ifdef TERN_DELIBERATE_FAULTS
void CoreImpl::deliver_late(Now now, const Batch& batch) {
  if (batch.late_welcomes.empty()) return;
  Batch late;
  const auto done = store_.transact([&](LogTransaction& transaction) -> Result<void> {
    late = Batch();
    auto running = context(now, transaction, late);
    for (const auto& deliver : batch.late_welcomes) TERN_TRY(deliver(running));
    return find_receivers(running);
  });
  if (done) publish(now, {}, late);
}
#endif

// In a transaction of its own: on a full disk it must not take anybody's request down with it.
void CoreImpl::run_contact_upkeep(Now now) {
  Batch batch;
  const auto done = store_.transact([&](LogTransaction& transaction) -> Result<void> {
    batch = Batch();
    auto running = context(now, transaction, batch);
    return contact_upkeep_.run(running);
  });
  forget_changed(batch);
  if (!done) {
    note_failure(done.error());
    return contact_upkeep_.postpone(now);
  }
  contact_upkeep_.keep(now);
  upkeep_.take(now, batch);
  for (const auto& line : batch.log_lines) events_.line(line);
  publish_contacts(now, batch);
}

void CoreImpl::forget_changed(const Batch& batch) {
  for (const auto& log : batch.changed_access) access_lists_.forget(log);
  for (const auto& segment : batch.changed_segments) contacts_.segments.forget(segment);
}

void CoreImpl::publish_contacts(Now now, Batch& batch) {
  for (auto& [name, segment] : batch.encoded_segments)
    contacts_.segments.add(name, std::move(segment));
  for (auto& code : batch.codes) {
    const auto number = contacts_.jobs.add(code.job);
    outputs_.push_back(SendCode{number, std::move(code.number), std::move(code.code)});
  }
  for (auto& work : batch.works) {
    if (work.connection == own_work || sessions_.find(work.connection))
      contacts_.works.add(std::move(work));
  }
  hand_out_work();
  contact_upkeep_.take(now, batch);
}

void CoreImpl::hand_out_work() {
  if (auto work = contacts_.works.next()) outputs_.push_back(std::move(*work));
}

void CoreImpl::code_sent(Now, std::uint64_t number, bool sent) {
  const auto job = contacts_.jobs.take(number);
  if (!job) return;
  events_.line(sent ? "code sent" : "code not sent");
  if (!sent) codes_not_sent_.push_back(*job);
  // Nothing waits for the disk: what it says has been there since before the code was sent.
  const auto outcome = sent ? wire::Answer(wire::CodeSent{static_cast<std::uint32_t>(code_valid_s)})
                            : wire::Answer(refusal(Errc::verification_unavailable));
  answer(job->connection, wire::encode(wire::AnswerFrame{job->request, outcome}));
}

void CoreImpl::work_done(Now now, std::uint64_t id) {
  if (const auto work = contacts_.works.done(id)) {
    if (work->connection == own_work)
      contact_upkeep_.slice_done(now);
    else if (work->answer)
      answer(work->connection, work->answer());
  }
  hand_out_work();
}

Result<void> CoreImpl::rotate_directory_key(Now now) {
  TERN_TRY(store_.transact([&](LogTransaction& transaction) {
    return Rotation::begin(transaction, contacts_.keys, entropy_);
  }));
  contact_upkeep_.begin_rotation(now);
  return {};
}

Result<void> CoreImpl::open_directory() {
  return store_.transact([&](LogTransaction& transaction) -> Result<void> {
    TERN_ASSIGN(const bool opens, open_epochs(transaction, contacts_.epoch_keys));
    if (!opens) {
      TERN_ASSIGN(const auto numbers, transaction.numbers_after(std::nullopt, 1));
      if (!numbers.empty())
        return Error(Errc::storage_wrong_key,
                     "the relay's key is not the one that this folder's phone numbers were sealed "
                     "with: put back relay.key");
      TERN_TRY(give_up_epochs(transaction));
    }
    TERN_ASSIGN(const auto epochs, kept_epochs(transaction));
    for (const auto& row : epochs)
      if (row.stage == EpochStage::filling) contact_upkeep_.begin_rotation({});
    if (epochs.empty()) TERN_TRY(Rotation::begin(transaction, contacts_.keys, entropy_));
    return {};
  });
}

// What upkeep erases makes room, if the appends that found none do not take it back with them.
void CoreImpl::upkeep_failed(Now now, const Error& error) {
  if (error == Errc::storage_full) {
    const auto done = store_.transact(
        [&](LogTransaction& transaction) { return upkeep_.run(transaction, now, limits_); });
    if (done) return upkeep_.keep(now);
  }
  upkeep_.postpone(now);
}

// Only now, when what it says is on the disk.
void CoreImpl::publish(Now now, const std::vector<QueuedRequest>& requests, Batch& batch) {
  for (const auto& line : batch.log_lines) events_.line(line);
  log_refusals(batch);
  forget_changed(batch);
  apply_to_sessions(batch);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!batch.answers[i].empty()) answer(requests[i].connection, std::move(batch.answers[i]));
  }
  FanOut fan_out(sessions_, batch, outputs_);
  // A Welcome comes before what follows it in its chat.
  for (const bool to_inbox : {true, false})
    for (const auto& news : batch.news())
      if (news.inbox_of.has_value() == to_inbox) fan_out.push(news);
  for (const auto& signal : batch.signals) fan_out.push(signal);
  for (const auto& [device, left] : batch.key_packages_low)
    fan_out.push_key_packages_low(device, left);
  publish_blobs(batch);
  publish_contacts(now, batch);
  for (const auto& [connection, reason] : batch.closing) {
    if (reason == Errc::device_revoked) fan_out.push_revoked(connection);
    close(connection, reason);
  }
}

// Who asks in the batch that stored has been answered with what it stored.
void CoreImpl::publish_blobs(const Batch& batch) {
  for (const auto& [blob, chunks] : batch.blob_news)
    for (const auto connection : blob_interests_.advance(blob, chunks))
      if (const auto* const session = sessions_.find(connection)) tell_of_blobs(*session);
  for (const auto& [connection, blob] : batch.blob_interests)
    if (sessions_.find(connection)) blob_interests_.add(connection, blob);
}

void CoreImpl::tell_of_blobs(const Session& session) {
  if (!session.writable) return;
  for (const auto& head : blob_interests_.take_advanced(session.connection)) {
    wire::Notice notice;
    notice.what = wire::Notice::What::blob_advanced;
    notice.blob = head;
    outputs_.push_back(SendFrame{session.connection,
                                 std::make_shared<const Bytes>(wire::encode(wire::Push(notice)))});
  }
}

void CoreImpl::apply_to_sessions(Batch& batch) {
  for (const auto connection : batch.greeted) {
    if (auto* const session = sessions_.find(connection)) session->greeted = true;
  }
  for (const auto& [connection, identity] : batch.bound) {
    auto* const session = sessions_.find(connection);
    if (session && !batch.closing.count(connection)) sessions_.bind(*session, identity);
  }
  for (const auto& [connection, day] : batch.seen) {
    if (auto* const session = sessions_.find(connection)) session->seen_day = day;
  }
  for (auto& [connection, lags] : batch.resumed) {
    auto* const session = sessions_.find(connection);
    if (session) session->lags = {lags.begin(), lags.end()};
  }
  for (const auto& [connection, log] : batch.created_before) sessions_.tell_again(connection, log);
  for (const auto& read : batch.reads) {
    auto* const session = sessions_.find(read.connection);
    if (!session) continue;
    if (read.lag)
      session->lags[read.log] = *read.lag;
    else
      session->lags.erase(read.log);
  }
}

// The same refusal again and again is one line.
void CoreImpl::log_refusals(const Batch& batch) {
  for (const auto& [connection, reason] : batch.refusals) {
    auto* const session = sessions_.find(connection);
    if (!session || session->last_refusal == reason) continue;
    session->last_refusal = reason;
    events_.line("refused connection=" + std::to_string(connection) +
                 " reason=" + std::string(name(reason)));
  }
}

// Nothing of the batch has happened: each is told so, and may try again.
void CoreImpl::refuse_all(const std::vector<QueuedRequest>& requests, const Error& error) {
  events_.line("batch refused: " + std::string(name(error.errc())) +
               " requests=" + std::to_string(requests.size()));
  for (const auto& request : requests)
    answer(request.connection, wire::encode(wire::AnswerFrame{request.id, refusal_for_all(error)}));
}

void CoreImpl::answer(ConnectionId connection, Bytes frame) {
  if (!sessions_.find(connection)) return;
  outputs_.push_back(SendFrame{connection, std::make_shared<const Bytes>(std::move(frame))});
}

void CoreImpl::forget(ConnectionId connection) {
  sessions_.erase(connection);
  queue_.forget(connection);
  blob_interests_.forget(connection);
  contacts_.works.forget(connection);
}

void CoreImpl::close(ConnectionId connection, Errc reason) {
  events_.line("closed connection=" + std::to_string(connection) +
               " reason=" + std::string(name(reason)));
  forget(connection);
  outputs_.push_back(CloseConnection{connection, reason});
}

}  // namespace

Result<std::unique_ptr<Core>> Core::open(Now, store::Environment& environment, Entropy& entropy,
                                         CoreConfig config) {
  TERN_TRY(environment.read());
  auto core = std::make_unique<CoreImpl>(environment, entropy, std::move(config));
  TERN_TRY(core->open_directory());
  return std::unique_ptr<Core>(std::move(core));
}

}  // namespace tern::relay
