#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "base/settings.h"
#include "plan/relation.h"

namespace headrace::engine {

/// A temporary view. `plan` is unresolved; `sql`, `catalog` and `schema` say under what it was made.
struct TempView {
  std::string name;
  plan::RelationPtr plan;
  std::string sql;  ///< "" when made from a DataFrame.
  std::vector<std::pair<std::string, std::string>> columns;  ///< Names and comments given by CREATE VIEW.
  std::optional<std::string> comment;
  std::string catalog;
  std::string schema;
};

/// Views by case-insensitive name. Thread-safe.
class TempViews {
 public:
  std::shared_ptr<const TempView> Find(const std::string& name) const;
  /// False when a view of that name exists and `replace` is false.
  bool Put(std::shared_ptr<const TempView> view, bool replace);
  bool Drop(const std::string& name);
  std::vector<std::shared_ptr<const TempView>> List() const;  ///< By name.
  void CopyTo(TempViews& other) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const TempView>> views_;
};

/// What a client sent with AddArtifacts, by name: "cache/<sha256>", "pyfiles/x.py", "files/x", "archives/x", "jars/x".
/// Contents are shared, never copied. Thread-safe.
class Artifacts {
 public:
  void Put(const std::string& name, std::shared_ptr<const std::string> content);
  std::shared_ptr<const std::string> Find(const std::string& name) const;  ///< Null when there is none.
  bool Has(const std::string& name) const { return Find(name) != nullptr; }
  std::vector<std::string> Names() const;
  int64_t TotalBytes() const;
  void CopyTo(Artifacts& other) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>> contents_;
  int64_t bytes_ = 0;
};

/// One client session: settings, current namespace, temporary views, artifacts, and what other modules attach to it. Used by
/// several operations at a time. Thread-safe.
class Session {
 public:
  /// `global_views` are the server's, shared by its sessions.
  Session(std::string user_id, std::string session_id, std::shared_ptr<const SettingValues> server_settings,
          std::shared_ptr<TempViews> global_views);
  ~Session();
  Session(const Session&) = delete;

  const std::string& user_id() const { return user_id_; }
  const std::string& session_id() const { return session_id_; }
  /// Stable for the life of the session; a client that sees another one gives up.
  const std::string& server_side_id() const { return server_side_id_; }

  SessionConf& conf() { return conf_; }
  const SessionConf& conf() const { return conf_; }
  TempViews& temp_views() { return temp_views_; }
  TempViews& global_temp_views() { return *global_views_; }
  Artifacts& artifacts() { return artifacts_; }
  const Artifacts& artifacts() const { return artifacts_; }

  std::string current_catalog() const;
  std::string current_schema() const;
  void SetCurrent(std::string catalog, std::string schema);

  /// The object of type T attached to this session, made on first use: cached frames, variables, functions, …
  template <typename T>
  T& Attached() {
    std::lock_guard lock(mutex_);
    auto& slot = attached_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }

  /// A new session that starts with this one's settings, views, artifacts and current namespace; what is attached stays.
  std::shared_ptr<Session> Clone(std::string new_session_id) const;

 private:
  const std::string user_id_;
  const std::string session_id_;
  const std::string server_side_id_;
  SessionConf conf_;
  TempViews temp_views_;
  std::shared_ptr<TempViews> global_views_;
  Artifacts artifacts_;
  mutable std::mutex mutex_;
  std::string catalog_ = "spark_catalog";
  std::string schema_ = "default";
  std::map<std::type_index, std::shared_ptr<void>> attached_;
};

}  // namespace headrace::engine
