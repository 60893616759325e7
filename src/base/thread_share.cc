#include "base/thread_share.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace headrace {

namespace {

/// The kernel's struct sched_attr, which the C library does not declare.
struct SchedulingAttributes {
  uint32_t size = sizeof(SchedulingAttributes);
  uint32_t policy = SCHED_OTHER;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 0;  ///< The slice, in nanoseconds.
  uint64_t deadline = 0;
  uint64_t period = 0;
};

}  // namespace

bool SetThreadShare(const ThreadShare& share) {
  SchedulingAttributes attributes;
  attributes.nice = share.nice;
  attributes.runtime = static_cast<uint64_t>(std::chrono::nanoseconds(share.slice).count());
  if (syscall(SYS_sched_setattr, 0, &attributes, 0u) == 0) return true;
  attributes.nice = ThreadNice();
  if (attributes.nice != share.nice && syscall(SYS_sched_setattr, 0, &attributes, 0u) == 0) return false;
  // Where the call itself is not allowed, the niceness may be.
  return ThreadNice() == share.nice || setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), share.nice) == 0;
}

int ThreadNice() { return getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid))); }

}  // namespace headrace
