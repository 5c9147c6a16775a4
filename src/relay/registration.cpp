// register: the account key's word on a device, checked, and what a newer word revokes.
#include <algorithm>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/deletion.hpp"
#include "relay/requests.hpp"
#include "wire/certificate.hpp"

namespace tern::relay {
namespace {

struct Claim {
  wire::DeviceCertificate certificate;
  wire::DeviceList list;
  AccountId account;
  DeviceId device;
};

crypto::VerifyKey verify_key(const wire::PublicKey& key) { return {key.bytes}; }
crypto::Signature signature(const wire::Signature& bytes) { return {bytes.bytes}; }

bool names(const wire::DeviceList& list, const wire::PublicKey& device_key) {
  return std::find(list.device_keys.begin(), list.device_keys.end(), device_key) !=
         list.device_keys.end();
}

bool is_proven(const wire::Register& request, const wire::DeviceCertificate& certificate) {
  const auto proof = crypto::Signature::from(request.proof);
  return proof && crypto::verify(verify_key(certificate.device_key),
                                 wire::signed_registration(request.certificate), *proof);
}

// What can be said without the store: both are signed by one account key, name this device, which
// agrees, and the certificate is for the key that the connection has proven.
Result<Claim> check_claim(const Session& session, const wire::Register& request) {
  Claim out;
  auto certificate = wire::decode_device_certificate(request.certificate);
  auto list = wire::decode_device_list(request.device_list);
  if (!certificate || !list) return Errc::certificate_invalid;
  out.certificate = *certificate;
  out.list = std::move(*list);
  const auto account_key = verify_key(out.certificate.account_key);
  if (out.list.account_key != out.certificate.account_key) return Errc::certificate_invalid;
  if (out.certificate.transport_key.bytes != session.transport_key.bytes)
    return Errc::certificate_invalid;
  if (out.list.number == 0 || out.certificate.list_number > out.list.number)
    return Errc::certificate_invalid;
  if (!names(out.list, out.certificate.device_key)) return Errc::certificate_invalid;
  if (!crypto::verify(account_key, wire::signed_bytes(out.certificate),
                      signature(out.certificate.signature)))
    return Errc::certificate_invalid;
  if (!crypto::verify(account_key, wire::signed_bytes(out.list), signature(out.list.signature)))
    return Errc::certificate_invalid;
  if (!is_proven(request, out.certificate)) return Errc::certificate_invalid;
  out.account = crypto::account_id(account_key);
  out.device = crypto::device_id(verify_key(out.certificate.device_key));
  return out;
}

// A list is numbered so that an old one cannot bring a removed device back; two lists with one
// number would let two parties believe different things.
Result<void> check_list_is_newest(const std::optional<AccountRow>& known,
                                  const wire::Register& request, const Claim& claim) {
  if (!known || claim.list.number > known->list_number) return {};
  const bool same = claim.list.number == known->list_number &&
                    std::equal(known->device_list.begin(), known->device_list.end(),
                               request.device_list.begin(), request.device_list.end());
  if (!same) return Errc::device_list_outdated;
  return {};
}

Result<void> check_keys_are_free(Context& context, const Session& session, const Claim& claim) {
  // A transport key stands for one device, so that a connection never changes whom it speaks for.
  TERN_ASSIGN(const auto owner, context.store.device_with(session.transport_key));
  if (owner && *owner != claim.device) return Errc::certificate_invalid;
  TERN_ASSIGN(const auto known, context.store.device(claim.device));
  // Nor does a device ever change to another account.
  if (known && known->account != claim.account) return Errc::certificate_invalid;
  if (!known || known->transport_key == session.transport_key) return {};
  // An older certificate would bring back a transport key that was given up.
  if (claim.certificate.issued_s <= known->issued_s) return Errc::certificate_invalid;
  return {};
}

// A device would otherwise have as many transport keys as it likes.
Result<void> check_renewals(Context& context, const Claim& claim) {
  TERN_ASSIGN(const auto known, context.store.device(claim.device));
  if (!known || known->issued_s == claim.certificate.issued_s) return {};
  const auto wait_ms = context.device_rates.renewal_wait_ms(context.now.mono_ms, claim.device);
  if (wait_ms > 0)
    return Error(Errc::rate_limited).with_retry_after(std::chrono::milliseconds(wait_ms));
  return {};
}

// What is left of its former self would be taken for its own, and erased.
Result<void> check_not_being_deleted(Context& context, const AccountId& account) {
  TERN_ASSIGN(const bool deleted, context.store.is_being_deleted(account));
  if (deleted)
    return Error(Errc::rate_limited).with_retry_after(std::chrono::seconds(deletion_retry_s));
  return {};
}

Result<void> check_inbox_is_free(Context& context, const DeviceId& device) {
  TERN_ASSIGN(const auto present, context.store.log(crypto::inbox_log_id(device)));
  if (present && present->kind != LogKind::inbox) return Errc::log_exists;
  return {};
}

Result<void> revoke(Context& context, const AccountId& account, const DeviceId& device) {
  TERN_ASSIGN(auto row, context.store.device(device));
  if (!row || row->revoked || row->account != account) return {};
  row->revoked = true;
  TERN_TRY(context.store.put_device(device, *row));
  TERN_TRY(context.store.forget_key_packages(device));
  context.batch.revoked.insert(device);
  if (const auto* const session = context.sessions.online(device))
    context.batch.closing[session->connection] = Errc::device_revoked;
  for (const auto& [connection, identity] : context.batch.bound) {
    if (identity.device == device) context.batch.closing[connection] = Errc::device_revoked;
  }
  context.batch.log_lines.push_back("revoked device=" + context.events.tag(device));
  return {};
}

Result<void> revoke_dropped(Context& context, const AccountRow& known, const Claim& claim) {
  TERN_ASSIGN(const auto before, wire::decode_device_list(known.device_list));
  for (const auto& device_key : before.device_keys) {
    if (names(claim.list, device_key)) continue;
    TERN_TRY(revoke(context, claim.account, crypto::device_id(verify_key(device_key))));
  }
  return {};
}

Result<void> open_inbox(Context& context, const DeviceId& device) {
  const auto inbox = crypto::inbox_log_id(device);
  TERN_ASSIGN(const auto present, context.store.log(inbox));
  if (present) return {};
  LogState state;
  state.kind = LogKind::inbox;
  state.members = 1;
  TERN_TRY(context.store.create_log(inbox, state));
  return context.store.put_member(inbox, device, {});
}

Result<void> put_device(Context& context, const Session& session, const Claim& claim) {
  TERN_ASSIGN(const auto known, context.store.device(claim.device));
  DeviceRow row;
  row.account = claim.account;
  row.device_key = verify_key(claim.certificate.device_key);
  row.transport_key = session.transport_key;
  row.issued_s = claim.certificate.issued_s;
  if (known && known->issued_s == row.issued_s && known->transport_key == row.transport_key &&
      !known->revoked)
    return {};
  if (known) context.batch.renewed.push_back(claim.device);
  return context.store.put_device(claim.device, row);
}

// A device that renews its registration has been told of its logs already.
void introduce(Context& context, const Session& session, const Identity& identity) {
  const auto bound = context.batch.bound.find(session.connection);
  const bool resumed = bound != context.batch.bound.end() || session.identity;
  if (resumed) return;
  bind(context, session, identity);
  context.batch.registered.insert(session.connection);
}

}  // namespace

Result<wire::Answer> register_device(Context& context, const Session& session,
                                     const wire::Register& request) {
  TERN_ASSIGN(const auto claim, check_claim(session, request));
  TERN_TRY(check_not_being_deleted(context, claim.account));
  TERN_ASSIGN(const auto known, context.store.account(claim.account));
  TERN_TRY(check_list_is_newest(known, request, claim));
  TERN_TRY(check_keys_are_free(context, session, claim));
  TERN_TRY(check_inbox_is_free(context, claim.device));
  TERN_TRY(check_renewals(context, claim));
  if (!known || claim.list.number > known->list_number) {
    if (known) TERN_TRY(revoke_dropped(context, *known, claim));
    TERN_TRY(context.store.put_account(claim.account,
                                       {claim.list.number, to_bytes(request.device_list)}));
  }
  TERN_TRY(put_device(context, session, claim));
  TERN_TRY(open_inbox(context, claim.device));
  context.batch.revoked.erase(claim.device);
  introduce(context, session, {claim.account, claim.device});
  context.batch.log_lines.push_back("registered device=" + context.events.tag(claim.device) +
                                    " account=" + context.events.tag(claim.account));
  wire::Registered answer;
  answer.device = claim.device;
  return wire::Answer(answer);
}

}  // namespace tern::relay
