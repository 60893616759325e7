#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "connect/errors.h"

namespace headrace::connect {

class Operation;

/// One response stream of one RPC: the connection an operation's responses go to. Implemented over gRPC. Its functions
/// return at once; the operation calls Write and WriteLast only when the last message was reported by Operation::Written.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void Write(std::shared_ptr<const std::string> message) = 0;
  /// The last message and the end of the stream in one; not reported by Operation::Written.
  virtual void WriteLast(std::shared_ptr<const std::string> message, const RpcStatus& status) = 0;
  /// Ends the stream. `abort` cuts a connection that may hang.
  virtual void Finish(const RpcStatus& status, bool abort) = 0;
};

/// Limits of an operation's buffer and stream, from the session's settings.
struct OperationLimits {
  int64_t unsent_bytes = 8 << 20;  ///< The producer waits while more is waiting to be sent.
  int64_t retry_bytes = 10 << 20;  ///< Sent but not released responses kept for a client that reattaches.
  int64_t stream_bytes = 1LL << 30;
  std::chrono::milliseconds stream_time{120'000};
};

/// One ExecutePlan: the responses between the thread that makes them and the connection that takes them. Responses are
/// numbered from 1 and kept until the client releases them, so that a client whose connection was cut can go on where it
/// was. The producer is held back when the client does not read. Thread-safe.
class Operation : public std::enable_shared_from_this<Operation> {
 public:
  enum class State { kRunning, kSucceeded, kFailed, kCancelled };

  Operation(std::string id, std::vector<std::string> tags, bool reattachable, uint64_t request_hash, OperationLimits limits);

  const std::string& id() const { return id_; }
  const std::vector<std::string>& tags() const { return tags_; }
  bool reattachable() const { return reattachable_; }
  uint64_t request_hash() const { return request_hash_; }
  const std::shared_ptr<CancellationToken>& cancellation() const { return cancellation_; }
  State state() const;

  // The producer's side, one thread.

  /// The number of the next response, which is its id as well.
  int64_t NextNumber() const;
  /// When a response leaves: at once, or with what the producer adds next without delay (another response or the end).
  enum class Send { kNow, kWithNext };
  /// Adds a serialized response; waits while the client is behind. Throws Error(kCancelled) when the operation was.
  void Push(std::string message, Send send = Send::kNow);
  /// The end: after the last response with OK, or an error. A cancelled operation drops what was not sent.
  void Complete(const RpcStatus& status, State state);

  // The connection's side.

  /// Sends what follows `last_response_id` (everything when empty) to `sink`; an earlier sink is cut off. Throws
  /// Error(INVALID_CURSOR...) for a response that is no longer kept or was never sent.
  void Attach(std::shared_ptr<ResponseSink> sink, const std::string& last_response_id);
  void Written(const ResponseSink* sink);
  /// The connection is gone.
  void Detach(const ResponseSink* sink);

  /// The client has the responses up to this one.
  void ReleaseUntil(const std::string& response_id);

  /// How long no connection has been attached; nothing while one is.
  std::optional<std::chrono::milliseconds> DetachedFor() const;
  /// Bytes kept, for tests and metrics.
  int64_t buffered_bytes() const;

 private:
  struct Attached {
    std::shared_ptr<ResponseSink> sink;
    int64_t next = 1;
    bool writing = false;
    int64_t bytes = 0;
    std::chrono::steady_clock::time_point since;
  };

  /// Starts the next write or ends the stream when the sink is free. Takes the lock; calls the sink without it.
  void Pump(std::unique_lock<std::mutex> lock);
  /// What was handed to the connection up to this number is sent.
  void CountSent(int64_t number);
  void DropSent();
  int64_t end() const { return first_ + static_cast<int64_t>(messages_.size()); }

  const std::string id_;
  const std::vector<std::string> tags_;
  const bool reattachable_;
  const uint64_t request_hash_;
  const OperationLimits limits_;
  const std::shared_ptr<CancellationToken> cancellation_;

  mutable std::mutex mutex_;
  std::condition_variable space_;
  std::deque<std::shared_ptr<const std::string>> messages_;
  int64_t first_ = 1;  // The number of messages_.front().
  int64_t sent_ = 0;  // The highest number that was written to a connection.
  int64_t released_ = 0;  // The highest number the client has released.
  int64_t unsent_bytes_ = 0;
  int64_t sent_bytes_ = 0;  // Of messages kept though they were sent.
  std::optional<Attached> attached_;
  std::chrono::steady_clock::time_point detached_since_;
  State state_ = State::kRunning;
  RpcStatus status_;
  CancellationToken::Registration wake_;  // Last: its destructor waits for a running callback.
};

}  // namespace headrace::connect
