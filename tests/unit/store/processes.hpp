// What only another process can show: limits, rights and deaths.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace tern::store::test {

/// Runs `work` in a forked process. Empty when it returned without an exception; else what it said,
/// or the signal that it died of.
std::string in_child(const std::function<void()>& work);

/// A forked process that runs `work` until it is killed, and what it has told so far.
class Child {
 public:
  /// `tell` hands one number to the parent, for good: it survives the child.
  using Tell = std::function<void(std::uint32_t)>;
  explicit Child(const std::function<void(const Tell&)>& work);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for the next number; nullopt when the child is gone and all of its numbers are read.
  std::optional<std::uint32_t> next();
  /// kill -9.
  void kill();

 private:
  pid_t process_ = -1;
  int pipe_ = -1;
};

}  // namespace tern::store::test
