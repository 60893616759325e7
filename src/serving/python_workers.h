#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "serving/python_worker.h"

namespace headrace::serving {

/// What a model's workers may take: the settings `[serving]` of the configuration file.
struct WorkerLimits {
  int request_timeout_seconds = 60;  ///< A prediction that takes longer is an error, and its worker's end.
  double busy_seconds = 2;  ///< A worker that takes longer over one request is stood in for by a spare one.
  int spare_workers = 2;  ///< Spare ones a model has at most; they end when they are not needed any more.
  bool standby = true;  ///< Keeps one process of the server with the libraries imported, for the model that needs it next.
};

/// One process that has imported what models need, and no model yet: whoever needs a worker next loads its own in a moment.
/// Thread-safe.
class StandbyWorker {
 public:
  explicit StandbyWorker(PythonOptions options) : options_(std::move(options)) {}
  /// Starts the process unless there is one; never waits for it.
  void Prepare();
  /// The process, which may still be importing; null when there is none.
  std::unique_ptr<PythonWorker> Take();

 private:
  const PythonOptions options_;
  std::mutex mutex_;
  std::unique_ptr<PythonWorker> worker_;
};

/// Python processes that all have loaded one model. Thread-safe; callers wait for a free worker. A worker that died is
/// replaced at once, one that is busy for long is stood in for.
class PythonWorkers {
 public:
  /// Starts `count` workers and loads the model in each. `load` is the worker's JSON request. `standby` may be null. Throws
  /// the model's own error as kInvalidParameter when it does not load.
  PythonWorkers(PythonOptions options, WorkerLimits limits, std::shared_ptr<StandbyWorker> standby, std::string load,
                size_t count);
  ~PythonWorkers();
  PythonWorkers(const PythonWorkers&) = delete;
  /// Predicts; the answer has the model's error when it raised. Throws kResourceExhausted after the timeout, and at once
  /// when many requests wait while all workers are busy for long.
  WorkerAnswer Predict(std::string_view body);

 private:
  using Clock = std::chrono::steady_clock;
  using Busy = std::multiset<Clock::time_point>;
  std::unique_ptr<PythonWorker> Start();
  void Load(PythonWorker& worker);
  std::unique_ptr<PythonWorker> Take(Busy::iterator* since);
  void Give(std::unique_ptr<PythonWorker> worker, Busy::iterator since);
  size_t Wanted(Clock::time_point now) const;
  void Supervise();
  void StartOne(std::unique_lock<std::mutex>& lock);

  PythonOptions options_;
  const WorkerLimits limits_;
  const std::shared_ptr<StandbyWorker> standby_;
  const std::string load_;
  const size_t count_;
  std::mutex mutex_;
  std::condition_variable freed_;  // For callers.
  std::condition_variable changed_;  // For the supervisor.
  std::vector<std::unique_ptr<PythonWorker>> idle_;
  Busy busy_;  // Since when the others have been.
  size_t waiting_ = 0;
  std::optional<Error> failure_;  // Why no worker starts.
  std::chrono::milliseconds pause_{0};
  Clock::time_point retry_;
  Clock::time_point calm_;  // When spare workers may end.
  bool asleep_ = false;  // The supervisor looks again only when it is told.
  std::atomic<bool> stopping_ = false;
  std::thread supervisor_;
};

}  // namespace headrace::serving
