#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headrace::serving {

/// How Python workers are started.
struct PythonOptions {
  std::string executable = "python3";
  std::string module_path;  ///< Folder of the `headrace` package, put on PYTHONPATH; empty when it is installed.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Variables of the workers, beside the server's own.
  std::function<bool()> load_cancelled;  ///< True when what is being loaded is no longer wanted; may be empty.
  int load_timeout_ms = 120'000;
  int predict_timeout_ms = 60'000;
};

/// An answer of a worker: an HTTP status and a JSON body.
struct WorkerAnswer {
  int status = 500;
  std::string body;
};

/// One Python process with one end of a socket pair, running headrace.serving_worker. Frames both ways: length (u32,
/// big-endian, of what follows) · code (u16, big-endian) · payload. For one thread at a time.
class PythonWorker {
 public:
  enum class Request : uint16_t { kLoad = 1, kPredict = 2, kExportLightgbm = 3, kFindPackage = 4 };
  /// Starts the process; throws kUnavailable when that fails.
  explicit PythonWorker(const PythonOptions& options);
  ~PythonWorker();
  PythonWorker(const PythonWorker&) = delete;
  /// Sends a request and waits for its answer. Throws kUnavailable when the process died and kResourceExhausted when
  /// the time is over, kCancelled when `cancelled` said so; the worker is of no further use then.
  WorkerAnswer Call(Request request, std::string_view payload, int timeout_ms, const std::function<bool()>& cancelled = {});
  bool alive() const { return socket_ >= 0; }

 private:
  void Close();
  int socket_ = -1;
  pid_t pid_ = -1;
};

/// Python processes that all have loaded one model. Thread-safe; callers wait for a free worker. A worker that died is
/// replaced by a fresh one.
class PythonWorkers {
 public:
  /// Starts `count` workers and loads the model in each. `load` is the worker's JSON request. Throws the model's own
  /// error as kInvalidParameter when it does not load.
  PythonWorkers(PythonOptions options, std::string load, size_t count);
  /// Predicts; the answer has the model's error when it raised. Throws kResourceExhausted after the timeout.
  WorkerAnswer Predict(std::string_view body);
  size_t restarts() const;

 private:
  std::unique_ptr<PythonWorker> Start();
  std::unique_ptr<PythonWorker> Take();
  void Give(std::unique_ptr<PythonWorker> worker);

  PythonOptions options_;
  std::string load_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<PythonWorker>> idle_;  // Null for a worker that must be started anew.
  size_t restarts_ = 0;
};

}  // namespace headrace::serving
