// A relay and two people on loopback, on real disks.
#pragma once

#include <filesystem>
#include <tern/client.hpp>
#include <tern/relay.hpp>

namespace tern::bench {

/// What the three have counted so far.
struct Syncs {
  std::uint64_t sender = 0;
  std::uint64_t relay = 0;
  std::uint64_t receiver = 0;
  friend Syncs operator-(const Syncs& a, const Syncs& b) {
    return {a.sender - b.sender, a.relay - b.relay, a.receiver - b.receiver};
  }
};

/// Ends the program when anything fails: a benchmark that fails measures nothing.
class Conversation {
 public:
  /// Makes a folder of its own in `parent`, registers both, and lets a first message arrive.
  explicit Conversation(const std::filesystem::path& parent);
  ~Conversation();

  const std::filesystem::path& folder() const { return folder_; }
  std::string relay_address() const { return relay_->address(); }
  /// The code that the relay has sent to a number.
  std::string code_for(const std::string& number) const;
  /// From send_text() to the receiver's event.
  double message_ms();
  void go_offline();
  void go_online();
  void queue(std::size_t count);
  /// Until the receiver's app has got `count` messages.
  void await_arrival(std::size_t count);
  /// Until nothing waits at the sender, and the receiver's receipts are in.
  void await_delivery();
  Syncs syncs() const;
  Client& receiver() { return *receiver_; }
  /// The same chat as either has it.
  Chat senders_chat() const { return *chat_; }
  Chat receivers_chat();

 private:
  std::filesystem::path folder_;
  std::optional<Relay> relay_;
  std::optional<Client> sender_;
  std::optional<Client> receiver_;
  std::optional<Chat> chat_;
  MessageId newest_;
  struct Codes;
  std::shared_ptr<Codes> codes_;
};

}  // namespace tern::bench
