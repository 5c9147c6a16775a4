// A build with libphonenumber.
#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tern/phone_number.hpp"

namespace tern::contacts::test {
namespace {

std::string read(const char* written, const char* region) {
  const auto number = to_e164(written, region);
  return number ? *number : std::string(name(number.error().errc()));
}

TEST_CASE("a build with libphonenumber says so") { CHECK(reads_local_numbers()); }

TEST_CASE("a number is read as it is dialled at home") {
  CHECK(read("0471/12.34.56", "BE") == "+32471123456");
  CHECK(read("02 555 12 12", "BE") == "+3225551212");
  CHECK(read("(0)20 7946 0958", "GB") == "+442079460958");
  CHECK(read("06-12345678", "NL") == "+31612345678");
  CHECK(read("(212) 555-0123", "US") == "+12125550123");
  CHECK(read("8 (916) 123-45-67", "RU") == "+79161234567");
  CHECK(read("011 15-2345-6789", "AR") == "+5491123456789");
  CHECK(read("06 1234 5678", "IT") == "+390612345678");
  CHECK(read("0471/12.34.56", "be") == "+32471123456");
}

TEST_CASE("a number is read in any script's digits") {
  CHECK(read("٠٤٧١١٢٣٤٥٦", "BE") == "+32471123456");
  CHECK(read("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR") == "+989123456789");
  CHECK(read("＋３２ ４７１ １２３４５６", "") == "+32471123456");
}

TEST_CASE("a country code is found behind each way to dial it") {
  CHECK(read("011 32 471 12 34 56", "US") == "+32471123456");
  CHECK(read("00 32 471 12 34 56", "DE") == "+32471123456");
  CHECK(read("+44 (0)20 7946 0958", "BE") == "+442079460958");
  CHECK(read("32471123456", "BE") == "+32471123456");
  CHECK(read("tel:471123456;phone-context=+32", "") == "+32471123456");
  // Mexico's numbers had a 1 behind the country code until 2019; both are one number.
  for (const char* written : {"+52 55 1234 5678", "+52 1 55 1234 5678", "+52 01 1 55 1234 5678"})
    CHECK(read(written, "") == "+525512345678");
}

TEST_CASE("letters of a keypad are digits") {
  CHECK(read("1-800-FLOWERS", "US") == "+18003569377");
}

TEST_CASE("a number that is written without country code needs a region") {
  for (const char* written : {"0471/12.34.56", "32471123456", "(212) 555-0123", "1-800-FLOWERS"})
    CHECK(read(written, "") == "number_needs_region");
}

TEST_CASE("a region that does not exist helps nobody") {
  CHECK(read("0471123456", "QQ") == "number_region_unknown");
  CHECK(read("0471123456", "Belgium") == "number_region_unknown");
  CHECK(read("0471123456", "001") == "number_region_unknown");
  CHECK(read("+999 123 456 789", "BE") == "number_region_unknown");
  CHECK(to_e164("0471123456", "qq").error().message() ==
        "the number has no country code, and no region QQ has numbers");
}

TEST_CASE("a number that is too short or too long for its country is refused") {
  CHECK(read("112", "BE") == "number_too_short");
  CHECK(read("5", "BE") == "number_too_short");
  CHECK(read("0471 12 34", "BE") == "number_too_short");
  CHECK(read("555-1234", "US") == "number_too_short");  // dialled within one area alone
  CHECK(read("0471 12 34 56 78", "BE") == "number_too_long");
  CHECK(read("0471/12.34.56 / 0472/11.22.33", "BE") == "number_too_long");
}

TEST_CASE("a number with an extension is nobody's account") {
  for (const char* written : {"02 555 12 12 ext. 34", "+32 2 555 12 12;ext=34", "025551212,,34"})
    CHECK(read(written, "BE") == "number_impossible");
}

TEST_CASE("nobody's number is all zeros") {
  for (const char* written : {"+4700000", "004700000", "00000"})
    CHECK(read(written, "NO") == "number_impossible");
}

TEST_CASE("a length between a country's lengths is impossible") {
  // Iceland's have 7 digits or 9.
  CHECK(read("+354 12345678", "") == "number_impossible");
}

TEST_CASE("a range that was opened after the metadata were made is read") {
  // +32 496 … is a mobile range; +32 431 …, of the same length, was nobody's when they were.
  CHECK(read("0431 12 34 56", "BE") == "+32431123456");
}

TEST_CASE("satellite phones and freephone numbers are numbers") {
  CHECK(read("+881612345678", "") == "+881612345678");
  CHECK(read("+800 1234 5678", "") == "+80012345678");
}

TEST_CASE("numbers are read by several threads at once") {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&right] {
      for (int i = 0; i < 50; ++i) right += to_e164("0471/12.34.56", "BE").has_value() ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  CHECK(right == 200);
}

}  // namespace
}  // namespace tern::contacts::test
