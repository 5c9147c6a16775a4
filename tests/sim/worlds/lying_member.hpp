// A member whose program commits what no honest one would.
#pragma once

#include "sim/hostile_member.hpp"
#include "sim/worlds/stage.hpp"

namespace tern::sim {

class LyingMember {
 public:
  explicit LyingMember(Stage& stage) : stage_(stage) {}

  /// Its next commit in the first room is to be one of them; it says something to bring it along.
  void act();
  void from_device(Device& device, Bytes& frame) {
    if (member_) member_->edit(device, frame);
  }

 private:
  HostileMember::Commit draw();
  void break_path(HostileMember::Commit& commit);
  void lie_about_members(HostileMember::Commit& commit);
  void propose(HostileMember::Commit& commit);

  Stage& stage_;
  std::optional<HostileMember> member_;
  std::uint64_t said_ = 0;
};

}  // namespace tern::sim
