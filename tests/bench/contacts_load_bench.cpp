// Whether texts wait while many sync their address books.
#include <sched.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "bench/conversation.hpp"
#include "bench/disk_floor.hpp"
#include "bench/must.hpp"
#include "bench/report.hpp"
#include "crypto/oprf.hpp"
#include "crypto/sodium_entropy.hpp"

namespace tern::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int people = 20, numbers = 1'000;
constexpr std::size_t idle_samples = 500;
constexpr auto pause = 5ms;  // between texts: somebody writes fast

std::string number_of(int person, int index) {
  char out[20];
  std::snprintf(out, sizeof(out), "+3247%02d%05d", person, index);
  return out;
}

Client registered(const Conversation& conversation, int person) {
  const Bytes key(32, 7);
  auto client =
      must(Client::open({.folder = conversation.folder() / ("person" + std::to_string(person)),
                         .storage_key = key,
                         .relay = conversation.relay_address()}));
  const auto number = number_of(person, 99'999);
  must(client.register_number(number).wait(60s));
  must(client.confirm(conversation.code_for(number)).wait(60s));
  return client;
}

std::vector<AddressBookEntry> book_of(int person) {
  std::vector<AddressBookEntry> out;
  for (int i = 0; i < numbers; ++i) out.push_back({"N", number_of(person, i)});
  return out;
}

// Their threads inherit the policy of the one that starts them: what twenty telephones compute,
// this machine does when neither relay nor writer nor reader wants its processor.
std::vector<Client> registered_elsewhere(const Conversation& conversation) {
  std::vector<Client> out;
  std::thread([&] {
    const sched_param none{};
    if (::sched_setscheduler(0, SCHED_IDLE, &none) != 0) give_up("no idle threads");
    for (int person = 0; person < people; ++person) out.push_back(registered(conversation, person));
  }).join();
  return out;
}

// What the relay computes for one question.
double batch_ms() {
  crypto::SystemEntropy entropy;
  const auto keys = crypto::voprf::KeyPair::generate(entropy);
  std::vector<crypto::voprf::Element> blinded;
  for (int i = 0; i < 128; ++i)
    blinded.push_back(crypto::voprf::blind(as_bytes(number_of(0, i)), entropy)->element);
  const auto start = Clock::now();
  if (!crypto::voprf::evaluate_blinded(keys, blinded, entropy)) give_up("no evaluation");
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int run(int argc, char** argv) {
  Report report(argc, argv);
  Conversation conversation(std::filesystem::current_path());
  auto clients = registered_elsewhere(conversation);

  std::vector<double> idle, busy;
  for (std::size_t i = 0; i < idle_samples; ++i) {
    idle.push_back(conversation.message_ms());
    std::this_thread::sleep_for(pause);
  }
  std::vector<Pending<SyncResult>> syncs;
  const auto start = Clock::now();
  for (int person = 0; person < people; ++person)
    syncs.push_back(clients[static_cast<std::size_t>(person)].contacts().sync(book_of(person)));
  const auto unfinished = [&] {
    for (const auto& sync : syncs)
      if (!sync.poll()) return true;
    return false;
  };
  while (unfinished()) {
    busy.push_back(conversation.message_ms());
    std::this_thread::sleep_for(pause);
  }
  const std::chrono::duration<double> took = Clock::now() - start;
  for (const auto& sync : syncs)
    if (const auto result = sync.wait(0ms); !result || !result->waiting.empty())
      give_up("a sync did not find out everything");

  const double idle_p99 = quantile(idle, 0.99);
  report.add({"20 people sync 1,000 numbers each: all of it", took.count(), "s", std::nullopt,
              std::nullopt});
  report.add(
      {"texts meanwhile", static_cast<double>(busy.size()), "texts", std::nullopt, std::nullopt});
  report.add(
      {"text, send to event, idle: 99th percentile", idle_p99, "ms", std::nullopt, std::nullopt});
  report.add({"text, send to event, meanwhile: 99th percentile / 2 x idle + one batch",
              quantile(busy, 0.99), "ms", 2 * idle_p99 + batch_ms(), ratio_at_most(1)});
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
