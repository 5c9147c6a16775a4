#include "relay/batch_run.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "relay/deletion.hpp"
#include "relay/directory_reading.hpp"
#include "relay/evaluation.hpp"
#include "relay/numbers.hpp"
#include "relay/refusal.hpp"

namespace tern::relay {
namespace {

/// One request, its sender and where its answer goes.
class Running {
 public:
  Running(Context& context, const QueuedRequest& queued, Bytes& answer)
      : context_(context), queued_(queued), answer_(answer) {
    session_ = context.sessions.find(queued.connection);
  }

  Result<void> run() {
    if (!session_ || context_.batch.closing.count(queued_.connection)) return {};
    if (queued_.refused) {
      context_.batch.refusals.emplace_back(queued_.connection, queued_.refused->code);
      return reply(wire::Answer(*queued_.refused));
    }
    TERN_TRY(std::visit([this](const auto& request) { return handle(request); }, *queued_.request));
    return note_account();
  }
  /// Answers that wait for the batch's end.
  Result<void> finish() {
    if (!session_ || context_.batch.closing.count(queued_.connection)) return {};
    const bool answered = queued_.refused || !answer_.empty();
    const auto* const resume = answered ? nullptr : std::get_if<wire::Resume>(&*queued_.request);
    const auto known = identity();
    // What a Resume is told need not be told to the Register beside it.
    if (context_.batch.registered.erase(queued_.connection) && !resume) return tell_of_no_log();
    if (answered) return {};
    if (resume)
      return reply(finish_resume(context_, *session_, known ? &*known : nullptr, *resume));
    if (!known) return {};
    return std::visit([&](const auto& request) { return tell(caller(*known), request); },
                      *queued_.request);
  }

 private:
  Result<void> tell(const Caller& caller, const wire::Read& request) {
    return reply(read(context_, caller, request));
  }
  Result<void> tell(const Caller& caller, const wire::GetBlob& request) {
    return reply(get_blob(context_, caller, request));
  }
  Result<void> tell(const Caller& caller, const wire::GetDirectory& request) {
    return reply(get_directory(context_, caller, request));
  }
  Result<void> tell(const Caller& caller, const wire::GetSegments& request) {
    return reply(get_segments(context_, caller, request));
  }
  Result<void> tell(const Caller& caller, const wire::GetChanges& request) {
    return reply(get_changes(context_, caller, request));
  }
  Result<void> tell(const Caller& caller, const wire::Lookup& request) {
    return reply(lookup(context_, caller, request));
  }
  template <class Request>
  Result<void> tell(const Caller&, const Request&) {
    return {};  // its answer comes later
  }

  Caller caller(const Identity& known) const { return {*session_, known, queued_.id}; }
  std::optional<Identity> identity() const {
    const auto bound = context_.batch.bound.find(queued_.connection);
    auto out =
        bound != context_.batch.bound.end() ? std::optional(bound->second) : session_->identity;
    if (out && context_.batch.revoked.count(out->device)) out.reset();
    return out;
  }
  // Once a day for each connection.
  Result<void> note_account() {
    const auto day = day_of(context_.wall_s());
    if (session_->seen_day == day) return {};
    const auto known = identity();
    if (!known) return {};
    context_.batch.seen.emplace_back(queued_.connection, day);
    return note_seen(context_, known->account);
  }
  bool has_introduced_itself() const {
    return session_->greeted || context_.batch.greeted.count(queued_.connection) || identity();
  }

  // The design's section 4: a first Noise message can be replayed, so that nothing happens before
  // the first transport message, which says who is there.
  Result<void> handle(const wire::Resume& request) {
    const auto begun = begin_resume(context_, *session_, request);
    if (begun) return {};
    if (begun.error() == Errc::device_revoked)
      context_.batch.closing[queued_.connection] = Errc::device_revoked;
    return reply(begun.error());
  }
  Result<void> handle(const wire::Register& request) {
    return reply(register_device(context_, *session_, request));
  }
  Result<void> handle(const wire::Ping&) {
    if (!has_introduced_itself()) return reply(Error(Errc::not_registered));
    return reply(wire::Answer(wire::Done{}));
  }
  // At the batch's end: everything that it stored is there.
  Result<void> handle(const wire::Read&) { return wait_for_end(); }
  Result<void> handle(const wire::GetBlob&) { return wait_for_end(); }
  Result<void> handle(const wire::GetDirectory&) { return wait_for_end(); }
  Result<void> handle(const wire::GetSegments&) { return wait_for_end(); }
  Result<void> handle(const wire::GetChanges&) { return wait_for_end(); }
  Result<void> handle(const wire::Lookup&) { return wait_for_end(); }
  Result<void> handle(const wire::RequestCode& request) {
    const auto known = identity();
    if (!known) return reply(Error(Errc::not_registered));
    return reply_or_wait(request_code(context_, caller(*known), request));
  }
  Result<void> handle(const wire::OprfEvaluate& request) {
    const auto known = identity();
    if (!known) return reply(Error(Errc::not_registered));
    return reply_or_wait(oprf_evaluate(context_, caller(*known), request));
  }
  Result<void> wait_for_end() {
    return identity() ? Result<void>() : reply(Error(Errc::not_registered));
  }
  template <class Request>
  Result<void> handle(const Request& request) {
    const auto known = identity();
    if (!known) return reply(Error(Errc::not_registered));
    return reply(dispatch(caller(*known), request));
  }

  Result<wire::Answer> dispatch(const Caller& caller, const wire::CreateLog& request) {
    return create_log(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::Append& request) {
    return append(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::Ack& request) {
    return acknowledge(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::Reserve& request) {
    return reserve(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::ReportHead& request) {
    return report_head(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::ReadMembers& request) {
    return read_members(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::Signal& request) {
    return signal(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::PublishKeyPackages& request) {
    return publish_key_packages(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::ClaimKeyPackages& request) {
    return claim_key_packages(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::PutBlob& request) {
    return put_blob(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::Confirm& request) {
    return confirm(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::SetPin& request) {
    return set_pin(context_, caller, request);
  }
  Result<wire::Answer> dispatch(const Caller& caller, const wire::DeleteAccount& request) {
    return delete_account(context_, caller, request);
  }

  // Some answers come when something has been done that no batch waits for.
  Result<void> reply_or_wait(Result<std::optional<wire::Answer>> outcome) {
    if (!outcome) return reply(outcome.error());
    if (!*outcome) return {};
    return reply(std::move(**outcome));
  }

  // Encoded at once, while what the answer points at is there.
  Result<void> reply(Result<wire::Answer> outcome) {
    if (!outcome) {
      if (ends_batch(outcome.error().errc())) return outcome.error();
      context_.batch.refusals.emplace_back(queued_.connection, outcome.error().errc());
      outcome = wire::Answer(refusal(outcome.error()));
    }
    answer_ = wire::encode(wire::AnswerFrame{queued_.id, std::move(outcome).value()});
    return {};
  }
  // A device that has registered without a Resume knows nothing of its logs: it gets notices.
  Result<void> tell_of_no_log() {
    const auto known = identity();
    if (!known) return {};
    TERN_TRY(finish_resume(context_, *session_, &*known, {}));
    for (auto& [log, lag] : context_.batch.resumed[queued_.connection]) lag.noticed = false;
    return {};
  }

  Context& context_;
  const QueuedRequest& queued_;
  Bytes& answer_;
  const Session* session_ = nullptr;
};

}  // namespace

Result<void> run_requests(Context& context, const std::vector<QueuedRequest>& requests) {
  context.batch.answers.resize(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i)
    TERN_TRY(Running(context, requests[i], context.batch.answers[i]).run());
  return {};
}

Result<void> finish_requests(Context& context, const std::vector<QueuedRequest>& requests) {
  for (std::size_t i = 0; i < requests.size(); ++i)
    TERN_TRY(Running(context, requests[i], context.batch.answers[i]).finish());
  return {};
}

wire::Answer refusal_for_all(const Error& error) {
  // A damaged or foreign database is, to a client, a disk that does not work.
  const bool named = error == Errc::storage_full || error == Errc::internal;
  return refusal(named ? error : Error(Errc::storage_io));
}

}  // namespace tern::relay
