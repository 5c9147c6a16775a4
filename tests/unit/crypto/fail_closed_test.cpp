#include "crypto/fail_closed.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/hpke.hpp"
#include "crypto/signature.hpp"

using namespace tern;
using namespace tern::crypto;

namespace {

// Whether `mistake` stops the program, found out in a child.
template <class Mistake>
bool aborts(Mistake mistake) {
  const pid_t child = fork();
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);  // Catch's own handler would report a failure
    ::close(STDERR_FILENO);
    mistake();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_CASE("a result that fails closed is one that nobody can guess") {
  Bytes first(32), second(32);
  fail_closed(first);
  fail_closed(second);
  CHECK(first != Bytes(32));
  CHECK(first != second);
  fail_closed({});
}

TEST_CASE("a key of the wrong length is our own mistake and stops a debug build") {
  const Bytes short_key(31), good_key(32), message(20);
  Bytes out(message.size() + aead_tag_bytes);
  CHECK_FALSE(aborts([&] { aead_seal_into(out, good_key, {}, {}, message); }));
  CHECK(aborts([&] { aead_seal_into(out, short_key, {}, {}, message); }));
  CHECK(aborts([&] { (void)aead_open(short_key, {}, {}, out); }));
  CHECK(aborts([&] { (void)xopen(short_key, {}, Bytes(seal_overhead_bytes)); }));
  CHECK(aborts([&] { (void)SigningKey::from_seed(short_key); }));
  CHECK(aborts([&] { (void)hpke::derive_key_pair(short_key); }));
}

TEST_CASE("an output of the wrong length is our own mistake and stops a debug build") {
  const Bytes key(32), message(20);
  Bytes out(message.size() + aead_tag_bytes - 1);
  CHECK(aborts([&] { aead_seal_into(out, key, {}, {}, message); }));
  CHECK(aborts([&] { (void)aead_open_into(out, key, {}, {}, message); }));
}

TEST_CASE("HKDF gives 255 blocks and no more") {
  Bytes out(255 * 32 + 1);
  CHECK_FALSE(aborts([&] { hkdf_expand({}, {}, MutableByteSpan(out).first(255 * 32)); }));
  CHECK(aborts([&] { hkdf_expand({}, {}, out); }));
}

TEST_CASE("a BLAKE2b key has 16 to 64 bytes") {
  const Bytes key(65);
  CHECK_FALSE(aborts([&] { (void)blake2b({}, ByteSpan(key).first(16)); }));
  CHECK_FALSE(aborts([&] { (void)blake2b({}, ByteSpan(key).first(64)); }));
  CHECK(aborts([&] { (void)blake2b({}, ByteSpan(key).first(15)); }));
  CHECK(aborts([&] { (void)blake2b({}, key); }));
}
