#pragma once

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
/// Threads that run queries of any size.
inline constexpr ThreadShare kEngineShare{19, std::chrono::microseconds(1000)};

/// Gives the calling thread, and threads it makes from now on, this share. False when it may not be that little nice: then
/// it gets the slice alone.
bool SetThreadShare(const ThreadShare& share);

/// The calling thread's niceness.
int ThreadNice();

}  // namespace headrace
