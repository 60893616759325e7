#pragma once

#include <ctime>

#include <chrono>

namespace headrace {

/// What a thread gets of the processor when others want it too.
struct ThreadShare {
  int nice = 0;  ///< -20 to 19; a thread may only become nicer, unless the process is privileged.
  /// How long it may run before a waking thread of less niceness takes over (Linux 6.12 and later; older kernels ignore it). The
  /// shorter, the sooner it also gets its turn after waking.
  std::chrono::microseconds slice{0};
};

/// Threads that answer small requests.
inline constexpr ThreadShare kRequestShare{0, std::chrono::microseconds(100)};
/// Threads that drive queries, until a query has proved to be a heavy one.
inline constexpr ThreadShare kDriverShare{2, std::chrono::microseconds(100)};
/// Threads that run queries of any size, and drivers of heavy ones.
inline constexpr ThreadShare kEngineShare{19, std::chrono::microseconds(20000)};
/// A query whose driver has used this much of the processor is a heavy one.
inline constexpr std::chrono::milliseconds kSmallQuery{10};

/// Gives the calling thread, and threads it makes from now on, this share. False when it may not be that little nice: then
/// it gets the slice alone.
bool SetThreadShare(const ThreadShare& share);

/// Gives the thread that made it another share once that thread has used `limit` of the processor (the kernel looks at each of
/// its ticks, so up to some milliseconds later), whatever the thread is then doing; after that only when armed again. The kernel
/// interrupts the thread with a signal, SIGRTMIN + 4, whose calls are restarted. Belongs to one thread, which makes, arms,
/// disarms and destroys it. Where the kernel gives no such timer nothing happens.
class ShareAfter {
 public:
  ShareAfter(const ThreadShare& share, std::chrono::microseconds limit);
  ~ShareAfter();
  ShareAfter(const ShareAfter&) = delete;
  ShareAfter& operator=(const ShareAfter&) = delete;

  void Arm();
  void Disarm();

 private:
  void Set(std::chrono::microseconds left);

  const ThreadShare share_;
  const std::chrono::microseconds limit_;
  timer_t timer_{};
  bool usable_ = false;
};

/// The calling thread's niceness.
int ThreadNice();

}  // namespace headrace
