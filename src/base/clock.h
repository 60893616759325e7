#pragma once

#include <cstdint>
#include <memory>

namespace headrace {

/// Where Headrace takes the time from. Tests put their own in place. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Microseconds since 1970-01-01T00:00:00Z.
  virtual int64_t NowMicros() const = 0;
  int64_t NowMillis() const { return NowMicros() / 1000; }
};

/// The machine's clock.
std::shared_ptr<const Clock> SystemClock();

/// A clock that stands still until told otherwise.
class ManualClock : public Clock {
 public:
  explicit ManualClock(int64_t micros) : micros_(micros) {}
  int64_t NowMicros() const override { return __atomic_load_n(&micros_, __ATOMIC_RELAXED); }
  void Set(int64_t micros) { __atomic_store_n(&micros_, micros, __ATOMIC_RELAXED); }
  void Advance(int64_t micros) { __atomic_add_fetch(&micros_, micros, __ATOMIC_RELAXED); }

 private:
  int64_t micros_;
};

}  // namespace headrace
