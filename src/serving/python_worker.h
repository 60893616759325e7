#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
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
  std::function<bool()> predict_cancelled;  ///< True when the server ends; may be empty.
  int load_timeout_ms = 120'000;
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
  /// Starts the process; throws kUnavailable when that fails. A `prepared` one imports what models need before it is asked.
  explicit PythonWorker(const PythonOptions& options, bool prepared = false);
  ~PythonWorker();
  PythonWorker(const PythonWorker&) = delete;
  /// Sends a request and waits for its answer. Throws kUnavailable when the process died and kResourceExhausted when
  /// the time is over, kCancelled when `cancelled` said so; the worker is of no further use then.
  WorkerAnswer Call(Request request, std::string_view payload, int timeout_ms, const std::function<bool()>& cancelled = {});
  bool alive() const { return socket_ >= 0; }
  /// True when the process ended while nobody asked it anything.
  bool Ended() const;

 private:
  void Close();
  int socket_ = -1;
  pid_t pid_ = -1;
};

}  // namespace headrace::serving
