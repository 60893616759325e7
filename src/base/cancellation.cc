#include "base/cancellation.h"

#include <utility>

#include "base/error.h"

namespace headrace {

void CancellationToken::ThrowIfCancelled() const {
  if (!cancelled()) return;
  throw Error(ErrorKind::kCancelled, "OPERATION_CANCELED", "Operation has been canceled.").WithSqlState("HY008");
}

void CancellationToken::Cancel() {
  std::lock_guard lock(mutex_);
  if (cancelled_.exchange(true)) return;
  auto callbacks = std::exchange(callbacks_, {});
  for (auto& [id, callback] : callbacks) callback();
}

CancellationToken::Registration CancellationToken::OnCancel(std::function<void()> callback) {
  std::lock_guard lock(mutex_);
  Registration registration;
  if (cancelled()) {
    callback();
    return registration;
  }
  registration.token_ = this;
  registration.id_ = next_id_++;
  callbacks_.emplace(registration.id_, std::move(callback));
  return registration;
}

CancellationToken::Registration::Registration(Registration&& other) noexcept
    : token_(std::exchange(other.token_, nullptr)), id_(other.id_) {}

CancellationToken::Registration& CancellationToken::Registration::operator=(Registration&& other) noexcept {
  std::swap(token_, other.token_);
  std::swap(id_, other.id_);
  return *this;
}

CancellationToken::Registration::~Registration() {
  if (token_ == nullptr) return;
  std::lock_guard lock(token_->mutex_);
  token_->callbacks_.erase(id_);
}

}  // namespace headrace
