// The app's wake-up hook runs on the library's thread in the middle of its work, and may end it.
#include <catch2/catch.hpp>
#include <future>

#include "echo_relay.hpp"
#include "net/relay_address.hpp"
#include "support/temporary_folder.hpp"
#include "tern/client.hpp"

using namespace tern;
using namespace std::chrono_literals;

namespace {

// A client that is told of a problem with its relay, and what its hook then does to it.
class HookedClient {
 public:
  using Action = std::function<void(std::unique_ptr<Client>&)>;

  HookedClient(const std::string& relay, Action action) : action_(std::move(action)) {
    const Bytes key(32, 0x42);
    client_ = std::make_unique<Client>(Client::open({.folder = folder_.path / "device",
                                                     .storage_key = key,
                                                     .relay = relay,
                                                     .start_offline = true})
                                           .value());
    client_->on_event([this] { woken(); });
    client_->set_network(true);
  }
  Errc problem() {
    auto told = told_.get_future();
    REQUIRE(told.wait_for(60s) == std::future_status::ready);
    return told.get();
  }

 private:
  void woken() {
    while (auto event = client_ ? client_->poll_event() : std::nullopt) {
      const auto* const problem = std::get_if<Problem>(&*event);
      if (!problem || !action_) continue;
      const auto code = problem->code;
      std::exchange(action_, nullptr)(client_);
      return told_.set_value(code);
    }
  }
  test::TemporaryFolder folder_;
  Action action_;
  std::promise<Errc> told_;
  std::unique_ptr<Client> client_;
};

const std::vector<std::pair<const char*, HookedClient::Action>> endings{
    {"closes", [](auto& client) { client->close(); }},
    {"suspends", [](auto& client) { CHECK(client->suspend()); }},
    {"destroys", [](auto& client) { client.reset(); }},
};

}  // namespace

TEST_CASE("the hook may end the client when its relay cannot be reached") {
  test::EchoRelay relay;
  auto address = relay.address();
  crypto::SystemEntropy entropy;
  address.key = crypto::DhKeyPair::generate(entropy).public_key;
  for (const auto& [what, ending] : endings) {
    INFO("the hook " << what << " it");
    HookedClient client(net::format(address), ending);
    CHECK(client.problem() == Errc::noise_handshake_failed);
  }
}

TEST_CASE("the hook may end the client when its relay breaks the protocol") {
  test::EchoRelay relay;
  relay.echo().babble();
  for (const auto& [what, ending] : endings) {
    INFO("the hook " << what << " it");
    HookedClient client(net::format(relay.address()), ending);
    CHECK(client.problem() == Errc::frame_malformed);
  }
}
