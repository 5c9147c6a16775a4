// The relay's address that somebody pastes, and HOST:PORT on an operator's command line.
#include "net/relay_address.hpp"
#include "target.hpp"

using namespace tern;

namespace {

template <class Parse>
void round_trip(const std::string& text, Parse parse) {
  const auto address = parse(text);
  if (!address) {
    expect(!address.error().message().empty(), "a refusal says why");
    expect(address.error().message().size() < 1024, "and is short, however long the text");
    return;
  }
  const auto again = parse(format(*address));
  expect(again && *again == *address, "what is read and written is the same");
}

}  // namespace

void fuzz(ByteSpan input) {
  const auto text = as_text(input);
  round_trip(text, [](const std::string& of) { return net::parse_relay_address(of); });
  round_trip(text, [](const std::string& of) { return net::parse_host_port(of); });
  // A key whose letters are right is rare.
  const auto with_key = "tern://" + text + "/" + to_base32(Bytes(32, 9));
  round_trip(with_key, [](const std::string& of) { return net::parse_relay_address(of); });
}
