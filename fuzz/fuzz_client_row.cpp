// A row of a device's store, damaged before it was sealed: the first byte says of which kind. And a
// sealed row that was changed, or moved, behind the device's back.
#include "client/account.hpp"
#include "client/blob_record.hpp"
#include "client/chat_record.hpp"
#include "client/contact_record.hpp"
#include "client/device_record.hpp"
#include "client/directory_record.hpp"
#include "client/draft_record.hpp"
#include "client/history.hpp"
#include "client/outbox.hpp"
#include "client/pending_commit.hpp"
#include "crypto/deterministic_entropy.hpp"
#include "input.hpp"
#include "target.hpp"

using namespace tern;
using namespace tern::client;

namespace {

// A flag that is neither 0 nor 1 is written in its usual way.
template <auto decode>
void row(ByteSpan input) {
  const auto record = decode(input);
  if (!record) {
    expect(record.error() == Errc::storage_damaged, "a row that is none is damaged");
    return;
  }
  const auto again = to_bytes(encode(*record));
  const auto second = decode(again);
  expect(second && to_bytes(encode(*second)) == again, "what is read and written is the same");
}

void sealed_row(ByteSpan bytes) {
  crypto::DeterministicEntropy entropy(1);
  const store::Sealer sealer(*store::StorageKey::from(Bytes(32, 1)), entropy);
  fuzzing::Input input(bytes);
  const auto place = input.byte();
  const auto value = as_bytes("what somebody wrote");
  const auto key = as_bytes("key");
  const auto sealed = sealer.seal(tables::messages, key, value, entropy);
  const auto changed = fuzzing::edited(sealed, input);
  const auto table = (place & 1) != 0 ? tables::drafts : tables::messages;
  const auto opened = sealer.open(table, as_bytes((place & 2) != 0 ? "kez" : "key"), changed);
  expect(opened.has_value() == ((place & 3) == 0 && changed == sealed),
         "a row opens where it was sealed, as it was sealed");
  if (opened)
    expect(to_bytes(*opened) == to_bytes(value), "and is what was written");
  else
    expect(opened.error() == Errc::storage_damaged, "or is damaged");
}

}  // namespace

void fuzz(ByteSpan bytes) {
  constexpr void (*kinds[])(ByteSpan) = {
      row<decode_account>,           row<decode_blob_record>,    row<decode_chat_record>,
      row<decode_contact_record>,    row<decode_device_record>,  row<decode_directory_record>,
      row<decode_evaluation_record>, row<decode_draft_record>,   row<decode_message_row>,
      row<decode_outbox_row>,        row<decode_pending_commit>, sealed_row};
  fuzzing::Input input(bytes);
  kinds[input.byte() % std::size(kinds)](input.rest());
}
