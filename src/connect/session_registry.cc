#include "connect/session_registry.h"

#include <cctype>

#include "base/ids.h"

namespace headrace::connect {

using std::chrono::steady_clock;

namespace {
constexpr size_t kRemovedKept = 1000;
}

Error HandleError(const std::string& subclass, const std::string& handle, const std::string& message) {
  return Error(ErrorKind::kRuntime, "INVALID_HANDLE." + subclass, "The handle " + handle + " is invalid. " + message,
               {{"handle", handle}})
      .WithSqlState("HY000")
      .WithExceptionClass("org.apache.spark.SparkSQLException");
}

bool IsUuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

ClientSession::ClientSession(std::shared_ptr<engine::Session> session)
    : session_(std::move(session)), used_(steady_clock::now()) {}

void ClientSession::ThrowGone(const std::string& id) const {
  if (removed_.count(id) > 0) {
    throw HandleError("OPERATION_ABANDONED", id, "Operation was considered abandoned because of inactivity and removed.");
  }
  throw HandleError("OPERATION_NOT_FOUND", id, "Operation not found.");
}

std::shared_ptr<Operation> ClientSession::FindOrCreate(const std::string& id, const std::vector<std::string>& tags,
                                                       bool reattachable, uint64_t request_hash, const OperationLimits& limits,
                                                       bool* created) {
  std::lock_guard lock(mutex_);
  *created = false;
  if (auto found = operations_.find(id); found != operations_.end()) {
    if (found->second->reattachable() && found->second->request_hash() == request_hash) return found->second;
    throw HandleError("OPERATION_ALREADY_EXISTS", id, "Operation already exists.");
  }
  if (removed_.count(id) > 0) ThrowGone(id);
  *created = true;
  return operations_[id] = std::make_shared<Operation>(id, tags, reattachable, request_hash, limits);
}

std::shared_ptr<Operation> ClientSession::Find(const std::string& id) const {
  std::lock_guard lock(mutex_);
  auto found = operations_.find(id);
  return found == operations_.end() ? nullptr : found->second;
}

std::shared_ptr<Operation> ClientSession::Get(const std::string& id) const {
  if (auto operation = Find(id)) return operation;
  std::lock_guard lock(mutex_);
  ThrowGone(id);
}

std::vector<std::shared_ptr<Operation>> ClientSession::Operations() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Operation>> all;
  for (const auto& [id, operation] : operations_) all.push_back(operation);
  return all;
}

void ClientSession::Remove(const std::string& id) {
  std::shared_ptr<Operation> removed;
  {
    std::lock_guard lock(mutex_);
    auto found = operations_.find(id);
    if (found == operations_.end()) return;
    removed = std::move(found->second);
    operations_.erase(found);
    removed_.insert(id);
    removed_order_.push_back(id);
    if (removed_order_.size() > kRemovedKept) {
      removed_.erase(removed_order_.front());
      removed_order_.pop_front();
    }
  }
  if (removed->state() == Operation::State::kRunning) removed->cancellation()->Cancel();
}

void ClientSession::CancelAll() {
  for (const auto& operation : Operations()) operation->cancellation()->Cancel();
}

void ClientSession::Touch() {
  std::lock_guard lock(mutex_);
  used_ = steady_clock::now();
}

std::chrono::milliseconds ClientSession::IdleFor() const {
  std::lock_guard lock(mutex_);
  if (!operations_.empty()) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - used_);
}

SessionRegistry::SessionRegistry(std::shared_ptr<const SettingValues> settings)
    : settings_(std::move(settings)), global_views_(std::make_shared<engine::TempViews>()) {}

void SessionRegistry::Check(const Key& key, const std::string& observed, const ClientSession* found) const {
  if (!IsUuid(key.second)) {
    throw HandleError("FORMAT", key.second, "Handle must be an UUID string of the format '00112233-4455-6677-8899-aabbccddeeff'");
  }
  if (closed_.count(key) > 0) throw HandleError("SESSION_CLOSED", key.second, "Session was closed.");
  if (observed.empty()) return;
  if (found == nullptr || found->session()->server_side_id() != observed) {
    throw HandleError("SESSION_CHANGED", key.second,
                      "The existing Spark server driver instance has restarted. Please reconnect.");
  }
}

std::shared_ptr<ClientSession> SessionRegistry::GetOrCreate(const std::string& user, const std::string& id,
                                                            const std::string& observed) {
  std::lock_guard lock(mutex_);
  Key key{user, id};
  auto found = sessions_.find(key);
  Check(key, observed, found == sessions_.end() ? nullptr : found->second.get());
  if (found == sessions_.end()) {
    auto session = std::make_shared<engine::Session>(user, id, settings_, global_views_);
    found = sessions_.emplace(key, std::make_shared<ClientSession>(std::move(session))).first;
  }
  found->second->Touch();
  return found->second;
}

std::shared_ptr<ClientSession> SessionRegistry::Get(const std::string& user, const std::string& id, const std::string& observed) {
  std::lock_guard lock(mutex_);
  Key key{user, id};
  auto found = sessions_.find(key);
  Check(key, observed, found == sessions_.end() ? nullptr : found->second.get());
  if (found == sessions_.end()) throw HandleError("SESSION_NOT_FOUND", id, "Session not found.");
  found->second->Touch();
  return found->second;
}

std::shared_ptr<ClientSession> SessionRegistry::Remove(const std::string& user, const std::string& id, bool allow_reconnect) {
  std::lock_guard lock(mutex_);
  Key key{user, id};
  std::shared_ptr<ClientSession> removed;
  if (auto found = sessions_.find(key); found != sessions_.end()) {
    removed = std::move(found->second);
    sessions_.erase(found);
  }
  if (!allow_reconnect && closed_.insert(key).second) {
    closed_order_.push_back(key);
    if (closed_order_.size() > kRemovedKept) {
      closed_.erase(closed_order_.front());
      closed_order_.pop_front();
    }
  }
  return removed;
}

std::shared_ptr<ClientSession> SessionRegistry::Clone(const ClientSession& source, const std::string& new_id) {
  auto fail = [&](const std::string& subclass, const std::string& message) {
    throw Error(ErrorKind::kRuntime, "INVALID_CLONE_SESSION_REQUEST." + subclass, "Invalid session clone request. " + message,
                {{"targetSessionId", new_id}})
        .WithSqlState("42K04");
  };
  std::string id = new_id.empty() ? NewUuid() : new_id;
  if (!IsUuid(id)) {
    fail("TARGET_SESSION_ID_FORMAT", "Target session ID " + id +
                                         " for clone operation must be an UUID string of the format "
                                         "'00112233-4455-6677-8899-aabbccddeeff'.");
  }
  std::lock_guard lock(mutex_);
  Key key{source.session()->user_id(), id};
  if (closed_.count(key) > 0) {
    fail("TARGET_SESSION_ID_ALREADY_CLOSED",
         "Cannot clone session to target session ID " + id + " because a session with this ID was previously closed.");
  }
  if (sessions_.count(key) > 0) {
    fail("TARGET_SESSION_ID_ALREADY_EXISTS",
         "Cannot clone session to target session ID " + id + " because a session with this ID already exists.");
  }
  return sessions_[key] = std::make_shared<ClientSession>(source.session()->Clone(id));
}

std::vector<std::shared_ptr<ClientSession>> SessionRegistry::All() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ClientSession>> all;
  for (const auto& [key, session] : sessions_) all.push_back(session);
  return all;
}

}  // namespace headrace::connect
