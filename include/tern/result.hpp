// Result<T>: a value, or an error that says which rule was broken and what to do about it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
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
/// `value()` on an error is a programming mistake and ends in std::bad_variant_access.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  Result(Errc code) : state_(std::in_place_index<1>, Error(code)) {}         // NOLINT

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }
  template <class U>
  T value_or(U&& other) && {
    return has_value() ? std::get<0>(std::move(state_)) : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, Error> state_;
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
  void value() const {
    if (error_) throw std::bad_variant_access();
  }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace tern
