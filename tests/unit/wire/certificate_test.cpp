#include <catch2/catch.hpp>

#include "cut_everywhere.hpp"
#include "samples.hpp"

using namespace tern;
using namespace tern::wire;
using tern::wire::test::cut_everywhere;
using tern::wire::test::Samples;

TEST_CASE("a certificate comes back as it was written, and only so") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const DeviceCertificate certificate = Samples(seed).device_certificate();
    const Bytes bytes = encode(certificate);
    const auto back = decode_device_certificate(bytes).value();
    CHECK(back.account_key == certificate.account_key);
    CHECK(back.device_key == certificate.device_key);
    CHECK(back.transport_key == certificate.transport_key);
    CHECK(back.list_number == certificate.list_number);
    CHECK(back.issued_s == certificate.issued_s);
    CHECK(back.signature == certificate.signature);
    if (seed < 5) cut_everywhere(bytes, decode_device_certificate);
  }
}

TEST_CASE("a certificate's signature is over every other field") {
  const DeviceCertificate certificate = Samples(1).device_certificate();
  const auto differs = [&](auto change) {
    DeviceCertificate changed = certificate;
    change(changed);
    return signed_bytes(changed) != signed_bytes(certificate);
  };
  CHECK(differs([](auto& c) { c.account_key.bytes[31] ^= 1; }));
  CHECK(differs([](auto& c) { c.device_key.bytes[31] ^= 1; }));
  CHECK(differs([](auto& c) { c.transport_key.bytes[31] ^= 1; }));
  CHECK(differs([](auto& c) { c.list_number ^= 1; }));
  CHECK(differs([](auto& c) { c.issued_s ^= 1; }));
  CHECK_FALSE(differs([](auto& c) { c.signature.bytes[0] ^= 1; }));
}

TEST_CASE("a device list comes back as it was written, and only so") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const DeviceList list = Samples(seed).device_list();
    const Bytes bytes = encode(list);
    const auto back = decode_device_list(bytes).value();
    CHECK(back.account_key == list.account_key);
    CHECK(back.number == list.number);
    CHECK(back.device_keys == list.device_keys);
    CHECK(back.signature == list.signature);
    if (seed < 5) cut_everywhere(bytes, decode_device_list);
  }
}

TEST_CASE("a device list's signature is over every other field") {
  DeviceList list = Samples(2).device_list();
  list.device_keys.resize(2);
  const auto differs = [&](auto change) {
    DeviceList changed = list;
    change(changed);
    return signed_bytes(changed) != signed_bytes(list);
  };
  CHECK(differs([](auto& l) { l.account_key.bytes[0] ^= 1; }));
  CHECK(differs([](auto& l) { l.number ^= 1; }));
  CHECK(differs([](auto& l) { l.device_keys[1].bytes[0] ^= 1; }));
  CHECK(differs([](auto& l) { l.device_keys.pop_back(); }));
  CHECK_FALSE(differs([](auto& l) { l.signature.bytes[0] ^= 1; }));
}

TEST_CASE("an account may list 32 devices and no more") {
  DeviceList list;
  list.device_keys.resize(limits::devices_per_account_max);
  CHECK(decode_device_list(encode(list)).value().device_keys.size() == 32);
  list.device_keys.emplace_back();
  CHECK(decode_device_list(encode(list)).error() == Errc::too_long);
}

TEST_CASE("a signature over one structure is over no other") {
  const std::string texts[] = {as_text(signed_bytes(DeviceCertificate{})),
                               as_text(signed_bytes(DeviceList{})),
                               as_text(signed_bytes(RejoinRequest{}))};
  // Behind its length, each starts with a name that is no prefix of another's.
  CHECK(texts[0].find("tern 1 device certificate") == 1);
  CHECK(texts[1].find("tern 1 device list") == 1);
  CHECK(texts[2].find("tern 1 rejoin request") == 1);
}
