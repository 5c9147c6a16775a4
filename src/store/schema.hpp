// What an environment is for and how its rows are laid out: one row of table 0, and the steps that
// bring an older layout forward.
#pragma once

#include <functional>
#include <vector>

#include "store/port.hpp"

namespace tern::store {

/// What a folder is for; a relay does not open a client's folder.
enum class Purpose : std::uint8_t { client = 1, relay = 2 };

/// The environment's own table. Its first row has an empty key, the smallest there is:
///   "tern" || purpose (1 byte) || schema (4 bytes, big-endian)
/// Another one, under "journal", names the journal's round (journaled.cpp).
inline constexpr Table environment_table{0};

struct Stamp {
  Purpose purpose = Purpose::client;
  std::uint32_t schema = 1;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

Result<void> write_stamp(WriteTransaction& transaction, const Stamp& stamp);
/// Errors: storage_foreign (no stamp, or not tern's), storage_damaged.
Result<Stamp> read_stamp(ReadTransaction& transaction);
/// The row's value. Errors: storage_foreign, storage_damaged.
Result<Stamp> parse_stamp(ByteSpan value);

/// Whether a caller with this purpose, who understands schemas up to `newest`, may use the
/// environment. Errors: storage_foreign (another purpose), storage_newer.
Result<void> check_stamp(const Stamp& found, Purpose purpose, std::uint32_t newest);

/// One step, from the schema `from` to `from` + 1.
struct Migration {
  std::uint32_t from = 0;
  std::function<Result<void>(WriteTransaction&)> forward;
};

/// Brings the rows from `found.schema` to `newest` and writes the new stamp, all in `transaction`,
/// which the caller commits. Nothing to do: nothing is written. Errors: a step's own; internal when
/// `steps` has none for a schema on the way.
Result<void> migrate(WriteTransaction& transaction, const Stamp& found, std::uint32_t newest,
                     const std::vector<Migration>& steps);

}  // namespace tern::store
