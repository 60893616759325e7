#include "connect/operation.h"

#include <charconv>

#include "base/error.h"

namespace headrace::connect {

using std::chrono::steady_clock;

namespace {

Error CursorError(const char* subclass, const std::string& message, Error::Parameters parameters = {}) {
  return Error(ErrorKind::kRuntime, std::string("INVALID_CURSOR.") + subclass, "The cursor is invalid. " + message,
               std::move(parameters))
      .WithSqlState("HY109");
}

}  // namespace

Operation::Operation(std::string id, std::vector<std::string> tags, bool reattachable, uint64_t request_hash,
                     OperationLimits limits)
    : id_(std::move(id)),
      tags_(std::move(tags)),
      reattachable_(reattachable),
      request_hash_(request_hash),
      limits_(limits),
      cancellation_(std::make_shared<CancellationToken>()),
      detached_since_(steady_clock::now()) {
  wake_ = cancellation_->OnCancel([this] {
    std::lock_guard lock(mutex_);
    space_.notify_all();
  });
}

Operation::State Operation::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

int64_t Operation::NextNumber() const {
  std::lock_guard lock(mutex_);
  return end();
}

void Operation::Push(std::string message, Send send) {
  auto kept = std::make_shared<const std::string>(std::move(message));
  auto size = static_cast<int64_t>(kept->size());
  std::unique_lock lock(mutex_);
  auto may_go_on = [&] {
    return cancellation_->cancelled() || unsent_bytes_ == 0 || unsent_bytes_ + size <= limits_.unsent_bytes;
  };
  if (!may_go_on()) {
    // What was to leave with this message must leave before it.
    Pump(std::move(lock));
    lock = std::unique_lock(mutex_);
    space_.wait(lock, may_go_on);
  }
  cancellation_->ThrowIfCancelled();
  messages_.push_back(std::move(kept));
  unsent_bytes_ += size;
  if (send == Send::kNow) Pump(std::move(lock));
}

void Operation::Complete(const RpcStatus& status, State state) {
  std::unique_lock lock(mutex_);
  if (state_ != State::kRunning) return;
  state_ = state;
  status_ = status;
  if (state == State::kCancelled) {
    // The answer to an interrupt is the error, not what happened to be queued before it.
    int64_t keep = std::max(sent_, attached_ && attached_->writing ? attached_->next - 1 : sent_);
    while (end() > keep + 1 && !messages_.empty()) {
      unsent_bytes_ -= static_cast<int64_t>(messages_.back()->size());
      messages_.pop_back();
    }
  }
  Pump(std::move(lock));
}

void Operation::Attach(std::shared_ptr<ResponseSink> sink, const std::string& last_response_id) {
  int64_t last = 0;
  if (!last_response_id.empty()) {
    auto [rest, error] = std::from_chars(last_response_id.data(), last_response_id.data() + last_response_id.size(), last);
    if (error != std::errc() || *rest != '\0') last = -1;
  }
  std::shared_ptr<ResponseSink> displaced;
  std::unique_lock lock(mutex_);
  if (last < 0 || last >= end()) {
    throw CursorError("POSITION_NOT_FOUND", "The cursor position id " + last_response_id + " is not found.",
                      {{"responseId", last_response_id}});
  }
  if (last + 1 < first_) {
    throw CursorError(
        "POSITION_NOT_AVAILABLE",
        "The cursor position id " + last_response_id + " is no longer available at index " + std::to_string(last + 1) + ".",
        {{"responseId", last_response_id}, {"index", std::to_string(last + 1)}});
  }
  if (attached_) displaced = std::move(attached_->sink);
  attached_ = Attached{std::move(sink), last + 1, false, 0, steady_clock::now()};
  lock.unlock();
  if (displaced) {
    Error error = CursorError("DISCONNECTED", "The cursor has been disconnected by the server.");
    displaced->Finish(ToStatus(error, ""), true);
  }
  Pump(std::unique_lock(mutex_));
}

void Operation::Pump(std::unique_lock<std::mutex> lock) {
  if (!attached_ || attached_->writing) return;
  Attached& stream = *attached_;
  bool over = reattachable_ && stream.bytes > 0 &&
              (stream.bytes >= limits_.stream_bytes || steady_clock::now() - stream.since >= limits_.stream_time);
  if (!over && stream.next < end()) {
    auto message = messages_[static_cast<size_t>(stream.next - first_)];
    stream.bytes += static_cast<int64_t>(message->size());
    ++stream.next;
    if (stream.next == end() && state_ != State::kRunning) {
      RpcStatus status = status_;
      auto sink = std::move(stream.sink);
      CountSent(stream.next - 1);
      attached_.reset();
      DropSent();
      detached_since_ = steady_clock::now();
      lock.unlock();
      sink->WriteLast(std::move(message), status);
      return;
    }
    stream.writing = true;
    auto sink = stream.sink;
    lock.unlock();
    sink->Write(std::move(message));
  } else if (over || state_ != State::kRunning) {
    // A stream that became too long ends without an error and without the last response: the client reattaches.
    RpcStatus status = over && stream.next < end() ? RpcStatus{} : state_ == State::kRunning ? RpcStatus{} : status_;
    auto sink = std::move(stream.sink);
    attached_.reset();
    detached_since_ = steady_clock::now();
    lock.unlock();
    sink->Finish(status, false);
  }
}

void Operation::Written(const ResponseSink* sink) {
  std::unique_lock lock(mutex_);
  if (!attached_ || attached_->sink.get() != sink) return;
  attached_->writing = false;
  CountSent(attached_->next - 1);
  DropSent();
  space_.notify_all();
  Pump(std::move(lock));
}

void Operation::CountSent(int64_t number) {
  for (; sent_ < number; ++sent_) {
    int64_t index = sent_ + 1 - first_;
    if (index < 0 || index >= static_cast<int64_t>(messages_.size())) continue;
    auto size = static_cast<int64_t>(messages_[static_cast<size_t>(index)]->size());
    unsent_bytes_ -= size;
    sent_bytes_ += size;
  }
}

void Operation::DropSent() {
  while (!messages_.empty() && first_ <= sent_) {
    bool drop = !reattachable_ || first_ <= released_ || sent_bytes_ > limits_.retry_bytes;
    // What a connection is still to send is never dropped.
    if (!drop || (attached_ && first_ >= attached_->next)) break;
    sent_bytes_ -= static_cast<int64_t>(messages_.front()->size());
    messages_.pop_front();
    ++first_;
  }
}

void Operation::Detach(const ResponseSink* sink) {
  {
    std::lock_guard lock(mutex_);
    if (!attached_ || attached_->sink.get() != sink) return;
    attached_.reset();
    detached_since_ = steady_clock::now();
  }
  if (!reattachable_) cancellation_->Cancel();
}

void Operation::ReleaseUntil(const std::string& response_id) {
  int64_t number = 0;
  std::from_chars(response_id.data(), response_id.data() + response_id.size(), number);
  std::lock_guard lock(mutex_);
  released_ = std::max(released_, std::min(number, sent_));
  DropSent();
}

std::optional<std::chrono::milliseconds> Operation::DetachedFor() const {
  std::lock_guard lock(mutex_);
  if (attached_) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - detached_since_);
}

int64_t Operation::buffered_bytes() const {
  std::lock_guard lock(mutex_);
  return unsent_bytes_ + sent_bytes_;
}

}  // namespace headrace::connect
