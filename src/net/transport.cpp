#include "net/transport.hpp"

#include <asio/buffer.hpp>

namespace tern::net {
namespace {

class AsioTransport final : public Transport {
 public:
  explicit AsioTransport(Tcp socket) : socket_(std::move(socket)) {}

  asio::error_code prepare(Listener& listener) override {
    listener_ = &listener;
    asio::error_code error;
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
    socket_.non_blocking(true, error);
    return error;
  }
  std::size_t read(MutableByteSpan into, asio::error_code& error) override {
    return socket_.read_some(asio::buffer(into.data(), into.size()), error);
  }
  std::size_t write(ByteSpan bytes, asio::error_code& error) override {
    return socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  }
  void await_readable() override {
    if (std::exchange(read_pending_, true)) return;
    socket_.async_wait(asio::socket_base::wait_read,
                       [this, alive = listener_->keep_alive()](const asio::error_code& error) {
                         read_pending_ = false;
                         if (!error) listener_->on_readable();
                       });
  }
  void await_writable() override {
    if (std::exchange(write_pending_, true)) return;
    socket_.async_wait(asio::socket_base::wait_write,
                       [this, alive = listener_->keep_alive()](const asio::error_code& error) {
                         write_pending_ = false;
                         if (!error) listener_->on_writable();
                       });
  }
  void limit_unsent([[maybe_unused]] int bytes) override {
#ifdef TCP_NOTSENT_LOWAT
    using NotSentLowWater = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
    asio::error_code ignored;
    socket_.set_option(NotSentLowWater(bytes), ignored);
#endif
  }
  void close() override {
    asio::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }
  asio::io_context::executor_type executor() override { return socket_.get_executor(); }

 private:
  Tcp socket_;
  Listener* listener_ = nullptr;
  bool read_pending_ = false, write_pending_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_asio_transport(Transport::Tcp socket) {
  return std::make_unique<AsioTransport>(std::move(socket));
}

}  // namespace tern::net
