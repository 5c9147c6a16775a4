// Early return for Result: hand the error on, or take the value.
#pragma once

#include "tern/result.hpp"

#define TERN_CONCAT_(a, b) a##b
#define TERN_CONCAT(a, b) TERN_CONCAT_(a, b)

/// TERN_TRY(expr): returns from the function when `expr` (a Result of any type) is an error.
#define TERN_TRY(expr)                                       \
  do {                                                       \
    if (auto tern_result_ = (expr); !tern_result_)           \
      return ::tern::Error(std::move(tern_result_).error()); \
  } while (false)

/// TERN_ASSIGN(auto name, expr): declares `name` with the value, or returns the error.
#define TERN_ASSIGN(declaration, expr) \
  TERN_ASSIGN_(declaration, expr, TERN_CONCAT(tern_assign_, __LINE__))
#define TERN_ASSIGN_(declaration, expr, name)               \
  auto name = (expr);                                       \
  if (!name) return ::tern::Error(std::move(name).error()); \
  declaration = std::move(name).value()
