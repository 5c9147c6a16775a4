// libsonic: faster or slower at the same pitch. At speed 1 nothing is touched.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "tern/result.hpp"

struct sonicStreamStruct;

namespace tern::voice {

class Tempo {
 public:
  static Result<Tempo> make();
  void set_speed(double speed);
  void push(std::span<const float> pcm, std::vector<float>& out);
  void finish(std::vector<float>& out);
  Result<void> reset();
  /// What goes in comes out at once, as it is.
  bool idle() const { return speed_ == 1 && !holds_; }

 private:
  void take_out(std::vector<float>& out);

  struct Delete {
    void operator()(sonicStreamStruct* stream) const;
  };
  std::unique_ptr<sonicStreamStruct, Delete> stream_;
  double speed_ = 1;
  bool holds_ = false;  // something is in the stream
  std::vector<float> in_;
};

}  // namespace tern::voice
