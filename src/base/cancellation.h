#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace headrace {

/// Tells running work to stop. One token per operation, shared by everything that works for it. Thread-safe.
class CancellationToken {
 public:
  /// True once Cancel was called; cheap enough to be polled in loops.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  /// Throws Error(kCancelled, "OPERATION_CANCELED") once Cancel was called.
  void ThrowIfCancelled() const;

  /// Sets the flag and runs the callbacks on the calling thread, once.
  void Cancel();

  /// Calls `callback` when the token is cancelled (at once when it already was) for as long as the registration lives.
  /// The registration's destructor waits for a callback that is running, so the callback may use what outlives it.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();

   private:
    friend class CancellationToken;
    CancellationToken* token_ = nullptr;
    int64_t id_ = 0;
  };
  [[nodiscard]] Registration OnCancel(std::function<void()> callback);

 private:
  std::atomic<bool> cancelled_{false};
  std::recursive_mutex mutex_;  // Recursive: a callback may end its own registration.
  std::map<int64_t, std::function<void()>> callbacks_;
  int64_t next_id_ = 1;
};

}  // namespace headrace
