// The signatures and key agreements of what is simulated: libsodium's, which are computed once
// for all who check them, or ideal ones, which cost two hashes.
#pragma once

namespace tern::sim {

/// From here on this process has keys that only those can tell from libsodium's who would break
/// them, and nobody who is simulated does: a signature is a hash of the public key and of what is
/// signed, a public key is a hash of the private one, and two have in common the hash of both
/// public keys (the ideal functionalities of Canetti, "Universally Composable Security", 2001); an
/// element of the directory's group is its own discrete logarithm; SHA-256 is BLAKE2b, and so is
/// its HMAC, which is one hash then and not two. All else is as it was: who does not hold these
/// keys, or other bytes, is refused. Worlds are not those of the same seeds with libsodium's keys,
/// for what is drawn from a key differs. Call it before any key is made; it cannot be taken back.
void use_ideal_keys();

}  // namespace tern::sim
