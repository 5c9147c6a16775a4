#include "world.hpp"

#include "relay/tables.hpp"
#include "store/journal.hpp"

namespace tern::relay::test {
namespace {

wire::PublicKey wire_key(const crypto::VerifyKey& key) { return {key.bytes}; }

}  // namespace

Registration::Registration(const Device& device)
    : certificate(wire::encode(device.certificate)),
      list(wire::encode(device.list)),
      proof(device.device_key.sign(wire::signed_registration(certificate))) {}

World::World(const RelayLimits& relay_limits) : limits(relay_limits) { open(); }

void World::open() {
  // Nothing waits, so that a test finds on the disk what it looks for.
  environment = store::open_journaled(store::open_memory(disk),
                                      {.table = tables::journal, .waiting_bytes = 0})
                    .value();
  CoreConfig config{.limits = limits, .secret = {}, .sends_codes = sends_codes, .log = {}};
  config.log = [this](std::string_view line) { log.emplace_back(line); };
  core = Core::open(now, *environment, entropy, std::move(config)).value();
}

void World::restart() {
  core.reset();
  environment.reset();
  answers_.clear();
  pushes_.clear();
  works.clear();
  open();
}

Device World::make_device() {
  Device out{crypto::SigningKey::generate(entropy),
             crypto::SigningKey::generate(entropy),
             crypto::DhKeyPair::generate(entropy),
             {},
             {},
             {},
             {},
             {}};
  out.list.number = 1;
  out.list.device_keys = {wire_key(out.device_key.verify_key())};
  out.certificate.list_number = 1;
  out.certificate.issued_s = now.wall_ms / 1000;
  sign(out);
  return out;
}

Device World::make_second_device(Device& first) {
  Device out{first.account_key.clone(),
             crypto::SigningKey::generate(entropy),
             crypto::DhKeyPair::generate(entropy),
             first.list,
             {},
             {},
             {},
             {}};
  ++out.list.number;
  out.list.device_keys.push_back(wire_key(out.device_key.verify_key()));
  out.certificate.list_number = out.list.number;
  out.certificate.issued_s = now.wall_ms / 1000;
  sign(out);
  first.list = out.list;
  return out;
}

void World::sign(Device& device, const crypto::VerifyKey& device_key) {
  const auto account_key = wire_key(device.account_key.verify_key());
  device.list.account_key = account_key;
  for (auto& listed : device.list.device_keys) {
    if (listed == device.certificate.device_key) listed = wire_key(device_key);
  }
  device.list.signature.bytes = device.account_key.sign(wire::signed_bytes(device.list)).bytes;
  device.certificate.account_key = account_key;
  device.certificate.device_key = wire_key(device_key);
  device.certificate.transport_key.bytes = device.transport.public_key.bytes;
  device.certificate.signature.bytes =
      device.account_key.sign(wire::signed_bytes(device.certificate)).bytes;
  device.account = crypto::account_id(device.account_key.verify_key());
  device.id = crypto::device_id(device_key);
  device.inbox = crypto::inbox_log_id(device.id);
}

ConnectionId World::connect(const Device& device, std::string_view origin) {
  const auto connection = next_connection_++;
  core->connected(now, connection, device.transport.public_key, origin);
  return connection;
}

void World::disconnect(ConnectionId connection) { core->disconnected(now, connection); }

ConnectionId World::online(const Device& device) {
  const auto connection = connect(device);
  as<wire::Registered>(ask(connection, Registration(device).request()));
  as<wire::Resumed>(ask(connection, wire::Resume{}));
  return connection;
}

ConnectionId World::resume(const Device& device, const std::vector<wire::LogPosition>& logs) {
  const auto connection = connect(device);
  wire::Resume request;
  request.logs = logs;
  as<wire::Resumed>(ask(connection, request));
  return connection;
}

std::uint32_t World::send(ConnectionId connection, const wire::Request& request) {
  const auto id = next_id_++;
  send_bytes(connection, wire::encode(wire::RequestFrame{id, request}));
  return id;
}

void World::send_bytes(ConnectionId connection, Bytes frame) {
  core->receive(now, connection, std::move(frame));
}

void World::run() {
  do {
    run_batch();
  } while (core->has_work());
}

void World::run_batch() {
  core->run_batch(now);
  drain();
}

void World::settle(std::int64_t ms) {
  const auto until_ms = now.mono_ms + ms;
  run();
  while (core->next_deadline() <= until_ms) {
    pass_ms(std::max<std::int64_t>(core->next_deadline() - now.mono_ms, 0));
    run();
  }
}

void World::drain() {
  while (auto output = core->next_output()) {
    if (const auto* const close = std::get_if<CloseConnection>(&*output)) {
      closed_[close->connection] = close->reason;
    } else if (const auto* const send = std::get_if<SendFrame>(&*output)) {
      take_frame(send->to, send->frame);
    } else if (auto* const code = std::get_if<SendCode>(&*output)) {
      codes_[code->number] = code->code;
      codes_sent.push_back(std::move(*code));
      if (!hold_codes) core->code_sent(now, codes_sent.back().job, !codes_fail);
    } else if (auto* const work = std::get_if<RunWork>(&*output)) {
      works.push_back(std::move(*work));
      if (!hold_work) finish_work();
    }
  }
}

void World::finish_work() {
  const auto work = std::move(works.at(0));
  works.erase(works.begin());
  work.run();
  core->work_done(now, work.id);
}

void World::take_frame(ConnectionId to, const std::shared_ptr<const Bytes>& frame) {
  // A connection gets nothing after it was closed.
  REQUIRE_FALSE(closed_.count(to));
  REQUIRE(frame->size() <= limits::frame_bytes_max);
  frames_sent.push_back(frame);
  const auto decoded = wire::decode_server_frame(*frame).value();
  REQUIRE(decoded.has_value());
  if (const auto* const answer = std::get_if<wire::AnswerFrame>(&*decoded))
    answers_.insert_or_assign({to, answer->id}, answer->answer);
  else
    pushes_[to].push_back(std::get<wire::Push>(*decoded));
}

wire::Answer World::ask(ConnectionId connection, const wire::Request& request) {
  const auto id = send(connection, request);
  run();
  return answer_to(connection, id);
}

wire::Answer World::answer_to(ConnectionId connection, std::uint32_t id) {
  REQUIRE(was_answered(connection, id));
  return answers_.at({connection, id});
}

bool World::was_answered(ConnectionId connection, std::uint32_t id) const {
  return answers_.count({connection, id}) > 0;
}

std::vector<wire::Push> World::pushes(ConnectionId connection) {
  return std::exchange(pushes_[connection], {});
}

std::vector<wire::Entry> World::pushed_entries(ConnectionId connection, const LogId& log_id) {
  std::vector<wire::Entry> out;
  for (const auto& push : pushes(connection)) {
    const auto* const entries = std::get_if<wire::Entries>(&push);
    if (!entries || entries->log != log_id) continue;
    out.insert(out.end(), entries->entries.begin(), entries->entries.end());
  }
  return out;
}

std::optional<Errc> World::closed(ConnectionId connection) const {
  const auto found = closed_.find(connection);
  return found != closed_.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace tern::relay::test
