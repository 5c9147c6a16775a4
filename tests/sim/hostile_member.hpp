// A member whose user has changed the program: what it commits is replaced on its way to the relay
// by anything that its keys can sign.
#pragma once

#include "sim/world.hpp"
#include "unit/mls/commit_forgery.hpp"
#include "wire/entry.hpp"

namespace tern::sim {

class HostileMember {
 public:
  HostileMember(World& world, Device& device) : world_(world), device_(device) {}

  struct Commit {
    test::CommitForgery forgery;
    std::function<void(wire::EntryHeader&)> edit_header;
  };
  /// The next commit of its program in `chat` becomes this one, under the same entry id; what was
  /// to follow it in the same append is left out. Then the device goes offline: its program's group
  /// is not the others' any more.
  void replace_next_commit(const ChatId& chat, Commit commit);
  /// The same, for whoever looks at the relay's frames anyway and shows each to `edit`.
  void plan(const ChatId& chat, Commit commit);
  void edit(Device& from, Bytes& frame);
  bool has_sent() const { return sent_; }

 private:
  bool replace(Bytes& frame);

  World& world_;
  Device& device_;
  ChatId chat_;
  Commit commit_;
  bool planned_ = false;
  bool sent_ = false;
};

}  // namespace tern::sim
