#include "base/clock.h"

#include <chrono>

namespace headrace {

namespace {

class MachineClock : public Clock {
 public:
  int64_t NowMicros() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
};

}  // namespace

std::shared_ptr<const Clock> SystemClock() { return std::make_shared<MachineClock>(); }

}  // namespace headrace
