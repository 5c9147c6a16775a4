// Every test program's main: libsodium is made ready as the doors of the library do it.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"

int main(int argc, char* argv[]) {
  if (!tern::crypto::initialize()) return 1;
  return Catch::Session().run(argc, argv);
}
