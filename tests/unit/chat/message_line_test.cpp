#include "chat/message_line.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace chat {
namespace {

tern::Message text_message(std::string text) {
  tern::Message message;
  message.mine = true;
  message.state = tern::MessageState::delivered;
  message.seq = 7;
  message.body = tern::Text{std::move(text)};
  return message;
}

TEST_CASE("a message as JSON says what was sent, whatever it holds") {
  const std::string text = "\"quotes\", \\ and \t\x01 and één";
  const auto json = nlohmann::json::parse(message_json(text_message(text)));
  CHECK(json["text"] == text);
  CHECK(json["state"] == "delivered");
  CHECK(json["seq"] == 7);
  CHECK(json["mine"] == true);
}

TEST_CASE("an own message ends on its mark") {
  const auto line = message_line(text_message("Tot straks!"), Names{});
  CHECK(line.find("  me  Tot straks!  ✓✓") != std::string::npos);
}

TEST_CASE("a kind that this version does not know is shown as such") {
  auto message = text_message("");
  message.body = tern::Unsupported{999};
  CHECK(message_line(message, Names{}).find("cannot show") != std::string::npos);
  CHECK(nlohmann::json::parse(message_json(message))["unsupported"] == 999);
}

}  // namespace
}  // namespace chat
