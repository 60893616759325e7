#include "base/thread_share.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
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

namespace {

const int kShareSignal = SIGRTMIN + 4;

/// Runs on the thread whose time is up; makes system calls only.
void OnTimeUp(int, siginfo_t* information, void*) {
  int kept = errno;
  SetThreadShare(*static_cast<const ThreadShare*>(information->si_value.sival_ptr));
  errno = kept;
}

bool HandleShareSignal() {
  struct sigaction action = {};
  action.sa_sigaction = OnTimeUp;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigemptyset(&action.sa_mask);
  return sigaction(kShareSignal, &action, nullptr) == 0;
}

}  // namespace

ShareAfter::ShareAfter(const ThreadShare& share, std::chrono::microseconds limit) : share_(share), limit_(limit) {
  static const bool handled = HandleShareSignal();
  struct sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = kShareSignal;
  event.sigev_value.sival_ptr = const_cast<ThreadShare*>(&share_);
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  usable_ = handled && timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer_) == 0;
}

ShareAfter::~ShareAfter() {
  if (!usable_) return;
  // The signal is the thread's own: one on its way arrives before these calls return.
  Disarm();
  timer_delete(timer_);
}

void ShareAfter::Arm() { Set(limit_); }
void ShareAfter::Disarm() { Set(std::chrono::microseconds(0)); }

void ShareAfter::Set(std::chrono::microseconds left) {
  if (!usable_) return;
  struct itimerspec time = {};
  time.it_value.tv_sec = left.count() / 1'000'000;
  time.it_value.tv_nsec = left.count() % 1'000'000 * 1000;
  timer_settime(timer_, 0, &time, nullptr);
}

int ThreadNice() { return getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid))); }

}  // namespace headrace
