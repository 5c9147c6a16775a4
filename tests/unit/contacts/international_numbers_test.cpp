// What every build reads alike, with libphonenumber or without.
#include <catch2/catch.hpp>
#include <string>

#include "tern/limits.hpp"
#include "tern/phone_number.hpp"

namespace tern::contacts::test {
namespace {

Errc refusal(std::string_view written, std::string_view region = "BE") {
  const auto number = to_e164(written, region);
  if (number) FAIL(written << " became " << *number);
  return number.error().errc();
}

TEST_CASE("E.164 is a plus sign and 7 to 15 digits, the first not a zero") {
  CHECK(is_e164("+32471123456"));
  CHECK(is_e164("+6834000"));
  CHECK_FALSE(is_e164("+683400"));
  CHECK(is_e164("+123456789012345"));
  CHECK_FALSE(is_e164("+1234567890123456"));
  CHECK_FALSE(is_e164("+0471123456"));
  for (const char* other : {"", "+", "32471123456", "+32 471123456", "+3247112345a",
                            " +32471123456", "+32471123456 ", "++32471123456", "0032471123456"})
    CHECK_FALSE(is_e164(other));
  CHECK_FALSE(
      is_e164(std::string_view("+3247112\0"
                               "456",
                               12)));
}

TEST_CASE("a number with its country code needs no region, however it is spaced") {
  for (const char* written :
       {"+32471123456", "+32 471 12 34 56", "+32 471/12.34.56", "+32-471-12-34-56",
        "+32 (471) 12 34 56", "  +32 471 123 456 ", "0032471123456", "00 32 471 12 34 56"})
    for (const char* region : {"", "BE"}) {
      INFO(written << " in " << region);
      CHECK(to_e164(written, region).value() == "+32471123456");
    }
}

TEST_CASE("E.164 is read as it is, whatever the region") {
  for (const char* region : {"", "US", "be", "QQ", "Belgium"})
    CHECK(to_e164("+32471123456", region).value() == "+32471123456");
  CHECK(to_e164("+6834000", "").value() == "+6834000");
  CHECK(to_e164("+390612345678", "").value() == "+390612345678");
}

TEST_CASE("what has no digits is no number") {
  for (const char* written : {"", " ", "+", "Bob", "(-)", "tel:"})
    CHECK(refusal(written) == Errc::number_is_none);
}

TEST_CASE("a number that no country can have is too short or too long") {
  CHECK(refusal("+3212") == Errc::number_too_short);
  CHECK(refusal("+491234") == Errc::number_too_short);
  CHECK(refusal("+3247112345678901234") == Errc::number_too_long);
}

TEST_CASE("no country code begins with 0") {
  CHECK(refusal("+0471123456") == Errc::number_region_unknown);
}

TEST_CASE("more text than any number has is refused before it is read") {
  const std::string spaces(limits::number_written_bytes_max - 12, ' ');
  CHECK(to_e164("+32471123456" + spaces, "").value() == "+32471123456");
  CHECK(refusal("+32471123456 " + spaces) == Errc::number_too_long);
  CHECK(refusal(std::string(1'000'000, '1')) == Errc::number_too_long);
}

TEST_CASE("bytes that are no text are no number") {
  CHECK(refusal("+32\xff"
                "471123456") == Errc::text_not_utf8);
}

TEST_CASE("no error repeats the number") {
  for (const char* written : {"+3212", "+3247112345678901234", "+0471123456", "0471123456 ext 12",
                              "0471123456", "+32 471 12 34 56 Bob"})
    for (const char* region : {"", "BE", "QQ", "0471"}) {
      const auto number = to_e164(written, region);
      if (number) continue;
      INFO(number.error().message());
      for (const char* part : {"0471", "12345", "3247", "+32"})
        CHECK(number.error().message().find(part) == std::string::npos);
    }
}

}  // namespace
}  // namespace tern::contacts::test
