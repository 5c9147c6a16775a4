// messages: every structure is read, and written again to the same bytes.
#include <catch2/catch.hpp>

#include "mls/framing.hpp"
#include "mls/private_message.hpp"
#include "mls/public_message.hpp"
#include "mls/ratchet_tree.hpp"
#include "mls/welcome.hpp"
#include "mls_vectors.hpp"

using namespace tern;
using namespace tern::mls;
using test::hex;

namespace {

template <class T>
void check_structure(const nlohmann::json& vector) {
  const auto bytes = hex(vector);
  const auto value = decode<T>(bytes);
  INFO((value ? "" : value.error().message()));
  REQUIRE(value.has_value());
  CHECK(encode(*value) == bytes);
}

template <class T>
void check_message(const nlohmann::json& vector, WireFormat format) {
  const auto bytes = hex(vector);
  const auto body = open_message(bytes, format);
  REQUIRE(body.has_value());
  const auto value = decode<T>(*body);
  INFO((value ? "" : value.error().message()));
  REQUIRE(value.has_value());
  Writer writer;
  write_message_header(writer, format);
  write(writer, *value);
  CHECK(to_bytes(writer.span()) == bytes);
}

void check_tree(const nlohmann::json& vector) {
  const auto bytes = hex(vector);
  const auto tree = RatchetTree::decode(bytes);
  REQUIRE(tree.has_value());
  CHECK(tree->encode() == bytes);
}

void check_group_secrets(const nlohmann::json& vector) {
  const auto bytes = hex(vector);
  const auto secrets = decode<GroupSecrets>(bytes);
  REQUIRE(secrets.has_value());
  CHECK(to_bytes(encode_secret(*secrets)) == bytes);
}

// The suite that the keys of a vector are of: its KeyPackage says so. Those of suites 1 and 3 have
// the lengths that this library knows; P-256's, of suite 2, have others.
std::uint16_t suite_of(const nlohmann::json& vector) {
  const auto message = hex(vector["mls_key_package"]);
  Reader reader(open_message(message, WireFormat::key_package).value());
  CHECK(reader.number<std::uint16_t>().value() == protocol_version_mls10);
  return reader.number<std::uint16_t>().value();
}

void check_all(const nlohmann::json& vector) {
  check_message<Welcome>(vector["mls_welcome"], WireFormat::welcome);
  check_message<GroupInfo>(vector["mls_group_info"], WireFormat::group_info);
  check_message<KeyPackage>(vector["mls_key_package"], WireFormat::key_package);
  check_tree(vector["ratchet_tree"]);
  check_group_secrets(vector["group_secrets"]);
  check_structure<Add>(vector["add_proposal"]);
  check_structure<Update>(vector["update_proposal"]);
  check_structure<Remove>(vector["remove_proposal"]);
  check_structure<PreSharedKeyProposal>(vector["pre_shared_key_proposal"]);
  check_structure<ReInit>(vector["re_init_proposal"]);
  check_structure<ExternalInit>(vector["external_init_proposal"]);
  check_structure<GroupContextExtensions>(vector["group_context_extensions_proposal"]);
  check_structure<Commit>(vector["commit"]);
  for (const auto* name :
       {"public_message_application", "public_message_proposal", "public_message_commit"})
    check_message<PublicMessage>(vector[name], WireFormat::public_message);
  check_message<PrivateMessage>(vector["private_message"], WireFormat::private_message);
}

}  // namespace

TEST_CASE("the published messages are read and written unchanged") {
  const auto vectors = test::load_mls_vectors("messages.json");
  if (!vectors) return;
  std::size_t checked = 0;
  for (const auto& vector : *vectors) {
    if (suite_of(vector) == 2) {
      const auto message = hex(vector["mls_key_package"]);
      const auto body = open_message(message, WireFormat::key_package).value();
      CHECK(decode<KeyPackage>(body).error() == Errc::key_invalid);
      continue;
    }
    check_all(vector);
    ++checked;
  }
  CHECK(checked > 0);
}
