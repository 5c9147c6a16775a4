// Result<T>: a value, or an error that says which rule was broken and what to do about it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "tern/errc.hpp"

namespace tern {

/// Why something did not happen. Cheap to move; holds no key and no plaintext.
class [[nodiscard]] Error {
 public:
  Error(Errc code) : code_(code) {}  // NOLINT: `return Errc::x;` is the usual way to fail
  /// `detail` is one sentence for a person: what happened, with which value, what to do.
  Error(Errc code, std::string detail) : code_(code), detail_(std::move(detail)) {}

  Errc errc() const noexcept { return code_; }
  /// The same in the `tern` category of the standard library.
  std::error_code code() const noexcept { return make_error_code(code_); }
  /// Whether the same call may succeed later without the caller changing anything.
  bool retryable() const noexcept { return is_retryable(code_); }
  /// How long to wait before that, if the relay said; zero otherwise.
  std::chrono::milliseconds retry_after() const noexcept { return retry_after_; }
  /// A sentence for a person.
  std::string message() const { return detail_.empty() ? describe(code_) : detail_; }

  Error& with_retry_after(std::chrono::milliseconds wait) & {
    retry_after_ = wait;
    return *this;
  }
  Error&& with_retry_after(std::chrono::milliseconds wait) && {
    retry_after_ = wait;
    return std::move(*this);
  }
  friend bool operator==(const Error& error, Errc code) noexcept { return error.code_ == code; }

 private:
  Errc code_;
  std::chrono::milliseconds retry_after_{0};
  std::string detail_;
};

/// Either a T or an Error: the subset of std::expected that tern needs under C++20.
/// `value()` of an error and `error()` of a value are programming mistakes, and throw
/// std::bad_variant_access.
// A union and not a std::variant: whatever may fail returns one, and this costs the compiler a
// fraction of it.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : has_value_(true), value_(std::move(value)) {}       // NOLINT
  Result(Error error) : has_value_(false), error_(std::move(error)) {}  // NOLINT
  Result(Errc code) : has_value_(false), error_(code) {}                // NOLINT
  Result(const Result& other) requires std::is_copy_constructible_v<T>
      : has_value_(other.has_value_) {
    if (has_value_)
      std::construct_at(&value_, other.value_);
    else
      std::construct_at(&error_, other.error_);
  }
  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<T>)
      : has_value_(other.has_value_) {
    if (has_value_)
      std::construct_at(&value_, std::move(other.value_));
    else
      std::construct_at(&error_, std::move(other.error_));
  }
  // By value: a copy that throws has changed nothing.
  Result& operator=(Result other) noexcept requires std::is_nothrow_move_constructible_v<T> {
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
  }
  ~Result() {
    if (has_value_)
      std::destroy_at(&value_);
    else
      std::destroy_at(&error_);
  }

  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }
  T& value() & { return expect(true), value_; }
  const T& value() const& { return expect(true), value_; }
  T&& value() && { return expect(true), std::move(value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& { return expect(false), error_; }
  Error&& error() && { return expect(false), std::move(error_); }
  template <class U>
  T value_or(U&& other) && {
    return has_value_ ? std::move(value_) : static_cast<T>(std::forward<U>(other));
  }

 private:
  void expect(bool value) const {
    if (has_value_ != value) throw std::bad_variant_access();
  }

  bool has_value_;
  union {
    T value_;
    Error error_;
  };
};

/// Done, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT
  Result(Errc code) : error_(Error(code)) {}         // NOLINT

  bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const { expect(true); }
  const Error& error() const& { return expect(false), *error_; }
  Error&& error() && { return expect(false), std::move(*error_); }

 private:
  void expect(bool value) const {
    if (has_value() != value) throw std::bad_variant_access();
  }

  std::optional<Error> error_;
};

}  // namespace tern
