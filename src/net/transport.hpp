// A stream of bytes that says when it can be read and written: what SecureSocket needs of a socket.
#pragma once

#include <asio/ip/tcp.hpp>
#include <memory>

#include "tern/bytes.hpp"

namespace tern::net {

/// All on one strand.
class Transport {
 public:
  using Tcp = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

  class Listener {
   public:
    virtual void on_readable() = 0;
    virtual void on_writable() = 0;
    /// Keeps itself, and so the transport, while one of the two is called.
    virtual std::shared_ptr<void> keep_alive() = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~Transport() = default;
  /// Non-blocking, and small writes go at once. Before anything else.
  virtual asio::error_code prepare(Listener& listener) = 0;
  /// How many bytes at once. Errors: asio::error::eof, would_block, and the system's.
  virtual std::size_t read(MutableByteSpan into, asio::error_code& error) = 0;
  virtual std::size_t write(ByteSpan bytes, asio::error_code& error) = 0;
  /// One call, as soon as there is something to read, or an error to be read. Asked for twice, it
  /// is one call still.
  virtual void await_readable() = 0;
  virtual void await_writable() = 0;
  /// What the system takes and has not sent is at most about so much, where the system can do that.
  virtual void limit_unsent(int bytes) = 0;
  /// No call comes after it.
  virtual void close() = 0;
  virtual asio::io_context::executor_type executor() = 0;
};

/// One that asio watches, on every system.
std::unique_ptr<Transport> make_asio_transport(Transport::Tcp socket);

}  // namespace tern::net
