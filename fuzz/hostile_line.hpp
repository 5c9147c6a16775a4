// A whole messenger in one process, in which the frames between one person, Anna, and her relay
// are somebody else's to change: they are flat buffers without a check sum, so that most changes
// still are what a relay, or a device, could have sent.
#pragma once

#include <map>
#include <set>

#include "input.hpp"
#include "sim/world.hpp"

namespace tern::fuzzing {

/// What befalls frames, by their number on the way.
class Damage {
 public:
  /// Six bytes a piece: which frame (2), what (1), where (2), and what is xored there.
  explicit Damage(Input& input);
  /// Whether the frame goes on, perhaps as another one.
  bool passes(Bytes& frame);
  /// From now on all do.
  void stop() { stopped_ = true; }

 private:
  enum class What : std::uint8_t { change, drop, repeat_earlier, cut };
  struct Piece {
    What what;
    std::uint16_t place;
    std::uint8_t change;
  };
  std::multimap<std::size_t, Piece> pieces_;
  std::vector<Bytes> seen_;
  bool stopped_ = false;
};

/// Anna, Bo and Cem: they register their numbers, find each other, make a group and speak, and Bo
/// sends a file. Anna is last to come, and nothing that concerns the others passes the hostile
/// line.
class Town {
 public:
  enum class Hostile { relay, device };
  Town(Hostile who, Input& input);
  void live();

  sim::World world{1};
  sim::Device* anna = nullptr;
  sim::Device* bo = nullptr;
  sim::Device* cem = nullptr;
  std::set<std::string> said;  ///< by anybody
  Bytes file;                  ///< that Bo sends
  ChatId bos_with_cem;

 private:
  sim::Device* move_in(const char* name, const char* number);
  void say(sim::Device& who, const ChatId& chat, const std::string& text);
  void speak_in_all_chats(sim::Device& who);
  void send_file(sim::Device& who, const ChatId& chat);
  void pass_some_time() { world.run_for(20'000); }
  Damage damage_;
  Hostile hostile_;
};
inline constexpr const char* annas_number = "+32470000001";
inline constexpr const char* bos_number = "+32470000002";
inline constexpr const char* cems_number = "+32470000003";

}  // namespace tern::fuzzing
