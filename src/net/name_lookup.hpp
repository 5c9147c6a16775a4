// The addresses of a host, asked without holding anybody up.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "net/relay_address.hpp"

namespace tern::net {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;

/// One question. The system's resolver can block for half a minute and cannot be interrupted, so
/// it runs on a thread of its own that cancel() leaves behind; asio's would be waited for by
/// close(). Addresses written in digits need no thread.
class NameLookup {
 public:
  /// `done` comes on `io`, later. Errors: connection_lost (the name is not known, or not now).
  NameLookup(asio::io_context& io, const HostPort& where,
             std::function<void(Result<Endpoints>)> done);
  ~NameLookup() { cancel(); }
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;
  /// `done` does not come after it.
  void cancel();

 private:
  struct Question;
  static void answer(const std::shared_ptr<Question>& question, Result<Endpoints> result);
  std::shared_ptr<Question> question_;
};

/// Families by turns, beginning with the first's (RFC 8305 §4), so that one that does not work
/// costs little.
Endpoints interleave_families(const Endpoints& endpoints);

}  // namespace tern::net
