#include "connect/driver_pool.h"

#include <pthread.h>

#include <chrono>

#include "base/error.h"
#include "base/thread_share.h"

namespace headrace::connect {

namespace {
/// Reserved, not resident: 1,024 nested messages, their analysis and the destruction of long chains.
constexpr size_t kStackBytes = 256UL << 20;
constexpr std::chrono::seconds kIdleTime(10);

}  // namespace

DriverPool::DriverPool(size_t max_threads) : max_threads_(max_threads) {}

DriverPool::~DriverPool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
  ended_.wait(lock, [this] { return threads_ == 0; });
}

void DriverPool::Submit(std::function<void()> work) {
  yielding_.RequestCame();
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  if (idle_ >= queue_.size()) {
    wake_.notify_one();
  } else if (threads_ < max_threads_) {
    StartThread();
  }
}

void DriverPool::StartThread() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int result = pthread_create(&thread, &attributes, &DriverPool::RunThread, this);
  pthread_attr_destroy(&attributes);
  if (result == 0) {
    ++threads_;
  } else if (threads_ == 0) {
    queue_.pop_back();
    throw Error(ErrorKind::kResourceExhausted, "INTERNAL_ERROR", "No thread can be started for a query.");
  }
}

void* DriverPool::RunThread(void* pool) {
  SetThreadShare(kDriverShare);
  pthread_setname_np(pthread_self(), "driver");
  static_cast<DriverPool*>(pool)->Run();
  return nullptr;
}

void DriverPool::Run() {
  const int nice = ThreadNice();
  // A heavy query's driver becomes one of the engine's threads and steps back behind small requests as they do.
  ShareAfter step_back(kEngineShare, kSmallQuery);
  std::unique_lock lock(mutex_);
  while (true) {
    if (queue_.empty()) {
      if (stopping_) break;
      ++idle_;
      bool woken = wake_.wait_for(lock, kIdleTime, [this] { return !queue_.empty() || stopping_; });
      --idle_;
      if (!woken) break;
      continue;
    }
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    step_back.Arm();
    work();
    work = nullptr;
    step_back.Disarm();
    // A heavy query has stepped back, and not every process may come forward again.
    bool usable = ThreadNice() == nice || SetThreadShare(kDriverShare);
    lock.lock();
    // A thread of its own would inherit its niceness: the next request starts a fresh one.
    if (!usable && queue_.empty()) break;
  }
  --threads_;
  if (threads_ == 0) ended_.notify_all();
}

}  // namespace headrace::connect
