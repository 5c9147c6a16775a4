#include "bench/contacts_town.hpp"

#include <malloc.h>
#include <sodium.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "bench/must.hpp"
#include "client/directory_record.hpp"
#include "client/tables.hpp"
#include "crypto/oprf_modes.hpp"
#include "relay/kv_log_store.hpp"
#include "relay/tables.hpp"
#include "wire/frames.hpp"

namespace {

std::atomic<std::uint64_t> heap_bytes{0}, heap_peak{0};

void count(void* memory) {
  const auto now = heap_bytes += malloc_usable_size(memory);
  auto peak = heap_peak.load();
  while (now > peak && !heap_peak.compare_exchange_weak(peak, now)) {
  }
}

}  // namespace

// Not inlined: g++ would see malloc() meet operator delete, and warn.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  void* const out = std::malloc(bytes);
  if (!out) throw std::bad_alloc();
  count(out);
  return out;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory) heap_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace tern::bench {
namespace {

constexpr relay::ConnectionId connection = 1;
constexpr const char* own_number = "+32470999999";
constexpr std::uint32_t epoch = 1;

store::StorageKey storage_key() { return *store::StorageKey::from(Bytes(32, 7)); }

RelayLimits roomy() {
  RelayLimits out;
  out.work_bits = 0;
  out.evaluations_first_week = out.evaluations_burst = 1'000'000;
  return out;
}

// How many numbers it asks for; 0: another frame.
std::size_t numbers_asked(const Bytes& frame) {
  const auto decoded = must(wire::decode_request(frame));
  const auto* request = std::get_if<wire::RequestFrame>(&decoded);
  const auto* question = request ? std::get_if<wire::OprfEvaluate>(&request->request) : nullptr;
  return question ? question->elements.size() / crypto::RistrettoElement::size_bytes : 0;
}

bool is_evaluated(const Bytes& frame) {
  const auto decoded = must(wire::decode_server_frame(frame));
  const auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
  return answer && std::holds_alternative<wire::Evaluated>(answer->answer);
}

}  // namespace

double cpu_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

Multiplications::Multiplications() {
  crypto_core_ristretto255_scalar_random(scalar_.data());
  crypto_core_ristretto255_random(element_.data());
}

void Multiplications::measure() {
  constexpr int count = 256;
  const auto start = cpu_ms();
  for (int i = 0; i < count; ++i)
    if (crypto_scalarmult_ristretto255(element_.data(), scalar_.data(), element_.data()) != 0)
      give_up("a product that is none");
  total_ms_ += cpu_ms() - start;
  count_ += count;
}

FunctionCost evaluate_without_disk() {
  constexpr std::size_t batches = 8, batch = 128;
  FunctionCost out;
  crypto::SystemEntropy entropy;
  const auto keys = crypto::oprf::KeyPair::generate(entropy);
  const std::vector<Bytes> numbers(batch, to_bytes(as_bytes("+32470123456")));
  const std::vector<ByteSpan> inputs(numbers.begin(), numbers.end());
  Multiplications multiplications;
  for (std::size_t i = 0; i < batches; ++i) {
    auto start = cpu_ms();
    std::vector<crypto::voprf::Blinded> blinded;
    for (const auto input : inputs) blinded.push_back(must(crypto::voprf::blind(input, entropy)));
    out.ms += cpu_ms() - start;
    const auto evaluation =
        must(crypto::voprf::evaluate_blinded(keys, crypto::oprf::elements_of(blinded), entropy));
    start = cpu_ms();
    must(crypto::voprf::finalize(keys.public_key, inputs, blinded, evaluation));
    out.ms += cpu_ms() - start;
    out.numbers += batch;
    multiplications.measure();
  }
  out.multiplication_ms = multiplications.one_ms();
  return out;
}

Town::Town(const std::filesystem::path& parent, std::size_t members) {
  auto pattern = (parent / "tern-bench-XXXXXX").string();
  if (!mkdtemp(pattern.data())) give_up("no folder in " + parent.string());
  folder_ = pattern;
  now_.mono_ms = 1'000;
  now_.wall_ms = 1'800'000'000'000;
  relay_disk_ = must(store::open_lmdb({.folder = folder_ / "relay",
                                       .purpose = store::Purpose::relay,
                                       .schema = relay::tables::schema,
                                       .map_bytes_initial = std::size_t{8} << 30}));
  device_disk_ =
      must(store::open_lmdb({.folder = folder_ / "device", .schema = client::tables::schema}));
  core_ =
      must(relay::Core::open(now_, *relay_disk_, entropy_,
                             {.limits = roomy(), .secret = {}, .sends_codes = true, .log = {}}));
  engine_ = must(client::Engine::open(now_, *device_disk_, storage_key(), entropy_));
  register_device();
  add_members(members);
}

Town::~Town() {
  engine_.reset();
  core_.reset();
  device_disk_.reset();
  relay_disk_.reset();
  std::filesystem::remove_all(folder_);
}

// Their tags and records are as random as real ones look.
void Town::add_members(std::size_t count) {
  relay::KvLogStore store(*relay_disk_);
  constexpr std::size_t at_once = 50'000;
  for (std::size_t made = 0; made < count; made += at_once) {
    must(store.transact([&](relay::LogTransaction& rows) -> Result<void> {
      auto state = must(rows.directory(epoch));
      const auto end = std::min(count, made + at_once);
      for (std::size_t i = made; i < end; ++i) {
        const relay::Member member{entropy_.u64() >> 24, entropy_.make<AccountId>()};
        must(rows.put_record(epoch, member, entropy_.make<relay::DirectoryRecord>()));
        if (leavers_.size() < count / 200) leavers_.push_back(member);
        ++state.members;
      }
      // As if they had been there from the beginning: no change is kept of them.
      state.version += end - made;
      state.first_kept = state.version + 1;
      return rows.put_directory(epoch, state);
    }));
  }
}

void Town::churn(std::size_t changes) {
  relay::KvLogStore store(*relay_disk_);
  must(store.transact([&](relay::LogTransaction& rows) -> Result<void> {
    auto state = must(rows.directory(epoch));
    for (std::size_t i = 0; i < changes / 2; ++i) {
      const auto gone = leavers_[i];
      must(rows.erase_record(epoch, gone));
      state.version = relay::version_after(state.version, entropy_);
      must(rows.put_change(epoch, state.version, {false, gone}));
      const relay::Member come{entropy_.u64() >> 24, entropy_.make<AccountId>()};
      must(rows.put_record(epoch, come, entropy_.make<relay::DirectoryRecord>()));
      state.version = relay::version_after(state.version, entropy_);
      must(rows.put_change(epoch, state.version, {true, come}));
    }
    return rows.put_directory(epoch, state);
  }));
}

// The batch before it is over. The step that asks opened that one's answer, unless it is the first.
void Town::begin_batch(std::size_t numbers) {
  cost_.device_evaluating_ms += batch_.device_ms;
  cost_.relay_evaluating_ms += batch_.relay_ms;
  cost_.evaluated += batch_.numbers;
  batch_ = {std::exchange(step_ms_, 0), 0, numbers};
  multiplications_.measure();
}

bool Town::pass_frames() {
  bool moved = false;
  while (auto output = engine_->next_output()) {
    auto* const send = std::get_if<client::SendFrame>(&*output);
    if (!send) give_up("the device hangs up");
    cost_.up_bytes += send->frame.size();
    if (const auto numbers = numbers_asked(send->frame)) begin_batch(numbers);
    const auto start = cpu_ms();
    core_->receive(now_, connection, std::move(send->frame));
    cost_.relay_ms += cpu_ms() - start;
    moved = true;
  }
  const auto start = cpu_ms();
  if (core_->has_work() || core_->next_deadline() <= now_.mono_ms) core_->run_batch(now_);
  cost_.relay_ms += cpu_ms() - start;
  while (auto output = core_->next_output()) {
    moved = true;
    if (auto* send = std::get_if<relay::SendFrame>(&*output)) {
      cost_.down_bytes += send->frame->size();
      const bool evaluated = is_evaluated(*send->frame);
      const auto from = cpu_ms();
      engine_->receive(now_, *send->frame);
      const auto took = cpu_ms() - from;
      cost_.device_ms += took;
      step_ms_ = evaluated ? 0 : took;
      if (evaluated) batch_.device_ms += took;
    } else if (auto* code = std::get_if<relay::SendCode>(&*output)) {
      code_ = code->code;
      core_->code_sent(now_, code->job, true);
    } else if (auto* work = std::get_if<relay::RunWork>(&*output)) {
      const auto from = cpu_ms();
      work->run();
      const auto took = cpu_ms() - from;
      cost_.relay_ms += took;
      batch_.relay_ms += took;
      core_->work_done(now_, work->id);
    } else {
      give_up("the relay hangs up");
    }
  }
  return moved;
}

void Town::run(const std::function<bool()>& done) {
  for (int idle = 0; !done(); ++idle) {
    if (idle == 100'000) give_up("nothing happens any more");
    if (pass_frames()) idle = 0;
    const bool due = engine_->next_deadline() <= now_.mono_ms;
    const auto start = cpu_ms();
    if (due) engine_->tick(now_);
    if (due) step_ms_ = cpu_ms() - start;
    cost_.device_ms += cpu_ms() - start;
    now_.mono_ms += due ? 1 : 10;
    now_.wall_ms += due ? 1 : 10;
    while (engine_->next_event()) {
    }
  }
}

void Town::register_device() {
  core_->connected(now_, connection, engine_->transport_key().public_key);
  engine_->link_up(now_);
  std::optional<Result<void>> asked, confirmed;
  engine_->request_code(now_, own_number, [&](Result<void> result) { asked = result; });
  run([&] { return asked.has_value(); });
  must(*asked);
  engine_->confirm_number(now_, code_, {}, [&](Result<void> result) { confirmed = result; });
  run([&] { return confirmed.has_value(); });
  must(*confirmed);
  cost_ = {};
}

Cost Town::sync(std::size_t contacts) {
  std::vector<Contact> book(contacts);
  for (auto& contact : book) {
    char number[20];
    std::snprintf(number, sizeof(number), "+3248%07zu", synced_++);
    contact.number = contact.written = number;
    contact.name = "N";
  }
  cost_ = {};
  batch_ = {};
  multiplications_.forget();
  std::optional<Result<SyncResult>> result;
  const auto start = cpu_ms();
  engine_->sync_contacts(now_, book, false, [&](Result<SyncResult> said) { result = said; });
  cost_.device_ms += cpu_ms() - start;
  run([&] { return result.has_value(); });
  if (must(std::move(*result)).non_members.size() != contacts)
    give_up("not everybody was found out");
  cost_.multiplication_ms = multiplications_.one_ms();
  return cost_;
}

Cost Town::refresh() {
  cost_ = {};
  std::optional<Result<void>> result;
  engine_->refresh_contacts(now_, [&](Result<void> said) { result = said; });
  run([&] { return result.has_value(); });
  must(*result);
  return cost_;
}

std::uint64_t Town::segment_bytes() {
  const auto transaction = must(device_disk_->read());
  const store::Sealer sealer(storage_key(), entropy_);
  const client::ReadRows rows(*transaction, sealer);
  std::uint64_t out = 0;
  must(rows.scan(client::tables::segments, {}, {},
                 [&](ByteSpan, ByteSpan value) -> Result<store::Scan> {
                   out += value.size();
                   return store::Scan::next;
                 }));
  return out;
}

Town::Loaded Town::load_directory() {
  const auto transaction = must(device_disk_->read());
  const store::Sealer sealer(storage_key(), entropy_);
  const client::ReadRows rows(*transaction, sealer);
  const auto before = heap_bytes.load();
  heap_peak = before;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t segment = 0; segment < wire::segments_count; ++segment)
    must(client::directory_rows::segment(rows, static_cast<std::uint8_t>(segment)));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  return {took.count(), heap_peak.load() - before};
}

}  // namespace tern::bench
