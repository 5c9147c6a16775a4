// A build without libphonenumber.
#include <catch2/catch.hpp>

#include "tern/phone_number.hpp"

namespace tern::contacts::test {
namespace {

TEST_CASE("a build without libphonenumber says so") { CHECK_FALSE(reads_local_numbers()); }

TEST_CASE("without libphonenumber a number needs its country code") {
  for (const char* written : {"0471123456", "0471/12.34.56", "32471123456", "٠٤٧١١٢٣٤٥٦",
                              "+٣٢٤٧١١٢٣٤٥٦", "＋32471123456", "Bob 0471123456", "112"})
    for (const char* region : {"BE", "", "QQ"}) {
      INFO(written);
      CHECK(to_e164(written, region).error() == Errc::number_needs_library);
    }
}

TEST_CASE("without libphonenumber a trunk prefix is not guessed away") {
  // 0 belongs to an Italian number and not to a British one.
  CHECK(to_e164("+44 (0)20 7946 0958", "").error() == Errc::number_needs_library);
}

TEST_CASE("without libphonenumber letters and extensions are not read") {
  for (const char* written : {"+1 800 FLOWERS", "+3225551212 ext. 34", "+3225551212;ext=34",
                              "+3225551212,,34", "tel:+3225551212"})
    CHECK(to_e164(written, "").error() == Errc::number_needs_library);
}

}  // namespace
}  // namespace tern::contacts::test
