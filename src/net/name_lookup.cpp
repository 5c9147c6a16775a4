#include "net/name_lookup.hpp"

#include <netdb.h>

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/ip/address.hpp>
#include <asio/post.hpp>
#include <mutex>
#include <optional>
#include <thread>

namespace tern::net {

// Shared with the resolver's thread, which may outlive everybody else.
struct NameLookup::Question {
  std::mutex mutex;
  std::function<void(Result<Endpoints>)> done;
  asio::io_context* io = nullptr;  // null once cancelled
  /// Keeps the loop running until the answer or cancel().
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
};

namespace {

constexpr std::size_t endpoints_max = 16;

std::optional<asio::ip::tcp::endpoint> endpoint_of(const addrinfo& info, std::uint16_t port) {
  asio::ip::tcp::endpoint out;
  if (info.ai_addrlen > out.capacity()) return std::nullopt;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(info.ai_addr), info.ai_addrlen,
              reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(info.ai_addrlen);
  out.port(port);
  return out;
}

Result<Endpoints> ask_system(const HostPort& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(where.host.c_str(), nullptr, &hints, &found); error != 0)
    return Error(Errc::connection_lost,
                 "the relay's name \"" + where.host + "\" is not known: " + gai_strerror(error));
  Endpoints out;
  for (const auto* info = found; info && out.size() < endpoints_max; info = info->ai_next)
    if (info->ai_family == AF_INET || info->ai_family == AF_INET6)
      if (const auto endpoint = endpoint_of(*info, where.port)) out.push_back(*endpoint);
  freeaddrinfo(found);
  return out;
}

}  // namespace

NameLookup::NameLookup(asio::io_context& io, const HostPort& where,
                       std::function<void(Result<Endpoints>)> done)
    : question_(std::make_shared<Question>()) {
  question_->done = std::move(done);
  question_->io = &io;
  question_->guard.emplace(io.get_executor());
  asio::error_code error;
  const auto address = asio::ip::make_address(where.host, error);
  if (!error) {
    answer(question_, Endpoints{{address, where.port}});
    return;
  }
  try {
    std::thread([question = question_, where] { answer(question, ask_system(where)); }).detach();
  } catch (const std::system_error&) {
    answer(question_, Error(Errc::internal, "no thread can be started to look up a name"));
  }
}

void NameLookup::answer(const std::shared_ptr<Question>& question, Result<Endpoints> result) {
  std::lock_guard lock(question->mutex);
  if (!question->io) return;
  asio::post(*question->io, [question, result = std::move(result)] {
    std::unique_lock unlocked(question->mutex);
    question->guard.reset();
    const auto done = std::exchange(question->done, nullptr);
    unlocked.unlock();
    if (done) done(result);
  });
}

void NameLookup::cancel() {
  std::lock_guard lock(question_->mutex);
  question_->done = nullptr;
  question_->io = nullptr;
  question_->guard.reset();
}

Endpoints interleave_families(const Endpoints& endpoints) {
  if (endpoints.empty()) return {};
  Endpoints first, second, out;
  for (const auto& endpoint : endpoints)
    (endpoint.protocol() == endpoints.front().protocol() ? first : second).push_back(endpoint);
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  return out;
}

}  // namespace tern::net
