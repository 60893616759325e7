#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "metastore/metastore.h"
#include "serving/endpoint_config.h"
#include "serving/served_model.h"

namespace headrace::serving {

/// Where measurements of one served version go. Thread-safe and lock-free.
class ServedMetrics {
 public:
  virtual ~ServedMetrics() = default;
  virtual void Observe(int64_t micros, int status) = 0;
};

/// What the endpoints stand on. All of it must outlive them.
struct EndpointsOptions {
  RuntimeOptions runtime;
  metastore::Metastore* metastore = nullptr;
  const features::OnlineStore* online_store = nullptr;
  std::shared_ptr<const Clock> clock;
  /// The local folder of a registered model version; throws kNotFound for one that does not exist.
  std::function<std::string(const std::string& model, const std::string& version)> resolve_model;
  /// Makes the metrics of one served version.
  std::function<std::unique_ptr<ServedMetrics>(const std::string& endpoint, const std::string& served,
                                               const std::string& version)>
      make_metrics;
};

/// The answer to an invocation, and who gave it.
struct InvocationAnswer : ScoringAnswer {
  std::string served_model_name;
};

/// One request to an endpoint, from the choice of the version that answers it to its measurement. For one thread at a
/// time; holds the model, so that an update or the end of the endpoint do not touch it.
class Invocation {
 public:
  /// Answers at once, on a thread that must not wait: false when the model, the body's size or a row on the disk ask for
  /// more time; then Answer must follow on another thread.
  bool TryAnswer(std::string_view body, InvocationAnswer* answer);
  void Answer(std::string_view body, InvocationAnswer* answer);

 private:
  friend class Endpoints;
  struct Target;
  explicit Invocation(std::shared_ptr<const Target> target) : target_(std::move(target)), started_(Timer::now()) {}
  using Timer = std::chrono::steady_clock;
  template <typename Score>
  bool Measure(std::string_view body, InvocationAnswer* answer, Score score);
  std::shared_ptr<const Target> target_;
  Timer::time_point started_;
};

/// The serving endpoints: their configurations, kept in the metastore, and their loaded models. Thread-safe.
///
/// A configuration becomes active only when all of its models are loaded and warm; until then the one before it goes
/// on serving, so no request fails because of an update.
class Endpoints {
 public:
  explicit Endpoints(EndpointsOptions options);
  ~Endpoints();

  /// Loads the stored endpoints in the background.
  void Start();
  /// Ends the loading of models and what requests wait for in Python workers. Idempotent.
  void Stop();

  /// `{name, config, tags}` → the endpoint as the API shows it. Throws kAlreadyExists, kInvalidParameter, and kNotFound
  /// for a model version that does not exist.
  json::object Create(const json::object& request, const std::string& user);
  /// Begins an update. Throws kConcurrent (RESOURCE_CONFLICT) while another one is under way.
  json::object UpdateConfig(const std::string& name, const json::object& config, const std::string& user);
  json::object Get(const std::string& name) const;
  json::array List() const;
  void Delete(const std::string& name);
  /// Adds and removes tags; gives what is set afterwards.
  json::array PatchTags(const std::string& name, const json::object& request);

  /// Begins an invocation of the version whose turn it is, or of `served` when it is not empty. Never blocks. Throws
  /// kNotFound, and kUnavailable while nothing is loaded yet.
  Invocation Begin(std::string_view name, std::string_view served) const;

 private:
  using Served = Invocation::Target;
  struct Active;
  struct Endpoint;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Map = std::unordered_map<std::string, std::shared_ptr<Endpoint>, Hash, std::equal_to<>>;

  std::shared_ptr<Endpoint> Find(std::string_view name) const;
  json::object Describe(const Endpoint& endpoint) const;
  void CheckModels(const EndpointConfig& config) const;
  void Save(const Endpoint& endpoint);
  void Enqueue(std::shared_ptr<Endpoint> endpoint);
  void RunLoader();
  void LoadConfig(const std::shared_ptr<Endpoint>& endpoint);
  std::shared_ptr<const Active> LoadActive(const Endpoint& endpoint, const EndpointConfig& config);

  EndpointsOptions options_;
  std::atomic<std::shared_ptr<const Map>> endpoints_;
  mutable std::mutex mutex_;  // Guards configurations and states of endpoints, and changes of endpoints_.
  std::condition_variable work_;
  std::deque<std::shared_ptr<Endpoint>> queue_;
  std::shared_ptr<std::atomic<bool>> stopping_ = std::make_shared<std::atomic<bool>>(false);
  std::vector<std::thread> loaders_;
};

}  // namespace headrace::serving
