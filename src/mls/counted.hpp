// Pointers of one word to what a tree shares with its copies. A group of thousands keeps two for
// each member: as std::shared_ptr, with two words and a count in a place of its own, they were an
// eighth of its memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace tern::mls {

/// A base of what CountedPointer points to: how many point to it.
class Counted {
 protected:
  Counted() = default;
  ~Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  template <class T>
  friend class CountedPointer;
  mutable std::atomic<std::uint32_t> owners_{0};
};

/// Owns a T together with its copies. Thread: as std::shared_ptr.
template <class T>
class CountedPointer {
 public:
  CountedPointer() = default;
  CountedPointer(std::nullptr_t) {}  // NOLINT: as a pointer
  /// Of `fresh`, from `new`.
  explicit CountedPointer(T* fresh) : target_(fresh) { retain(); }
  CountedPointer(const CountedPointer& other) noexcept : target_(other.target_) { retain(); }
  CountedPointer(CountedPointer&& other) noexcept
      : target_(std::exchange(other.target_, nullptr)) {}
  CountedPointer& operator=(CountedPointer other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~CountedPointer() {
    // What other owners did with it comes before its end.
    if (target_ && target_->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete target_;
  }

  T* get() const { return target_; }
  T& operator*() const { return *target_; }
  T* operator->() const { return target_; }
  explicit operator bool() const { return target_ != nullptr; }
  /// Whether others own it too. When not, all that they did with it has happened.
  bool is_shared() const { return target_->owners_.load(std::memory_order_acquire) > 1; }

 private:
  void retain() {
    if (target_) target_->owners_.fetch_add(1, std::memory_order_relaxed);
  }
  T* target_ = nullptr;
};

}  // namespace tern::mls
