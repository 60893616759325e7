#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "base/yielding.h"

namespace headrace::connect {

/// Threads that decode, analyze and drive queries, so that network threads never do. Threads are made when all are busy,
/// up to a limit, have a stack that deep plans fit into, and leave after being idle. One whose niceness a heavy query has raised
/// gets it back where the process may do that, else it leaves. Thread-safe.
class DriverPool {
 public:
  explicit DriverPool(size_t max_threads);
  /// Runs what is queued, then joins all threads; the work must be able to end by then.
  ~DriverPool();

  /// `work` must not throw.
  void Submit(std::function<void()> work);

 private:
  static void* RunThread(void* pool);
  void Run();
  void StartThread();

  const size_t max_threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<std::function<void()>> queue_;
  size_t threads_ = 0;
  size_t idle_ = 0;
  bool stopping_ = false;
  Yielding yielding_;  ///< So that the next requests need not wait for the queries.
};

}  // namespace headrace::connect
