#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connect/errors.h"
#include "connect/operation.h"
#include "engine/session.h"

namespace headrace::connect {

/// A session with what Spark Connect keeps for it: its operations and its last errors. Thread-safe.
class ClientSession {
 public:
  explicit ClientSession(std::shared_ptr<engine::Session> session);

  const std::shared_ptr<engine::Session>& session() const { return session_; }
  ErrorLog& errors() { return errors_; }

  /// The operation of that id when the same request made it, else a new one (`created`). Throws
  /// Error(INVALID_HANDLE.OPERATION_ALREADY_EXISTS) for another request, and OPERATION_ABANDONED for a released one.
  std::shared_ptr<Operation> FindOrCreate(const std::string& id, const std::vector<std::string>& tags, bool reattachable,
                                          uint64_t request_hash, const OperationLimits& limits, bool* created);
  /// Throws Error(INVALID_HANDLE.OPERATION_NOT_FOUND or OPERATION_ABANDONED).
  std::shared_ptr<Operation> Get(const std::string& id) const;
  std::shared_ptr<Operation> Find(const std::string& id) const;
  std::vector<std::shared_ptr<Operation>> Operations() const;
  /// Forgets an operation; a running one is cancelled.
  void Remove(const std::string& id);
  void CancelAll();

  void Touch();
  std::chrono::milliseconds IdleFor() const;

 private:
  [[noreturn]] void ThrowGone(const std::string& id) const;

  const std::shared_ptr<engine::Session> session_;
  ErrorLog errors_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Operation>> operations_;
  std::deque<std::string> removed_order_;
  std::set<std::string> removed_;
  std::chrono::steady_clock::time_point used_;
};

/// The sessions of a server, by user and session id. Thread-safe.
class SessionRegistry {
 public:
  explicit SessionRegistry(std::shared_ptr<const SettingValues> settings);

  /// The session, made on first use. `observed` is the server-side id the client has seen, "" when none. Throws
  /// Error(INVALID_HANDLE.FORMAT, SESSION_CLOSED, SESSION_CHANGED).
  std::shared_ptr<ClientSession> GetOrCreate(const std::string& user, const std::string& id, const std::string& observed);
  /// The session; throws Error(INVALID_HANDLE.SESSION_NOT_FOUND) too.
  std::shared_ptr<ClientSession> Get(const std::string& user, const std::string& id, const std::string& observed);
  /// Null when there was none.
  std::shared_ptr<ClientSession> Remove(const std::string& user, const std::string& id, bool allow_reconnect);
  std::shared_ptr<ClientSession> Clone(const ClientSession& source, const std::string& new_id);
  std::vector<std::shared_ptr<ClientSession>> All() const;

 private:
  using Key = std::pair<std::string, std::string>;
  void Check(const Key& key, const std::string& observed, const ClientSession* found) const;

  const std::shared_ptr<const SettingValues> settings_;
  const std::shared_ptr<engine::TempViews> global_views_;
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<ClientSession>> sessions_;
  std::set<Key> closed_;
  std::deque<Key> closed_order_;
};

/// Error(INVALID_HANDLE. + subclass).
Error HandleError(const std::string& subclass, const std::string& handle, const std::string& message);
bool IsUuid(const std::string& text);

}  // namespace headrace::connect
