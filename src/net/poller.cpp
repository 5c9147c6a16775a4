#include "net/poller.hpp"

#ifdef __linux__
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <exception>
#endif

namespace tern::net {

#ifdef __linux__

namespace {

// Handled before what else waits on the strand has its turn.
constexpr std::size_t round_sockets_max = 256;

asio::error_code last_error() { return {errno, asio::error::get_system_category()}; }

}  // namespace

class Poller::Impl : public std::enable_shared_from_this<Impl> {
 public:
  class Socket;

  Impl(asio::io_context& io, std::function<void()> after_round)
      : epoll_(io), after_round_(std::move(after_round)) {
    const int made = ::epoll_create1(EPOLL_CLOEXEC);
    if (made < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    epoll_.assign(made);
  }

  /// The epoll itself is one descriptor that asio watches.
  void wait() {
    epoll_.async_wait(asio::posix::descriptor_base::wait_read,
                      [weak = weak_from_this()](const asio::error_code& error) {
                        const auto self = error ? nullptr : weak.lock();
                        if (self) self->round();
                      });
  }
  void stop() {
    asio::error_code ignored;
    epoll_.close(ignored);
    after_round_ = [] {};
  }
  bool in_round() const { return in_round_; }
  asio::io_context::executor_type executor() { return epoll_.get_executor(); }

  void watch(Socket& socket, int file, int how, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.ptr = &socket;
    ::epoll_ctl(epoll_.native_handle(), how, file, &event);
  }
  /// It is no more: what was ready of it is not to be handled.
  void forget(const Socket& socket) {
    for (auto& event : ready_)
      if (event.data.ptr == &socket) event.data.ptr = nullptr;
  }

 private:
  void round();
  void handle_ready();

  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> epoll_;
  std::function<void()> after_round_;
  std::array<epoll_event, round_sockets_max> ready_{};
  bool in_round_ = false;
};

class Poller::Impl::Socket final : public Transport {
 public:
  Socket(Impl& poller, int file) : poller_(poller), file_(file) {}
  ~Socket() override { Socket::close(); }

  asio::error_code prepare(Listener& listener) override {
    listener_ = &listener;
    const int on = 1;
    return ::setsockopt(file_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 ? asio::error_code()
                                                                               : last_error();
  }
  std::size_t read(MutableByteSpan into, asio::error_code& error) override {
    const auto bytes = ::recv(file_, into.data(), into.size(), MSG_DONTWAIT);
    if (bytes < 0) error = last_error();
    if (bytes == 0) error = asio::error::eof;
    return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
  }
  std::size_t write(ByteSpan bytes, asio::error_code& error) override {
    const auto taken = ::send(file_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken < 0) error = last_error();
    return taken > 0 ? static_cast<std::size_t>(taken) : 0;
  }
  void await_readable() override { await(EPOLLIN); }
  void await_writable() override { await(EPOLLOUT); }
  void limit_unsent(int bytes) override {
    ::setsockopt(file_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof(bytes));
  }
  void close() override {
    if (file_ < 0) return;
    poller_.forget(*this);
    // Closing alone leaves it in the epoll while a process that is being started has a copy of it.
    if (watched_ != 0) poller_.watch(*this, file_, EPOLL_CTL_DEL, 0);
    awaited_ = watched_ = 0;
    ::shutdown(file_, SHUT_RDWR);
    ::close(std::exchange(file_, -1));
  }
  asio::io_context::executor_type executor() override { return poller_.executor(); }

  /// Keeps the listener until what it now waits for is known.
  void handle(std::uint32_t events) {
    const auto alive = listener_->keep_alive();
    struct Calling {
      Socket& socket;
      ~Calling() {
        socket.calling_ = false;
        socket.watch();
      }
    };
    calling_ = true;
    const Calling calling{*this};
    constexpr std::uint32_t over = EPOLLERR | EPOLLHUP;
    const bool readable = (awaited_ & EPOLLIN) != 0 && (events & (EPOLLIN | over)) != 0;
    const bool writable = (awaited_ & EPOLLOUT) != 0 && (events & (EPOLLOUT | over)) != 0;
    if (readable) awaited_ &= ~std::uint32_t{EPOLLIN};
    if (writable) awaited_ &= ~std::uint32_t{EPOLLOUT};
    if (readable) listener_->on_readable();
    if (writable && file_ >= 0) listener_->on_writable();
  }

 private:
  void await(std::uint32_t what) {
    awaited_ |= what;
    if (!calling_) watch();
  }
  // Whoever waits for the same again and again costs no call. Who waits for nothing is not in the
  // epoll at all: that a peer has gone would be told over and over.
  void watch() {
    if (file_ < 0 || awaited_ == watched_) return;
    const int how = watched_ == 0 ? EPOLL_CTL_ADD : awaited_ == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    poller_.watch(*this, file_, how, awaited_);
    watched_ = awaited_;
  }

  Impl& poller_;
  Listener* listener_ = nullptr;
  int file_;
  std::uint32_t awaited_ = 0, watched_ = 0;
  bool calling_ = false;
};

// An exception is the strand's, and costs nobody else their turn.
void Poller::Impl::round() {
  std::exception_ptr failure;
  in_round_ = true;
  try {
    handle_ready();
  } catch (...) {
    failure = std::current_exception();
  }
  in_round_ = false;
  if (epoll_.is_open()) wait();
  after_round_();
  if (failure) std::rethrow_exception(failure);
}

void Poller::Impl::handle_ready() {
  const int count =
      ::epoll_wait(epoll_.native_handle(), ready_.data(), static_cast<int>(ready_.size()), 0);
  for (int i = 0; i < count; ++i) {
    const auto event = std::exchange(ready_[static_cast<std::size_t>(i)], epoll_event{});
    if (event.data.ptr) static_cast<Socket*>(event.data.ptr)->handle(event.events);
  }
}

Poller::Poller(asio::io_context& io, std::function<void()> after_round)
    : impl_(std::make_shared<Impl>(io, std::move(after_round))) {
  impl_->wait();
}

std::unique_ptr<Transport> Poller::adopt(Transport::Tcp socket) {
  asio::error_code error;
  const int file = socket.release(error);
  if (error) return make_asio_transport(std::move(socket));
  return std::make_unique<Impl::Socket>(*impl_, file);
}

#else

class Poller::Impl {
 public:
  void stop() {}
  bool in_round() const { return false; }
};

Poller::Poller(asio::io_context&, std::function<void()>) : impl_(std::make_shared<Impl>()) {}

std::unique_ptr<Transport> Poller::adopt(Transport::Tcp socket) {
  return make_asio_transport(std::move(socket));
}

#endif

Poller::~Poller() { stop(); }
bool Poller::in_round() const { return impl_->in_round(); }
void Poller::stop() { impl_->stop(); }

}  // namespace tern::net
