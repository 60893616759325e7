#include "base/yielding.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "base/thread_share.h"

namespace headrace {

namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// After so many looks the threads are listed anew.
constexpr int kLooksOfAList = 20;

const int kYieldSignal = SIGRTMIN + 5;

std::atomic<uint64_t> yields{0};

/// Runs on the thread that is to yield; makes a system call only.
void OnYield(int) {
  int kept = errno;
  sched_yield();
  yields.fetch_add(1, std::memory_order_relaxed);
  errno = kept;
}

bool HandleYieldSignal() {
  struct sigaction action = {};
  action.sa_handler = OnYield;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  return sigaction(kYieldSignal, &action, nullptr) == 0;
}

/// What a thread of this process has used of the processor; nothing when it has ended.
std::optional<nanoseconds> Used(int thread) {
  // The clock's number as the kernel makes it: the thread's id, its own time, as the scheduler counts it.
  const clockid_t clock = static_cast<clockid_t>((~static_cast<unsigned>(thread) << 3) | 4u | 2u);
  timespec time;
  if (clock_gettime(clock, &time) != 0) return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

int64_t Now() { return nanoseconds(steady_clock::now().time_since_epoch()).count(); }

}  // namespace

class Yielding::Turns {
 public:
  explicit Turns(int thread) : thread_(thread) {
    struct sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = kYieldSignal;
    event._sigev_un._tid = thread;
    usable_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    used_ = Used(thread).value_or(nanoseconds(0));
  }
  ~Turns() {
    if (usable_) timer_delete(timer_);
  }
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  /// Interrupts the thread from now on if it was busy, else no longer.
  void Look() {
    const auto used = Used(thread_);
    Set(used && *used - used_ > kTurn / 2);
    used_ = used.value_or(used_);
  }

  void Set(bool on) {
    if (!usable_ || on == on_) return;
    on_ = on;
    struct itimerspec time = {};
    if (on) time.it_value.tv_nsec = nanoseconds(kTurn).count();
    time.it_interval = time.it_value;
    timer_settime(timer_, 0, &time, nullptr);
  }

 private:
  const int thread_;
  timer_t timer_{};
  bool usable_ = false;
  bool on_ = false;
  nanoseconds used_{0};
};

Yielding::Yielding() {
  static const bool handled = HandleYieldSignal();
  if (!handled) return;
  thread_ = std::thread([this] { Run(); });
}

Yielding::~Yielding() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Yielding::RequestCame() {
  last_request_.store(Now());
  if (!asleep_.load()) return;
  std::lock_guard lock(mutex_);
  asleep_.store(false);
  wake_.notify_all();
}

uint64_t Yielding::Count() { return yields.load(std::memory_order_relaxed); }

void Yielding::Run() {
  SetThreadShare(kRequestShare);
  pthread_setname_np(pthread_self(), "yielding");
  int looks = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    asleep_.store(true);
    if (Now() - last_request_.load() > nanoseconds(kQuiet).count()) {
      for (auto& [id, turns] : threads_) turns->Set(false);
      wake_.wait(lock, [this] { return stopping_ || !asleep_.load(); });
      looks = 0;
      continue;
    }
    asleep_.store(false);
    if (looks++ % kLooksOfAList == 0) List();
    for (auto& [id, turns] : threads_) turns->Look();
    wake_.wait_for(lock, kLook, [this] { return stopping_; });
  }
}

void Yielding::List() {
  std::set<int> found;
  std::error_code failed;  // What is not listed does not yield until the next list.
  for (std::filesystem::directory_iterator entry("/proc/self/task", failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    int thread = 0;
    std::from_chars(name.data(), name.data() + name.size(), thread);
    if (getpriority(PRIO_PROCESS, static_cast<id_t>(thread)) >= kEngineShare.nice) found.insert(thread);
  }
  std::erase_if(threads_, [&](const auto& thread) { return !found.contains(thread.first); });
  for (int thread : found) {
    auto& turns = threads_[thread];
    if (!turns) turns = std::make_unique<Turns>(thread);
  }
}

}  // namespace headrace
