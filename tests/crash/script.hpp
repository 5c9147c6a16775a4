// What each of three people does in a run of the crash lab, so that a life that follows a killed
// one goes on where the folder says that it ended.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tern/client.hpp"

namespace tern::crash {

/// The numbers of the people on the stage; each is found by it.
inline const std::vector<std::pair<std::string, std::string>> people = {
    {"anna", "+32470000001"}, {"bo", "+32470000002"}, {"cas", "+32470000003"}};
std::string number_of(const std::string& name);

inline constexpr char club_title[] = "club";
inline constexpr std::uint64_t voice_samples = 57'600;  // at 48 kHz: 1.2 s, three pages

/// One person's part. Says on standard output what a call has promised, a line each:
///   kept WHAT…   true from now on, whatever is killed
class Script {
 public:
  /// `stage` holds what crosses from one to another outside of tern: codes, the film that is sent.
  Script(Client& client, std::string name, std::filesystem::path stage);

  /// Does what can be done now. Errors: a call's.
  Result<void> go_on();
  bool done() const { return next_ == acts_.size(); }
  std::size_t act() const { return next_; }
  void heard(const Event& event);

 private:
  enum class Act { done, waits };

  void cast_anna();
  void cast_bo();
  void cast_cas();

  Result<Act> confirm_number();
  void heed(const Result<void>& answer);
  std::optional<Pending<void>> ask_for_code();
  std::optional<Pending<void>> tell_the_code();
  Result<Act> wait_for_all();
  Result<Act> find_the_others();
  Result<Act> say(const std::string& where, int count);
  Result<Act> hear(const std::string& where, const std::string& name, int count);
  Result<Act> make_club();
  Result<Act> seat(const std::string& name);
  Result<Act> speak();
  Result<Act> send_film();
  Result<Act> save_film();
  Result<Act> hear_voice();
  Result<Act> read_all();
  Result<Act> be_delivered();

  Result<std::optional<Chat>> chat_named(const std::string& where);
  Result<std::vector<Message>> history_of(const std::string& where);
  Result<void> record(VoiceRecording recording);

  Client& client_;
  const std::string name_;
  const std::filesystem::path stage_;
  std::vector<std::function<Result<Act>()>> acts_;
  std::size_t next_ = 0;
  std::optional<Pending<void>> asked_;
  bool code_sent_ = false;
  std::chrono::steady_clock::time_point ask_again_at_;
  std::optional<Pending<SyncResult>> syncing_;
};

}  // namespace tern::crash
