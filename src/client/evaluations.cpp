#include "client/evaluations.hpp"

#include <algorithm>

#include "client/contact_rows.hpp"
#include "client/step.hpp"
#include "crypto/entropy_ahead.hpp"

namespace tern::client::evaluations {
namespace {

using crypto::oprf::Element;

// Fewer than the relay takes: blinding and proving a batch holds up the engine's thread, which a
// person who taps "send" waits for, by some 30 ms.
constexpr std::size_t batch_numbers = 128;

void send(Step& step, const EvaluationRecord& batch) {
  Bytes elements;
  elements.reserve(batch.asked.size() * Element::size_bytes);
  for (const auto& asked : batch.asked)
    elements.insert(elements.end(), asked.blinded.element.bytes.begin(),
                    asked.blinded.element.bytes.end());
  step.send({Purpose::What::evaluate, {}}, wire::OprfEvaluate{batch.epoch, elements});
  step.then([&sync = step.device.contacts] { sync.evaluating = true; });
}

Result<std::optional<EvaluationRecord>> make_batch(Step& step) {
  const auto& sync = step.device.contacts;
  const auto most = std::min(batch_numbers, sync.evaluate_most);
  TERN_ASSIGN(const auto contacts, contact_rows::waiting(step.rows, ContactWork::evaluate, most));
  EvaluationRecord out;
  out.epoch = sync.directory.epoch;
  out.asked.reserve(contacts.size());
  crypto::EntropyAhead entropy(step.device.entropy);
  for (const auto& contact : contacts) {
    TERN_ASSIGN(const auto record, contact_rows::get(step.rows, contact));
    if (!record) continue;
    TERN_ASSIGN(auto blinded, crypto::voprf::blind(as_bytes(record->number), entropy));
    out.asked.push_back({contact, std::move(blinded)});
  }
  if (out.asked.empty()) return std::optional<EvaluationRecord>();
  TERN_TRY(directory_rows::put_batch(step.rows, out));
  step.sync();
  return std::optional(std::move(out));
}

// Those of the batch that are still contacts, and what the function gives for each. A contact that
// was removed meanwhile is left out, but the proof is over all.
struct Answers {
  std::vector<std::optional<ContactRecord>> contacts;
  std::vector<crypto::voprf::Output> outputs;
};

Result<Answers> open_answers(Step& step, const EvaluationRecord& batch,
                             const crypto::voprf::Evaluation& evaluation) {
  Answers out;
  std::vector<ByteSpan> inputs;
  std::vector<crypto::voprf::Blinded> blinded;
  for (const auto& asked : batch.asked) {
    TERN_ASSIGN(auto record, contact_rows::get(step.rows, asked.contact));
    out.contacts.push_back(std::move(record));
    blinded.push_back({asked.blinded.blind.clone(), asked.blinded.element});
  }
  inputs.reserve(out.contacts.size());
  for (const auto& contact : out.contacts)
    inputs.push_back(contact ? as_bytes(contact->number) : ByteSpan());
  TERN_ASSIGN(out.outputs, crypto::voprf::finalize(step.device.contacts.directory.key, inputs,
                                                   blinded, evaluation));
  return out;
}

Result<crypto::voprf::Evaluation> evaluation_from(const wire::Evaluated& answer) {
  crypto::voprf::Evaluation out;
  const auto proof = crypto::oprf::Proof::from(answer.proof);
  if (!proof) return Errc::oprf_proof_invalid;
  out.proof = *proof;
  out.elements.reserve(answer.elements.size() / Element::size_bytes);
  for (auto rest = answer.elements; rest.size() >= Element::size_bytes;
       rest = rest.subspan(Element::size_bytes))
    out.elements.push_back(*Element::from(rest.first(Element::size_bytes)));
  return out;
}

}  // namespace

bool ready(const Device& device, Now now) {
  const auto& sync = device.contacts;
  return sync.head_known && !sync.evaluating && sync.evaluate_at <= now.mono_ms;
}

Result<bool> go_on(Step& step) {
  TERN_ASSIGN(auto batch, directory_rows::batch(step.rows));
  if (batch && batch->epoch != step.device.contacts.directory.epoch) batch.reset();
  if (!batch) {
    TERN_ASSIGN(batch, make_batch(step));
  }
  if (!batch) return false;
  send(step, *batch);
  return true;
}

Result<void> received(Step& step, const wire::Evaluated& answer) {
  TERN_ASSIGN(const auto batch, directory_rows::batch(step.rows));
  if (!batch || batch->epoch != answer.epoch)
    return Error(Errc::directory_damaged, "an evaluation that was not asked for");
  TERN_ASSIGN(const auto evaluation, evaluation_from(answer));
  TERN_ASSIGN(auto answers, open_answers(step, *batch, evaluation));
  for (std::size_t i = 0; i < batch->asked.size(); ++i) {
    if (!answers.contacts[i]) continue;
    auto& contact = *answers.contacts[i];
    const auto before = contact_rows::index_of(contact);
    contact.epoch = batch->epoch;
    contact.place = crypto::directory_place(answers.outputs[i]);
    TERN_TRY(contact_rows::put(step.rows, contact, &before));
    TERN_TRY(contact_rows::done(step.rows, batch->asked[i].contact, ContactWork::evaluate));
    TERN_TRY(contact_rows::want(step.rows, batch->asked[i].contact, ContactWork::test));
  }
  TERN_TRY(directory_rows::erase_batch(step.rows));
  step.then([&sync = step.device.contacts, count = batch->asked.size()] {
    sync.asked_done = std::min(sync.asked_done + count, sync.asked_total);
    sync.evaluate_most = SIZE_MAX;
  });
  const auto& sync = step.device.contacts;
  if (sync.asked_total > 0)
    step.emit(ContactsProgress{std::min(sync.asked_done + batch->asked.size(), sync.asked_total),
                               sync.asked_total});
  return {};
}

// Fewer now, if there is leave for some; the rest when it is said that there is.
Result<void> refused(Step& step, const wire::Refused& refused) {
  if (refused.code != Errc::rate_limited)
    return Error(refused.code, "the relay refused to evaluate");
  TERN_ASSIGN(const auto batch, directory_rows::batch(step.rows));
  const auto asked = std::max<std::size_t>(batch ? batch->asked.size() : 1, 1);
  TERN_TRY(directory_rows::erase_batch(step.rows));
  // As many as fit, at once; of none, the first as soon as it may be: the wait is for all of them.
  const bool some_fit = refused.limit > 0 && refused.limit < asked;
  const std::int64_t all_ms = refused.retry_after_ms;
  const auto wait_ms = refused.limit == 0 ? all_ms / static_cast<std::int64_t>(asked) : all_ms;
  step.then([&sync = step.device.contacts, some_fit, limit = refused.limit,
             at = step.now.mono_ms + std::max<std::int64_t>(wait_ms, 1'000)] {
    sync.evaluate_most = some_fit ? limit : SIZE_MAX;
    sync.evaluate_at = some_fit ? INT64_MIN : at;
  });
  return {};
}

}  // namespace tern::client::evaluations
