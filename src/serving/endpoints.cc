#include "serving/endpoints.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <regex>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"

namespace headrace::serving {

/// One loaded version and its measurements.
struct Invocation::Target {
  ServedEntity entity;
  std::shared_ptr<const ServedModel> model;
  std::unique_ptr<ServedMetrics> metrics;
  /// What a byte of a request took of late, in nanoseconds: says beforehand how long a body will take.
  mutable std::atomic<int64_t> nanos_short{0};  ///< What a short body takes.
  mutable std::atomic<int64_t> nanos_per_byte{0};  ///< Of long bodies.
};

/// A configuration whose models are all loaded. Only the turn changes.
struct Endpoints::Active {
  EndpointConfig config;
  std::vector<std::shared_ptr<const Served>> served;
  std::vector<uint8_t> schedule;
  mutable std::atomic<uint64_t> turn{0};
};

struct Endpoints::Endpoint {
  std::string name;
  std::string id;
  std::string creator;
  int64_t created_ms = 0;
  int64_t updated_ms = 0;
  json::object tags;
  std::optional<EndpointConfig> config;  // The one that serves, or did when the server stopped.
  std::optional<EndpointConfig> pending;  // The one being loaded.
  std::string failure;  // Why the last update failed; "" otherwise.
  bool loading = false;  // A thread loads its models.
  std::shared_ptr<std::atomic<bool>> deleted = std::make_shared<std::atomic<bool>>(false);
  std::atomic<std::shared_ptr<const Active>> active;
};

namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE serving_endpoints (
    name TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    creator TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    tags TEXT NOT NULL,
    config TEXT,
    pending TEXT,
    failure TEXT NOT NULL
  );
)";

std::string ConfigToText(const std::optional<EndpointConfig>& config) {
  return config ? json::serialize(EndpointConfigToJson(*config, "", "", "", 0)) : "";
}

std::optional<EndpointConfig> ConfigFromText(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const json::value value = ParseJson(text);
  EndpointConfig config = ParseEndpointConfig(value.as_object());
  config.version = value.at("config_version").to_number<int64_t>();
  return config;
}

json::object TagsOf(const json::object& request) {
  json::object tags;
  const auto* list = request.if_contains("tags");
  if (!list || list->is_null()) return tags;
  if (!list->is_array()) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "Tags must be a list.");
  for (const auto& tag : list->get_array()) {
    const auto* object = tag.if_object();
    const auto* key = object ? object->if_contains("key") : nullptr;
    const auto* value = object ? object->if_contains("value") : nullptr;
    if (!key || !key->is_string()) throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "A tag needs a 'key'.");
    tags[key->get_string()] = value && value->is_string() ? value->get_string() : json::string();
  }
  return tags;
}

json::array TagList(const json::object& tags) {
  json::array out;
  for (const auto& [key, value] : tags) out.push_back({{"key", key}, {"value", value}});
  return out;
}

[[noreturn]] void ThrowNoEndpoint(std::string_view name) {
  throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST",
              "The serving endpoint '" + std::string(name) + "' does not exist.");
}

/// A body of one or a few rows.
constexpr size_t kShortBytes = 1 << 10;

/// Time this thread has had on a processor.
int64_t ThreadNanos() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

size_t WorkersOf(const std::string& workload_size) { return workload_size == "Large" ? 4 : workload_size == "Medium" ? 2 : 1; }

}  // namespace

Endpoints::Endpoints(EndpointsOptions options) : options_(std::move(options)) {
  options_.metastore->Migrate("serving", {kSchema});
  auto map = std::make_shared<Map>();
  options_.metastore->Read([&](metastore::Connection& connection) {
    auto rows = connection.Query(
        "SELECT name, id, creator, created_ms, updated_ms, tags, config, pending, failure FROM serving_endpoints");
    while (rows.Step()) {
      auto endpoint = std::make_shared<Endpoint>();
      endpoint->name = rows.Text(0);
      endpoint->id = rows.Text(1);
      endpoint->creator = rows.Text(2);
      endpoint->created_ms = rows.Int64(3);
      endpoint->updated_ms = rows.Int64(4);
      endpoint->tags = ParseJson(rows.Text(5)).as_object();
      endpoint->config = ConfigFromText(std::string(rows.Text(6)));
      endpoint->pending = ConfigFromText(std::string(rows.Text(7)));
      endpoint->failure = rows.Text(8);
      (*map)[endpoint->name] = std::move(endpoint);
    }
  });
  endpoints_.store(std::move(map));
}

Endpoints::~Endpoints() { Stop(); }

void Endpoints::Start() {
  for (const auto& [name, endpoint] : *endpoints_.load()) Enqueue(endpoint);
  // A model that loads long keeps only its own endpoint waiting.
  constexpr int kLoaders = 4;
  for (int i = 0; i < kLoaders; ++i) loaders_.emplace_back([this] { RunLoader(); });
}

void Endpoints::Stop() {
  {
    std::lock_guard lock(mutex_);
    *stopping_ = true;
  }
  work_.notify_all();
  for (auto& loader : loaders_) loader.join();
  loaders_.clear();
}

std::shared_ptr<Endpoints::Endpoint> Endpoints::Find(std::string_view name) const {
  const auto map = endpoints_.load(std::memory_order_acquire);
  const auto it = map->find(name);
  if (it == map->end()) ThrowNoEndpoint(name);
  return it->second;
}

void Endpoints::CheckModels(const EndpointConfig& config) const {
  for (const auto& entity : config.entities) options_.resolve_model(entity.model_name, entity.model_version);
}

void Endpoints::Save(const Endpoint& endpoint) {
  const std::string tags = json::serialize(endpoint.tags);
  const std::string config = ConfigToText(endpoint.config), pending = ConfigToText(endpoint.pending);
  options_.metastore->Write([&](metastore::Connection& connection) {
    connection.Run(
        "INSERT INTO serving_endpoints (name, id, creator, created_ms, updated_ms, tags, config, pending, failure) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET updated_ms = excluded.updated_ms, "
        "tags = excluded.tags, config = excluded.config, pending = excluded.pending, failure = excluded.failure",
        endpoint.name, endpoint.id, endpoint.creator, endpoint.created_ms, endpoint.updated_ms, tags, config, pending,
        endpoint.failure);
  });
}

json::object Endpoints::Create(const json::object& request, const std::string& user) {
  const auto* name = request.if_contains("name");
  static const std::regex kName("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");
  if (!name || !name->is_string() || !std::regex_match(name->get_string().c_str(), kName)) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                "'name' must be 1 to 63 letters, digits, hyphens and underscores.");
  }
  const auto* config = request.if_contains("config");
  if (!config || !config->is_object()) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", "'config' is missing.");
  }
  auto endpoint = std::make_shared<Endpoint>();
  endpoint->name = std::string(name->get_string());
  endpoint->id = NewHexId();
  endpoint->creator = user;
  endpoint->created_ms = endpoint->updated_ms = options_.clock->NowMillis();
  endpoint->tags = TagsOf(request);
  for (const char* other : {"ai_gateway", "rate_limits", "budget_policy_id", "email_notifications", "route_optimized"}) {
    const auto* value = request.if_contains(other);
    const bool is_unset =
        !value || value->is_null() || *value == json::value(false) || (value->is_object() && value->get_object().empty());
    if (!is_unset) ThrowUnsupported(std::string("serving endpoints with ") + other);
  }
  endpoint->pending = ParseEndpointConfig(config->get_object());
  endpoint->pending->version = 1;
  CheckModels(*endpoint->pending);
  json::object answer;
  {
    std::lock_guard lock(mutex_);
    auto map = std::make_shared<Map>(*endpoints_.load());
    if (map->contains(endpoint->name)) {
      throw Error(ErrorKind::kAlreadyExists, "RESOURCE_ALREADY_EXISTS",
                  "A serving endpoint named '" + endpoint->name + "' already exists.");
    }
    Save(*endpoint);
    (*map)[endpoint->name] = endpoint;
    endpoints_.store(std::move(map));
    answer = Describe(*endpoint);
  }
  Enqueue(endpoint);
  return answer;
}

json::object Endpoints::UpdateConfig(const std::string& name, const json::object& config, const std::string& user) {
  const auto endpoint = Find(name);
  EndpointConfig parsed = ParseEndpointConfig(config);
  CheckModels(parsed);
  json::object answer;
  {
    std::lock_guard lock(mutex_);
    if (*endpoint->deleted) ThrowNoEndpoint(name);
    if (endpoint->pending) {
      throw Error(ErrorKind::kConcurrent, "RESOURCE_CONFLICT", "Endpoint '" + name + "' is being updated; wait for that to end.");
    }
    parsed.version = (endpoint->config ? endpoint->config->version : 0) + 1;
    const auto failure = std::exchange(endpoint->failure, "");
    endpoint->pending = std::move(parsed);
    endpoint->updated_ms = options_.clock->NowMillis();
    try {
      Save(*endpoint);
    } catch (...) {
      endpoint->pending.reset();
      endpoint->failure = failure;
      throw;
    }
    answer = Describe(*endpoint);
  }
  Enqueue(endpoint);
  return answer;
}

json::object Endpoints::Describe(const Endpoint& endpoint) const {
  const bool ready = endpoint.active.load() != nullptr;
  const char* update = endpoint.pending || (!ready && endpoint.config && endpoint.failure.empty()) ? "IN_PROGRESS"
                       : endpoint.failure.empty()                                                  ? "NOT_UPDATING"
                                                                                                   : "UPDATE_FAILED";
  json::object out{{"name", endpoint.name},
                   {"id", endpoint.id},
                   {"creator", endpoint.creator},
                   {"creation_timestamp", endpoint.created_ms},
                   {"last_updated_timestamp", endpoint.updated_ms},
                   {"state", {{"ready", ready ? "READY" : "NOT_READY"}, {"config_update", update}}},
                   {"tags", TagList(endpoint.tags)},
                   {"permission_level", "CAN_MANAGE"},
                   {"endpoint_type", "MODEL_SERVING"},
                   {"route_optimized", false}};
  if (endpoint.config) {
    const bool serving = ready || endpoint.failure.empty();
    out["config"] = EndpointConfigToJson(*endpoint.config,
                                         ready     ? "DEPLOYMENT_READY"
                                         : serving ? "DEPLOYMENT_CREATING"
                                                   : "DEPLOYMENT_FAILED",
                                         ready ? "" : endpoint.failure, endpoint.creator, endpoint.updated_ms);
  }
  if (endpoint.pending) {
    out["pending_config"] =
        EndpointConfigToJson(*endpoint.pending, "DEPLOYMENT_CREATING", "", endpoint.creator, endpoint.updated_ms);
  }
  if (!endpoint.failure.empty()) out["state"].as_object()["config_update_message"] = endpoint.failure;
  return out;
}

json::object Endpoints::Get(const std::string& name) const {
  const auto endpoint = Find(name);
  std::lock_guard lock(mutex_);
  return Describe(*endpoint);
}

json::array Endpoints::List() const {
  const auto map = endpoints_.load();
  std::vector<std::string> names;
  for (const auto& [name, endpoint] : *map) names.push_back(name);
  std::sort(names.begin(), names.end());
  std::lock_guard lock(mutex_);
  json::array out;
  for (const auto& name : names) out.push_back(Describe(*map->at(name)));
  return out;
}

void Endpoints::Delete(const std::string& name) {
  std::lock_guard lock(mutex_);
  auto map = std::make_shared<Map>(*endpoints_.load());
  const auto it = map->find(name);
  if (it == map->end()) ThrowNoEndpoint(name);
  options_.metastore->Write(
      [&](metastore::Connection& connection) { connection.Run("DELETE FROM serving_endpoints WHERE name = ?", name); });
  *it->second->deleted = true;
  it->second->active.store(nullptr);
  map->erase(it);
  endpoints_.store(std::move(map));
}

json::array Endpoints::PatchTags(const std::string& name, const json::object& request) {
  const auto endpoint = Find(name);
  std::lock_guard lock(mutex_);
  const json::object before = endpoint->tags;
  const auto* added = request.if_contains("add_tags");
  if (added) {
    for (const auto& [key, value] : TagsOf({{"tags", *added}})) endpoint->tags[key] = value;
  }
  if (const auto* removed = request.if_contains("delete_tags"); removed && removed->is_array()) {
    for (const auto& key : removed->get_array()) {
      if (key.is_string()) endpoint->tags.erase(key.get_string());
    }
  }
  try {
    Save(*endpoint);
  } catch (...) {
    endpoint->tags = before;
    throw;
  }
  return TagList(endpoint->tags);
}

void Endpoints::Enqueue(std::shared_ptr<Endpoint> endpoint) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(endpoint));
  }
  work_.notify_one();
}

void Endpoints::RunLoader() {
  while (true) {
    std::shared_ptr<Endpoint> endpoint;
    {
      std::unique_lock lock(mutex_);
      auto next = queue_.end();
      const auto may_load = [](const auto& waiting) { return !waiting->loading; };
      work_.wait(lock, [&] {
        next = std::find_if(queue_.begin(), queue_.end(), may_load);
        return *stopping_ || next != queue_.end();
      });
      if (*stopping_) return;
      endpoint = std::move(*next);
      queue_.erase(next);
      endpoint->loading = true;
    }
    LoadConfig(endpoint);
    {
      std::lock_guard lock(mutex_);
      endpoint->loading = false;
    }
    work_.notify_all();  // It may have been changed, and wait, in the meantime.
  }
}

std::shared_ptr<const Endpoints::Active> Endpoints::LoadActive(const Endpoint& endpoint, const EndpointConfig& config) {
  const auto before = endpoint.active.load();
  auto active = std::make_shared<Active>();
  active->config = config;
  active->schedule = TrafficSchedule(config);
  for (const auto& entity : config.entities) {
    auto served = std::make_shared<Invocation::Target>();
    served->entity = entity;
    // A version that is already loaded goes on as it is.
    if (before) {
      for (const auto& known : before->served) {
        const bool same = known->entity.model_name == entity.model_name && known->entity.model_version == entity.model_version &&
                          known->entity.workload_size == entity.workload_size && known->entity.environment == entity.environment;
        if (same) served->model = known->model;
      }
    }
    if (!served->model) {
      RuntimeOptions runtime = options_.runtime;
      runtime.workers = WorkersOf(entity.workload_size);
      for (const auto& [name, value] : entity.environment)
        runtime.python.environment.emplace_back(name, std::string(value.as_string()));
      runtime.python.predict_cancelled = [stopping = stopping_] { return stopping->load(); };
      runtime.python.load_cancelled = [stopping = stopping_, deleted = endpoint.deleted] { return *stopping || *deleted; };
      served->model =
          ServedModel::Load(options_.resolve_model(entity.model_name, entity.model_version), runtime, options_.online_store);
      Log(LogLevel::kInfo, "serving", "model loaded",
          {{"endpoint", endpoint.name},
           {"model", entity.model_name},
           {"version", entity.model_version},
           {"runtime", served->model->native() ? served->model->metadata().native_flavor : "python"},
           {"reason", served->model->worker_reason()}});
    }
    served->metrics = options_.make_metrics(endpoint.name, entity.name, entity.model_version);
    active->served.push_back(std::move(served));
  }
  return active;
}

void Endpoints::LoadConfig(const std::shared_ptr<Endpoint>& endpoint) {
  // After a restart the configuration that served comes first, then the update that was cut short.
  for (const bool is_pending : {false, true}) {
    std::optional<EndpointConfig> config;
    {
      std::lock_guard lock(mutex_);
      if (*endpoint->deleted || *stopping_) return;
      config = is_pending ? endpoint->pending : endpoint->active.load() ? std::nullopt : endpoint->config;
    }
    if (!config) continue;
    std::shared_ptr<const Active> active;
    std::string failure;
    try {
      active = LoadActive(*endpoint, *config);
    } catch (const Error& error) {
      failure = error.message();
    } catch (const std::exception& error) {
      failure = error.what();
    }
    std::lock_guard lock(mutex_);
    // What was not loaded because the server ends is no failure; the next start loads it.
    if (*endpoint->deleted || (!active && *stopping_)) return;
    if (!failure.empty())
      Log(LogLevel::kWarning, "serving", "endpoint not updated", {{"endpoint", endpoint->name}, {"reason", failure}});
    endpoint->failure = failure;
    if (active) {
      endpoint->active.store(active);
      endpoint->config = config;
    } else if (!endpoint->config) {
      endpoint->config = config;  // An endpoint that never came up still shows what it was asked for.
    }
    if (is_pending) endpoint->pending.reset();
    try {
      Save(*endpoint);
    } catch (const Error& error) {
      // The state in memory is right; the next start repeats this update.
      Log(LogLevel::kError, "serving", "endpoint state not saved", {{"endpoint", endpoint->name}, {"error", error.message()}});
    }
  }
}

Invocation Endpoints::Begin(std::string_view name, std::string_view served_name) const {
  const auto endpoint = Find(name);
  const auto active = endpoint->active.load(std::memory_order_acquire);
  if (!active) {
    throw Error(ErrorKind::kUnavailable, "TEMPORARILY_UNAVAILABLE",
                "The serving endpoint '" + std::string(name) + "' is not ready.");
  }
  if (served_name.empty()) {
    return Invocation(active->served[active->schedule[active->turn.fetch_add(1, std::memory_order_relaxed) % 100]]);
  }
  for (const auto& candidate : active->served) {
    if (candidate->entity.name == served_name) return Invocation(candidate);
  }
  throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST",
              "The serving endpoint '" + std::string(name) + "' serves no model named '" + std::string(served_name) + "'.");
}

template <typename Score>
bool Invocation::Measure(std::string_view body, InvocationAnswer* answer, Score score) {
  const auto elapsed = [](Timer::time_point since) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Timer::now() - since).count();
  };
  const auto observe = [&](int status) { target_->metrics->Observe(elapsed(started_) / 1000, status); };
  answer->served_model_name = target_->entity.name;
  try {
    const bool is_long = body.size() > kShortBytes;
    // A long one is measured in the thread's own time, which a busy machine does not stretch.
    const auto begun = Timer::now();
    const int64_t spent = is_long ? ThreadNanos() : 0;
    if (!score()) return false;
    const int64_t now = is_long ? (ThreadNanos() - spent) / static_cast<int64_t>(body.size()) : elapsed(begun);
    auto& average = is_long ? target_->nanos_per_byte : target_->nanos_short;
    const int64_t before = average.load(std::memory_order_relaxed);
    average.store(before == 0 ? now : before + (now - before) / 16, std::memory_order_relaxed);
  } catch (const Error& error) {
    observe(error.kind() == ErrorKind::kInvalidParameter ? 400 : 500);
    throw;
  } catch (...) {
    observe(500);
    throw;
  }
  observe(answer->status);
  return true;
}

bool Invocation::TryAnswer(std::string_view body, InvocationAnswer* answer) {
  // Longer work would keep the thread's other connections waiting.
  constexpr int64_t kMaxNanos = 1'000'000, kMaxBytes = 64 << 10;
  const auto size = static_cast<int64_t>(body.size());
  const int64_t expected = body.size() > kShortBytes ? size * target_->nanos_per_byte.load(std::memory_order_relaxed)
                                                     : target_->nanos_short.load(std::memory_order_relaxed);
  if (size > kMaxBytes || expected > kMaxNanos) return false;
  return Measure(body, answer, [&] { return target_->model->TryScore(body, answer); });
}

void Invocation::Answer(std::string_view body, InvocationAnswer* answer) {
  Measure(body, answer, [&] {
    target_->model->Score(body, answer);
    return true;
  });
}

}  // namespace headrace::serving
