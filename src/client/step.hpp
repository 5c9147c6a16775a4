// One input's worth of change: one storage transaction, and what may be seen once it is committed.
//
// Memory changes along the way; when the transaction fails, every chat that was touched is put
// back and its group read from the store again, and nothing is sent or told.
#pragma once

#include <map>
#include <set>

#include "client/device.hpp"

namespace tern::client {

class Step {
 public:
  Step(Device& its_device, Now its_now, store::WriteTransaction& transaction)
      : device(its_device),
        now(its_now),
        rows(transaction, its_device.sealer),
        device_before_(its_device.record) {}

  Device& device;
  const Now now;
  Rows rows;

  /// The chat's record, to be changed: written when the step ends. To be asked for before
  /// anything of the chat changes, its group and its pending commit included.
  ChatRecord& edit(Chat& chat);
  /// A chat that this step makes.
  Chat& add(std::unique_ptr<Chat> chat);
  /// The device's record, to be changed.
  DeviceRecord& edit_device();
  /// Once the rest of the step is done, sees what the chat can do next.
  void look_at(Chat& chat);

  /// A key was used up: the disk must have it before anything leaves.
  void moved_ratchet();
  void sync() { synced_ = true; }

  void emit(Event event) { events_.push_back(std::move(event)); }
  void problem(const ChatId& chat, Errc code, std::string message);
  /// Encodes now, sends after the commit.
  void send(const Purpose& purpose, const wire::Request& request);
  /// Changes of memory that are no chat's record: after the commit.
  void then(std::function<void()> change) { changes_.push_back(std::move(change)); }
  /// Answers an app, last of all: it may call the engine again.
  void answer(Engine::Done done, Result<void> result);
  /// Whose chats wait for a person's word has changed: looked at once, when the step ends.
  void keys_changed() { keys_changed_ = true; }
  void answer_with(std::function<void()> answer) { answers_.push_back(std::move(answer)); }

 private:
  friend Result<void> run(Device&, Now, const std::function<Result<void>(Step&)>&);
  struct Frame {
    std::uint32_t id = 0;
    Purpose purpose;
    Bytes bytes;
  };
  struct Touched {
    Chat* chat = nullptr;
    std::optional<ChatRecord> before;  ///< nullopt: made by this step
  };
  Result<void> finish();
  Result<void> work_on_chat(Chat& chat);
  Result<void> work_on_chats();
  Result<void> commit(store::WriteTransaction& transaction);
  void release();
  void undo();
  void note_cursors();

  DeviceRecord device_before_;
  bool device_changed_ = false;
  bool synced_ = false;
  bool counted_ = false;
  bool keys_changed_ = false;
  std::map<ChatId, Touched> touched_;
  std::vector<Chat*> looks_;
  std::set<Chat*> looked_at_;
  std::vector<Event> events_;
  std::vector<Frame> frames_;
  std::vector<std::function<void()>> changes_;
  std::vector<std::function<void()>> answers_;
};

/// Runs `work`, lets every chat that it looked at go on, and commits: not at all when nothing was
/// written, synced when a key or somebody else's entry is part of it. On an error nothing has
/// happened, on the disk or in memory. When the map has to grow, `work` is run again and the
/// connection given up.
Result<void> run(Device& device, Now now, const std::function<Result<void>(Step&)>& work);

using store::is_storage;

}  // namespace tern::client
