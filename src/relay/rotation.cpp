#include "relay/rotation.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "crypto/directory.hpp"
#include "relay/directory.hpp"
#include "relay/work_entropy.hpp"

namespace tern::relay {
namespace {

std::optional<EpochRow> epoch_at(const std::vector<EpochRow>& epochs, EpochStage stage) {
  const auto found = std::find_if(epochs.begin(), epochs.end(),
                                  [stage](const EpochRow& row) { return row.stage == stage; });
  return found != epochs.end() ? std::optional(*found) : std::nullopt;
}

}  // namespace

/// What the work owns.
struct Rotation::Slice {
  struct Row {
    NumberId id;
    AccountId account;
    crypto::VerifyKey account_key;
    crypto::SecretBytes number;
    wire::Tag tag = 0;         ///< computed
    DirectoryRecord record{};  ///< computed
  };

  Slice(std::uint32_t number, EpochKeys::Keys keys_of_epoch, Entropy& source)
      : epoch(number), keys(std::move(keys_of_epoch)), entropy(source) {}

  void compute() {
    for (auto& row : rows) {
      const auto output = crypto::voprf::evaluate(keys->private_key, row.number);
      if (!output) return;
      const auto place = crypto::directory_place(*output);
      row.tag = place.tag;
      row.record = *DirectoryRecord::from(crypto::seal_record(place, row.account_key, entropy));
    }
    computed = true;
  }

  std::uint32_t epoch = 0;
  EpochKeys::Keys keys;
  WorkEntropy entropy;
  std::vector<Row> rows;
  std::optional<NumberId> last;  ///< of the numbers that were looked at
  bool computed = false;
};

Result<void> Rotation::begin(DirectoryTransaction& store, const CoreKeys& keys, Entropy& entropy) {
  TERN_ASSIGN(const auto epochs, store.epochs());
  std::uint32_t newest = 0;
  for (const auto& row : epochs) {
    newest = std::max(newest, row.epoch);
    if (row.stage == EpochStage::filling)
      return Error(Errc::invalid_argument, "the directory is being made anew already, as epoch " +
                                               std::to_string(row.epoch));
  }
  const auto current = epoch_at(epochs, EpochStage::current);
  const auto stage = current ? EpochStage::filling : EpochStage::current;
  TERN_TRY(store.put_epoch(keys.make_epoch(newest + 1, stage, entropy)));
  DirectoryState state;
  // The first has nothing to be filled with.
  if (!current) state = {.version = 1, .members = 0, .first_kept = 2, .filled_to = {}};
  return store.put_directory(newest + 1, state);
}

Result<void> Rotation::run(Context& context) {
  staged_slice_ = nullptr;
  staged_wanted_ = false;
  TERN_ASSIGN(const auto epochs, context.store.epochs());
  const auto filling = epoch_at(epochs, EpochStage::filling);
  if (!filling) return {};
  if (slice_ && slice_->epoch == filling->epoch && slice_->computed)
    TERN_TRY(put_in(context, *slice_));
  TERN_ASSIGN(const auto state, context.store.directory(filling->epoch));
  TERN_TRY(read_next(context, *filling, state.filled_to));
  if (!staged_slice_) return finish(context, *filling);
  staged_wanted_ = true;
  context.batch.works.push_back({own_work, [slice = staged_slice_] { slice->compute(); }, nullptr});
  return {};
}

void Rotation::keep() {
  slice_ = std::exchange(staged_slice_, nullptr);
  slice_done_ = false;
  wanted_ = staged_wanted_;
}

Result<void> Rotation::read_next(Context& context, const EpochRow& epoch,
                                 const std::optional<NumberId>& after) {
  TERN_ASSIGN(const auto numbers, context.store.numbers_after(after, rotation_slice_numbers));
  if (numbers.empty()) return {};
  TERN_ASSIGN(auto keys, context.contacts.epoch_keys.get(epoch));
  auto slice = std::make_shared<Slice>(epoch.epoch, std::move(keys), context.entropy);
  slice->rows.reserve(numbers.size());
  for (const auto& [id, row] : numbers) {
    TERN_ASSIGN(const auto key, account_key(context.store, row.account));
    TERN_ASSIGN(auto number, context.contacts.keys.open_number(id, row.sealed));
    slice->rows.push_back({id, row.account, key, std::move(number), 0, {}});
  }
  slice->last = numbers.back().first;
  staged_slice_ = std::move(slice);
  return {};
}

// A number that was confirmed or given up since the slice was read has been put in, or not, by
// that: what the slice says of it is out of date.
Result<void> Rotation::put_in(Context& context, const Slice& slice) {
  TERN_ASSIGN(auto state, context.store.directory(slice.epoch));
  for (const auto& row : slice.rows) {
    TERN_ASSIGN(const auto number, context.store.number(row.id));
    if (!number || number->account != row.account) continue;
    TERN_ASSIGN(const auto place, context.store.place_of(slice.epoch, row.account));
    if (place) continue;
    TERN_TRY(context.store.put_record(slice.epoch, {row.tag, row.account}, row.record));
    ++state.members;
  }
  state.filled_to = slice.last;
  return context.store.put_directory(slice.epoch, state);
}

Result<void> Rotation::finish(Context& context, EpochRow filled) {
  TERN_ASSIGN(const auto epochs, context.store.epochs());
  for (auto row : epochs) {
    if (row.stage == EpochStage::previous)
      row.stage = EpochStage::dead;
    else if (row.stage == EpochStage::current)
      row.stage = EpochStage::previous;
    else
      continue;
    TERN_TRY(context.store.put_epoch(row));
  }
  filled.stage = EpochStage::current;
  TERN_TRY(context.store.put_epoch(filled));
  TERN_ASSIGN(auto state, context.store.directory(filled.epoch));
  // Others may have come and gone while it was filled, should this relay be put back to before now.
  state.version = version_after(0, context.entropy);
  state.first_kept = state.version + 1;
  state.filled_to.reset();
  TERN_TRY(context.store.put_directory(filled.epoch, state));
  context.batch.directory_changed = true;
  context.batch.log_lines.push_back("directory rotated epoch=" + std::to_string(filled.epoch));
  return {};
}

}  // namespace tern::relay
