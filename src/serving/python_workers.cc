#include "serving/python_workers.h"

#include <algorithm>

#include "base/json.h"
#include "base/log.h"

namespace headrace::serving {
namespace {

constexpr std::chrono::milliseconds kFirstPause(500), kLongestPause(30'000);
/// How long a spare worker outlives its need.
constexpr std::chrono::seconds kCalm(30);
/// Requests that wait while all workers hang; more would only take threads from other endpoints.
constexpr size_t kMaxWaiting = 32;

}  // namespace

void StandbyWorker::Prepare() {
  std::lock_guard lock(mutex_);
  if (!worker_ || worker_->Ended()) worker_ = std::make_unique<PythonWorker>(options_, true);
}

std::unique_ptr<PythonWorker> StandbyWorker::Take() {
  std::lock_guard lock(mutex_);
  return worker_ && !worker_->Ended() ? std::move(worker_) : nullptr;
}

PythonWorkers::PythonWorkers(PythonOptions options, WorkerLimits limits, std::shared_ptr<StandbyWorker> standby, std::string load,
                             size_t count)
    : options_(std::move(options)), limits_(limits), standby_(std::move(standby)), load_(std::move(load)), count_(count) {
  options_.load_cancelled = [this, outer = options_.load_cancelled] { return stopping_ || (outer && outer()); };
  while (idle_.size() < count_) idle_.push_back(Start());
  supervisor_ = std::thread([this] { Supervise(); });
}

PythonWorkers::~PythonWorkers() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  supervisor_.join();
}

void PythonWorkers::Load(PythonWorker& worker) {
  const WorkerAnswer answer = worker.Call(PythonWorker::Request::kLoad, load_, options_.load_timeout_ms, options_.load_cancelled);
  if (answer.status == 200) return;
  const json::value body = ParseJson(answer.body);
  throw Error(ErrorKind::kInvalidParameter, "BAD_REQUEST", std::string(body.at("message").as_string()));
}

std::unique_ptr<PythonWorker> PythonWorkers::Start() {
  std::unique_ptr<PythonWorker> worker = standby_ ? standby_->Take() : nullptr;
  if (!worker) worker = std::make_unique<PythonWorker>(options_);
  Load(*worker);
  // Not before: the two would be in each other's way.
  if (standby_) standby_->Prepare();
  return worker;
}

std::unique_ptr<PythonWorker> PythonWorkers::Take(Busy::iterator* since) {
  std::unique_lock lock(mutex_);
  const auto begun = Clock::now();
  if (waiting_ >= kMaxWaiting && Wanted(begun) == count_ + limits_.spare_workers && limits_.spare_workers > 0)
    throw Error(ErrorKind::kResourceExhausted, "REQUEST_LIMIT_EXCEEDED",
                "All workers of the model are busy, and many requests wait.");
  ++waiting_;
  while (true) {
    const auto ready = [&] { return !idle_.empty() || (failure_ && busy_.empty()); };
    const bool in_time = freed_.wait_until(lock, begun + std::chrono::seconds(limits_.request_timeout_seconds), ready);
    if (in_time && !idle_.empty()) {
      std::unique_ptr<PythonWorker> worker = std::move(idle_.back());
      idle_.pop_back();
      if (worker->Ended()) {  // The machine's doing, not the request's.
        changed_.notify_one();
        continue;
      }
      --waiting_;
      *since = busy_.insert(Clock::now());
      if (asleep_) changed_.notify_one();
      return worker;
    }
    --waiting_;
    if (in_time) {
      throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE",
                  "The Python worker of the model does not start: " + failure_->message());
    }
    throw Error(ErrorKind::kResourceExhausted, "REQUEST_LIMIT_EXCEEDED", "All workers of the model are busy.");
  }
}

void PythonWorkers::Give(std::unique_ptr<PythonWorker> worker, Busy::iterator since) {
  {
    std::lock_guard lock(mutex_);
    busy_.erase(since);
    if (worker) {
      idle_.push_back(std::move(worker));
      freed_.notify_one();
      return;
    }
  }
  freed_.notify_all();
  changed_.notify_one();
}

WorkerAnswer PythonWorkers::Predict(std::string_view body) {
  Busy::iterator since;
  std::unique_ptr<PythonWorker> worker = Take(&since);
  try {
    WorkerAnswer answer =
        worker->Call(PythonWorker::Request::kPredict, body, limits_.request_timeout_seconds * 1000, options_.predict_cancelled);
    Give(std::move(worker), since);
    return answer;
  } catch (...) {
    Give(nullptr, since);
    throw;
  }
}

size_t PythonWorkers::Wanted(Clock::time_point now) const {
  const auto long_ago = now - std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits_.busy_seconds));
  const size_t stuck = std::distance(busy_.begin(), busy_.upper_bound(long_ago));
  return count_ + std::min<size_t>(stuck, limits_.spare_workers);
}

void PythonWorkers::StartOne(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  Log(LogLevel::kWarning, "serving", "starting a Python worker anew");
  std::unique_ptr<PythonWorker> worker;
  std::optional<Error> failure;
  try {
    worker = Start();
  } catch (const Error& error) {
    failure = error;
  }
  lock.lock();
  if (worker) {
    idle_.push_back(std::move(worker));
    pause_ = std::chrono::milliseconds(0);
  } else if (!stopping_) {
    Log(LogLevel::kError, "serving", "a Python worker did not start", {{"reason", failure->message()}});
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    retry_ = Clock::now() + pause_;
  }
  failure_ = std::move(failure);
  freed_.notify_all();
}

void PythonWorkers::Supervise() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = Clock::now();
    const size_t wanted = Wanted(now), have = idle_.size() + busy_.size();
    if (wanted > count_) calm_ = now + kCalm;
    if (have < wanted && now >= retry_) {
      StartOne(lock);
      continue;
    }
    if (have > wanted && now >= calm_ && !idle_.empty()) {
      const std::unique_ptr<PythonWorker> spare = std::move(idle_.front());
      idle_.erase(idle_.begin());
      continue;
    }
    // Short requests do not wake it each time.
    constexpr std::chrono::milliseconds kStep(250);
    asleep_ = busy_.empty() && have == wanted;
    asleep_ ? changed_.wait(lock) : (void)changed_.wait_for(lock, kStep);
    asleep_ = false;
  }
}

}  // namespace headrace::serving
