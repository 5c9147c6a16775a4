// tern::Relay: the server, to run as tern-relay or inside another program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tern/limits.hpp"
#include "tern/result.hpp"

namespace tern {

/// Rates and quotas, each with the value of the design's section 7.
struct RelayLimits {
  std::uint32_t append_per_second = 20;  ///< a device
  std::uint32_t append_burst = 200;
  std::uint32_t claims_per_minute = 10;       ///< a device
  std::uint32_t resumes_per_minute = 10;      ///< a device; three times as many at once
  std::uint32_t registrations_per_hour = 60;  ///< an address
  std::uint32_t inbox_welcomes_max = 1000;    ///< a device
  std::uint32_t connections_per_address = 100;
  std::uint32_t connections_max = 20'000;
  /// Entries after they were stored; blobs after they were complete, or after the newest entry of
  /// their owner that names them.
  std::int64_t retention_days = 30;
  std::uint64_t blob_bytes_max = limits::blob_bytes_max;
  /// Of all blobs of an account, as their owner declared them, and 1 KiB for each.
  std::uint64_t blob_bytes_per_account = std::uint64_t{1} << 30;
  std::int64_t blob_incomplete_days = 7;       ///< after its last chunk
  std::uint32_t blob_chunks_per_second = 200;  ///< a device: so many up, and so many down
  std::uint32_t blob_chunks_burst = 400;
  /// Leading zero bits of the work that a request for a code has to show; 0: none, at most 32.
  std::uint32_t work_bits = 16;
  std::uint32_t codes_per_hour = 3;          ///< to a number
  std::uint32_t account_codes_per_hour = 5;  ///< asked for by an account
  /// Phone numbers that an account may have evaluated for the directory: at once, at once in the
  /// first week after it confirmed a number, and an hour later on.
  std::uint32_t evaluations_burst = 10'000;
  std::uint32_t evaluations_first_week = 2'000;
  std::uint32_t evaluations_per_hour = 6;
};

struct RelayOptions {
  std::filesystem::path folder;           ///< created 0700; the key file in it is 0600
  std::string listen = "127.0.0.1:7377";  ///< HOST:PORT; port 0: the system chooses
  RelayLimits limits;
  /// One line per event, without phone numbers or ids in clear. Called on the relay's thread.
  std::function<void(std::string_view line)> log;
  /// Sends `code` to the phone number `number` (E.164), and says whether it did. Called on threads
  /// of the relay's own, up to four at once, and may take its time. Null: no number can be
  /// confirmed.
  std::function<bool(std::string_view number, std::string_view code)> send_code;
  /// The disk has refused a read or a write, and what it kept of it is not known: from now on every
  /// request is refused (storage_io), until this relay is stopped and another is started on the
  /// folder. Called once, on the relay's thread: tell whoever stops it, do not stop it here.
  std::function<void()> on_disk_failed;
};

struct RelayStatistics {
  std::uint64_t connections = 0;
  std::uint64_t entries_stored = 0;
  std::uint64_t batches = 0;
  std::uint64_t store_syncs = 0;
};

/// A running relay; it owns its threads. Move-only.
class Relay {
 public:
  /// Opens the folder and listens. Errors: storage_*, address_invalid, connection_refused (the
  /// address is in use).
  static Result<Relay> start(const RelayOptions& options);
  Relay(Relay&&) noexcept;
  Relay& operator=(Relay&&) noexcept;
  ~Relay();

  /// tern://HOST:PORT/KEY: what clients are given.
  std::string address() const;
  std::uint16_t port() const;
  RelayStatistics statistics() const;
  /// Begins to make the directory anew under another key, in the background; clients go over to it
  /// when it is complete. Errors: invalid_argument (one is under way), storage_*, closed.
  Result<void> rotate_directory_key();
  /// Answers what was accepted, closes every connection, syncs and ends.
  void stop();

 private:
  struct Impl;
  explicit Relay(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tern
