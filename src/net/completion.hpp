// How a Pending gets its one answer.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tern/pending.hpp"

namespace tern::net {

/// Answers that wait to be given, in order: to an app's callback, which may call the client again,
/// and so never from within the engine.
using Answers = std::vector<std::function<void()>>;

/// Held by the engine until it knows; dropped without an answer, it says `closed`.
template <class T>
class Completion {
 public:
  Completion(Pending<T> pending, std::shared_ptr<Answers> answers)
      : pending_(std::move(pending)), answers_(std::move(answers)) {}
  ~Completion() { give(Errc::closed); }
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  void give(Result<T> result) {
    if (!answers_) return;
    answers_->push_back(
        [pending = pending_, result = std::move(result)] { pending.complete(result); });
    answers_.reset();
  }

 private:
  Pending<T> pending_;
  std::shared_ptr<Answers> answers_;
};

}  // namespace tern::net
