#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace spark::connect {
class FetchErrorDetailsResponse;
}

namespace headrace::connect {

/// What an RPC ends with: a gRPC status code, its message and the serialized google.rpc.Status for the trailer.
struct RpcStatus {
  int code = 0;  ///< grpc::StatusCode; 0 is OK.
  std::string message;
  std::string details;
};

/// The Java class names of an error, most derived first; the client takes the first it knows.
std::vector<std::string> JavaClasses(const Error& error);

/// INTERNAL with google.rpc.ErrorInfo, as Spark Connect answers. What does not fit into a gRPC trailer is left to
/// FetchErrorDetails by `error_id`.
RpcStatus ToStatus(const Error& error, const std::string& error_id);

/// The last errors of one session by id, for FetchErrorDetails. Thread-safe.
class ErrorLog {
 public:
  /// Keeps the error and returns the status that refers to it.
  RpcStatus Record(const Error& error);
  std::shared_ptr<const Error> Find(const std::string& error_id) const;

 private:
  static constexpr size_t kKept = 64;
  mutable std::mutex mutex_;
  std::deque<std::pair<std::string, std::shared_ptr<const Error>>> errors_;
};

/// The error with its causes, contexts and parameters in full.
void EncodeErrorDetails(const Error& error, spark::connect::FetchErrorDetailsResponse& out);

/// Whatever was thrown as an Error: our own as it is, running out of memory and other C++ exceptions as internal errors.
Error CurrentError();

}  // namespace headrace::connect
