#include "bench/raw_device.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "bench/must.hpp"
#include "crypto/log_id.hpp"

namespace tern::bench {
namespace {

// One for all: what is left over of a message is the channel's to keep.
constexpr std::size_t read_bytes = 256 * 1024;

MutableByteSpan read_buffer() {
  static Bytes buffer(read_bytes);
  return buffer;
}

// -1: nobody listens, or no more are taken.
int connect_to(const net::HostPort& where) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(where.port);
  if (inet_pton(AF_INET, where.host.c_str(), &address.sin_addr) != 1) give_up("no such address");
  const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (out < 0) give_up("no socket");
  if (::connect(out, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(out);
    return -1;
  }
  const int on = 1;
  setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return out;
}

bool send_all(int socket, ByteSpan bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

constexpr std::uint32_t resume_request = 900'001, register_request = 900'002;

wire::PublicKey wire_key(const crypto::VerifyKey& key) { return {key.bytes}; }

}  // namespace

RawDevice::RawDevice()
    : account_key_(crypto::SigningKey::generate(entropy_)),
      device_key_(crypto::SigningKey::generate(entropy_)),
      transport_(crypto::DhKeyPair::generate(entropy_)),
      id_(crypto::device_id(device_key_.verify_key())) {}

RawDevice::RawDevice(RawDevice&& other) noexcept
    : account_key_(std::move(other.account_key_)),
      device_key_(std::move(other.device_key_)),
      transport_(std::move(other.transport_)),
      id_(other.id_),
      socket_(std::exchange(other.socket_, -1)),
      registered_(other.registered_),
      channel_(std::move(other.channel_)),
      next_request_(other.next_request_) {}

void RawDevice::connect(const net::RelayAddress& relay) {
  if (!begin_connect(relay) || !finish_connect()) give_up("the relay does not take a device");
}

bool RawDevice::only_connect(const net::RelayAddress& relay) {
  disconnect();
  socket_ = connect_to(relay.where);
  return socket_ >= 0;
}

bool RawDevice::only_shake_hands(const net::RelayAddress& relay) {
  if (!only_connect(relay)) return false;
  channel_.emplace(net::SecureChannel::device(transport_, relay.key));
  if (!send_all(socket_, must(channel_->start(entropy_)))) return false;
  std::vector<Bytes> none;
  while (channel_->state() != net::SecureChannel::State::open)
    if (!receive(none, 0)) return false;
  return true;
}

bool RawDevice::begin_connect(const net::RelayAddress& relay) {
  return only_shake_hands(relay) && try_send(resume_request, wire::Resume{}) &&
         (registered_ || try_register());
}

bool RawDevice::finish_connect() {
  const auto resumed = answer_to(resume_request);
  if (!resumed || !std::holds_alternative<wire::Resumed>(*resumed)) return false;
  if (registered_) return true;
  const auto answer = answer_to(register_request);
  registered_ = answer && std::holds_alternative<wire::Registered>(*answer);
  return registered_;
}

void RawDevice::disconnect() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  unread_.clear();
}

bool RawDevice::try_register() {
  wire::DeviceList list;
  list.account_key = wire_key(account_key_.verify_key());
  list.number = 1;
  list.device_keys.push_back(wire_key(device_key_.verify_key()));
  list.signature.bytes = account_key_.sign(wire::signed_bytes(list)).bytes;
  wire::DeviceCertificate certificate;
  certificate.account_key = list.account_key;
  certificate.device_key = list.device_keys.front();
  certificate.transport_key.bytes = transport_.public_key.bytes;
  certificate.list_number = list.number;
  certificate.issued_s = std::time(nullptr);
  certificate.signature.bytes = account_key_.sign(wire::signed_bytes(certificate)).bytes;
  const auto certificate_bytes = wire::encode(certificate);
  const auto list_bytes = wire::encode(list);
  const auto proof = device_key_.sign(wire::signed_registration(certificate_bytes));
  return try_send(register_request, wire::Register{certificate_bytes, list_bytes, proof});
}

void RawDevice::send(std::uint32_t request_id, const wire::Request& request) {
  if (!try_send(request_id, request)) give_up("the relay takes nothing more");
}

bool RawDevice::try_send(std::uint32_t request_id, const wire::Request& request) {
  return send_all(socket_, sealed(request_id, request));
}

ByteSpan RawDevice::sealed(std::uint32_t request_id, const wire::Request& request) {
  const auto frame = wire::encode(wire::RequestFrame{request_id, request});
  const ByteSpan frames[] = {frame};
  sealed_.clear();
  must(channel_->seal(frames, sealed_));
  return sealed_;
}

bool RawDevice::receive(std::vector<Bytes>& frames) { return receive(frames, MSG_DONTWAIT); }

bool RawDevice::receive(std::vector<Bytes>& frames, int flags) {
  const auto buffer = read_buffer();
  const auto got = recv(socket_, buffer.data(), buffer.size(), flags);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (got <= 0) return false;
  net::Received received;
  must(channel_->receive(buffer.first(static_cast<std::size_t>(got)), entropy_, received));
  for (auto& frame : received.frames) frames.push_back(std::move(frame));
  return true;
}

wire::Answer RawDevice::ask(const wire::Request& request) {
  const auto id = next_request_++;
  send(id, request);
  auto answer = answer_to(id);
  if (!answer) give_up("the relay closed a connection");
  return std::move(*answer);
}

std::optional<wire::Answer> RawDevice::answer_to(std::uint32_t id) {
  for (;;) {
    for (std::size_t i = 0; i < unread_.size(); ++i) {
      const auto decoded = must(wire::decode_server_frame(unread_[i]));
      const auto* const answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
      if (!answer || answer->id != id) continue;
      answer_ = std::move(unread_[i]);  // whose bytes stay where they are
      auto out = answer->answer;
      unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      return out;
    }
    unread_.clear();
    if (!receive(unread_, 0)) return std::nullopt;
  }
}

void connect_all(const net::RelayAddress& relay, std::span<RawDevice* const> devices) {
  constexpr std::size_t at_once = 200;
  while (!devices.empty()) {
    const auto some = devices.first(std::min(devices.size(), at_once));
    for (auto* const device : some)
      if (!device->begin_connect(relay)) give_up("the relay does not take a device");
    for (auto* const device : some)
      if (!device->finish_connect()) give_up("the relay does not register a device");
    devices = devices.subspan(some.size());
  }
}

}  // namespace tern::bench
