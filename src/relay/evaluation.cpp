#include "relay/evaluation.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "relay/contacts.hpp"
#include "relay/directory.hpp"
#include "relay/meter.hpp"
#include "relay/refusal.hpp"
#include "relay/work_entropy.hpp"

namespace tern::relay {
namespace {

constexpr std::int64_t first_week_s = 7 * day_s;
constexpr std::uint32_t works_full_retry_ms = 500;

using Elements = std::vector<crypto::voprf::Element>;

/// What the work owns, and where its outcome is until the answer is made of it.
struct EvaluationWork {
  EpochKeys::Keys keys;
  Elements elements;
  WorkEntropy entropy;
  std::uint32_t epoch = 0;
  std::uint32_t request = 0;
  std::optional<Result<crypto::voprf::Evaluation>> outcome;

  Bytes answer() const {
    wire::AnswerFrame frame{request, wire::Refused{}};
    if (!outcome) {
      frame.answer = refusal(Errc::internal);
      return wire::encode(frame);
    }
    if (!*outcome) {
      frame.answer = refusal(outcome->error());
      return wire::encode(frame);
    }
    const auto& evaluation = outcome->value();
    Bytes evaluated;
    evaluated.reserve(evaluation.elements.size() * wire::oprf_element_bytes);
    for (const auto& element : evaluation.elements)
      evaluated.insert(evaluated.end(), element.bytes.begin(), element.bytes.end());
    frame.answer = wire::Evaluated{epoch, evaluated, evaluation.proof};
    return wire::encode(frame);
  }
};

Elements elements_of(ByteSpan bytes) {
  Elements out;
  out.reserve(bytes.size() / wire::oprf_element_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += wire::oprf_element_bytes)
    out.push_back(*crypto::voprf::Element::from(bytes.subspan(at, wire::oprf_element_bytes)));
  return out;
}

std::size_t works_of(const Context& context, ConnectionId connection) {
  const auto& staged = context.batch.works;
  const auto in_batch = std::count_if(staged.begin(), staged.end(), [&](const Work& work) {
    return work.connection == connection;
  });
  return context.contacts.works.waiting(connection) + static_cast<std::size_t>(in_batch);
}

MeterRates rates_for(const Context& context, const OwnerRow& owner) {
  const bool first_week = context.wall_s() < owner.first_confirmed_s + first_week_s;
  const auto& limits = context.limits;
  return {first_week ? std::min(limits.evaluations_first_week, limits.evaluations_burst)
                     : limits.evaluations_burst,
          limits.evaluations_per_hour};
}

wire::Answer over_the_meter(Context& context, const Caller& caller, const Charge& charge) {
  context.batch.refusals.emplace_back(caller.session.connection, Errc::rate_limited);
  wire::Refused out;
  out.code = Errc::rate_limited;
  out.retry_after_ms = charge.wait_ms;
  out.limit = charge.fit;
  return out;
}

}  // namespace

Result<std::optional<wire::Answer>> oprf_evaluate(Context& context, const Caller& caller,
                                                  const wire::OprfEvaluate& request) {
  TERN_ASSIGN(const auto owner, check_has_number(context, caller));
  TERN_ASSIGN(const auto epoch, served_epoch(context.store, request.epoch));
  auto elements = elements_of(request.elements);
  if (elements.empty() || elements.size() > limits::oprf_batch_max) return Errc::oprf_batch_invalid;
  if (works_of(context, caller.session.connection) >= works_per_connection_max)
    return Error(Errc::rate_limited)
        .with_retry_after(std::chrono::milliseconds(works_full_retry_ms));
  TERN_ASSIGN(const auto keys, context.contacts.epoch_keys.get(epoch));
  TERN_ASSIGN(const auto current, current_epoch(context.store));
  TERN_ASSIGN(const auto meter, context.store.meter(caller.identity.account));
  const MeteredBatch batch{epoch.epoch, static_cast<std::uint32_t>(elements.size()),
                           batch_hash(epoch.epoch, request.elements)};
  const auto charged =
      charge(meter, context.now.wall_ms, rates_for(context, owner), current.epoch, batch);
  if (!charged.granted) return std::optional(over_the_meter(context, caller, charged));
  if (!charged.repeated) TERN_TRY(context.store.put_meter(caller.identity.account, charged.after));

  const auto work = std::make_shared<EvaluationWork>(
      EvaluationWork{keys, std::move(elements), WorkEntropy(context.entropy), epoch.epoch,
                     caller.request, std::nullopt});
  context.batch.works.push_back({caller.session.connection,
                                 [work] {
                                   work->outcome = crypto::voprf::evaluate_blinded(
                                       *work->keys, work->elements, work->entropy);
                                 },
                                 [work] { return work->answer(); }});
  return std::optional<wire::Answer>();
}

}  // namespace tern::relay
