#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace headrace {

/// Keeps the turns of this process's threads of kEngineShare short while requests come. The kernel looks at whose turn it is
/// at its ticks only, some milliseconds apart, and a request, its client included, is set aside several times for a whole turn;
/// so such a thread, while it is busy, is interrupted every `kTurn` and yields (`sched_yield`, which gives up the rest of its
/// turn since Linux 6.17). `kQuiet` after the last request the threads are left alone. The interruption is a timer's signal,
/// SIGRTMIN + 5, whose calls are restarted. Thread-safe.
class Yielding {
 public:
  static constexpr std::chrono::milliseconds kTurn{1};
  static constexpr std::chrono::milliseconds kQuiet{100};
  /// How often it is looked which threads are busy.
  static constexpr std::chrono::milliseconds kLook{5};

  Yielding();
  ~Yielding();
  Yielding(const Yielding&) = delete;
  Yielding& operator=(const Yielding&) = delete;

  /// A request came. Costs little: may be called for each.
  void RequestCame();

  /// How often threads of this process have yielded, by any object of the class.
  static uint64_t Count();

 private:
  /// One thread's timer.
  class Turns;

  void Run();
  /// Finds the threads there are.
  void List();

  std::atomic<int64_t> last_request_{0};  ///< On the steady clock, in nanoseconds.
  std::atomic<bool> asleep_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<int, std::unique_ptr<Turns>> threads_;  ///< Those of kEngineShare.
  std::thread thread_;  // Last: it uses the rest.
};

}  // namespace headrace
