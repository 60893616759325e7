#include "http/routes_tracking.h"

#include <fmt/format.h>

#include "base/error.h"
#include "http/mlflow_json.h"
#include "http/routes_artifacts.h"

namespace headrace::http {

namespace {

using tracking::Tracking;
using TrackingHandler = json::value (*)(Tracking&, const ApiParams&);

// MLflow refuses larger batches itself; other bodies carry datasets' profiles.
constexpr uint64_t kMaxBodyBytes = 32 << 20;

json::value CreateExperiment(Tracking& tracking, const ApiParams& params) {
  return json::object{{"experiment_id", tracking.CreateExperiment(params.RequiredString("name"),
                                                                  params.String("artifact_location"), TagsFrom(params, "tags"))}};
}

json::value GetExperiment(Tracking& tracking, const ApiParams& params) {
  return json::object{{"experiment", ToJson(tracking.GetExperiment(params.RequiredString("experiment_id")))}};
}

json::value GetExperimentByName(Tracking& tracking, const ApiParams& params) {
  const std::string name = params.RequiredString("experiment_name");
  const auto experiment = tracking.FindExperimentByName(name);
  if (!experiment) {
    throw Error(ErrorKind::kNotFound, "RESOURCE_DOES_NOT_EXIST", fmt::format("Could not find experiment with name '{}'", name));
  }
  return json::object{{"experiment", ToJson(*experiment)}};
}

json::value UpdateExperiment(Tracking& tracking, const ApiParams& params) {
  tracking.UpdateExperiment(params.RequiredString("experiment_id"), params.RequiredString("new_name"));
  return json::object();
}

json::value DeleteExperiment(Tracking& tracking, const ApiParams& params) {
  tracking.DeleteExperiment(params.RequiredString("experiment_id"));
  return json::object();
}

json::value RestoreExperiment(Tracking& tracking, const ApiParams& params) {
  tracking.RestoreExperiment(params.RequiredString("experiment_id"));
  return json::object();
}

json::value SetExperimentTag(Tracking& tracking, const ApiParams& params) {
  tracking.SetExperimentTag(params.RequiredString("experiment_id"), {params.RequiredString("key"), params.String("value")});
  return json::object();
}

json::value DeleteExperimentTag(Tracking& tracking, const ApiParams& params) {
  tracking.DeleteExperimentTag(params.RequiredString("experiment_id"), params.RequiredString("key"));
  return json::object();
}

template <typename T>
json::value PageToJson(const char* name, const tracking::Page<T>& page) {
  // The answer's memory is taken and given back in large pieces.
  const json::storage_ptr memory = json::make_shared_resource<json::monotonic_resource>(32 << 10);
  json::object object(memory);
  if (!page.items.empty()) {
    json::array& items = object[name].emplace_array();
    items.reserve(page.items.size());
    for (const auto& item : page.items) items.emplace_back(ToJson(item, memory));
  }
  if (!page.next_page_token.empty()) object["next_page_token"] = page.next_page_token;
  return object;
}

json::value FindExperiments(Tracking& tracking, const ApiParams& params, int64_t default_results) {
  tracking::ExperimentQuery query;
  query.filter = params.String("filter");
  query.view = ViewFrom(params, "view_type");
  query.max_results = params.Int("max_results").value_or(default_results);
  query.order_by = params.Strings("order_by");
  query.page_token = params.String("page_token");
  return PageToJson("experiments", tracking.SearchExperiments(query));
}

json::value SearchExperiments(Tracking& tracking, const ApiParams& params) { return FindExperiments(tracking, params, 0); }

// Databricks' own call.
json::value ListExperiments(Tracking& tracking, const ApiParams& params) { return FindExperiments(tracking, params, 1000); }

// Old clients name a run by "run_uuid".
std::string RunId(const ApiParams& params) {
  return params.Has("run_id") || !params.Has("run_uuid") ? params.RequiredString("run_id") : params.RequiredString("run_uuid");
}

json::value CreateRun(Tracking& tracking, const ApiParams& params) {
  // An unset start time reads as 0, as in MLflow's own server.
  const tracking::Run run =
      tracking.CreateRun(params.String("experiment_id"), params.String("user_id"), params.Int("start_time").value_or(0),
                         TagsFrom(params, "tags"), params.String("run_name"));
  return json::object{{"run", ToJson(run)}};
}

json::value GetRun(Tracking& tracking, const ApiParams& params) {
  return json::object{{"run", ToJson(tracking.GetRun(RunId(params)))}};
}

json::value UpdateRun(Tracking& tracking, const ApiParams& params) {
  tracking::RunUpdate update;
  update.status = RunStatusFrom(params, "status");
  update.end_time = params.Int("end_time");
  update.name = params.OptionalString("run_name");
  return json::object{{"run_info", ToJson(tracking.UpdateRun(RunId(params), update))}};
}

json::value DeleteRun(Tracking& tracking, const ApiParams& params) {
  tracking.DeleteRun(RunId(params));
  return json::object();
}

json::value RestoreRun(Tracking& tracking, const ApiParams& params) {
  tracking.RestoreRun(RunId(params));
  return json::object();
}

// Databricks changes at most this many runs at once.
constexpr int64_t kMaxRuns = 10'000;

int64_t MaxRuns(const ApiParams& params) {
  const int64_t most = params.Int("max_runs").value_or(kMaxRuns);
  if (most < 1 || most > kMaxRuns) params.ThrowInvalid("max_runs");
  return most;
}

json::value DeleteRuns(Tracking& tracking, const ApiParams& params) {
  return json::object{{"runs_deleted", tracking.DeleteRuns(params.RequiredString("experiment_id"),
                                                           params.RequiredInt("max_timestamp_millis"), MaxRuns(params))}};
}

json::value RestoreRuns(Tracking& tracking, const ApiParams& params) {
  return json::object{{"runs_restored", tracking.RestoreRuns(params.RequiredString("experiment_id"),
                                                             params.RequiredInt("min_timestamp_millis"), MaxRuns(params))}};
}

json::value SearchRuns(Tracking& tracking, const ApiParams& params) {
  tracking::RunQuery query;
  query.experiment_ids = params.Strings("experiment_ids");
  query.filter = params.String("filter");
  query.view = ViewFrom(params, "run_view_type");
  query.max_results = params.Int("max_results").value_or(1000);
  if (query.max_results > 50000) params.ThrowInvalid("max_results");
  query.order_by = params.Strings("order_by");
  query.page_token = params.String("page_token");
  return PageToJson("runs", tracking.SearchRuns(query));
}

json::value LogMetric(Tracking& tracking, const ApiParams& params) {
  const std::string run_id = RunId(params);
  tracking.LogMetric(run_id, MetricFrom(params));
  return json::object();
}

json::value LogParam(Tracking& tracking, const ApiParams& params) {
  tracking.LogParam(RunId(params), {params.RequiredString("key"), params.String("value")});
  return json::object();
}

json::value SetTag(Tracking& tracking, const ApiParams& params) {
  tracking.SetTag(RunId(params), {params.RequiredString("key"), params.String("value")});
  return json::object();
}

json::value DeleteTag(Tracking& tracking, const ApiParams& params) {
  tracking.DeleteTag(RunId(params), params.RequiredString("key"));
  return json::object();
}

json::value LogBatch(Tracking& tracking, const ApiParams& params) {
  const std::string run_id = params.RequiredString("run_id");
  std::vector<tracking::Metric> metrics;
  for (const auto& metric : params.Objects("metrics")) metrics.push_back(MetricFrom(metric));
  std::vector<tracking::Param> values;
  for (const auto& param : params.Objects("params")) values.push_back({param.RequiredString("key"), param.String("value")});
  tracking.LogBatch(run_id, metrics, values, TagsFrom(params, "tags"));
  return json::object();
}

json::value LogInputs(Tracking& tracking, const ApiParams& params) {
  const std::string run_id = params.RequiredString("run_id");
  std::vector<tracking::DatasetInput> datasets;
  for (const auto& dataset : params.Objects("datasets")) datasets.push_back(DatasetInputFrom(dataset));
  std::vector<std::string> models;
  for (const auto& model : params.Objects("models")) models.push_back(model.RequiredString("model_id"));
  tracking.LogInputs(run_id, datasets, models);
  return json::object();
}

json::value LogOutputs(Tracking& tracking, const ApiParams& params) {
  const std::string run_id = params.RequiredString("run_id");
  if (!params.Has("models")) params.ThrowMissing("models");
  std::vector<tracking::ModelOutput> models;
  for (const auto& model : params.Objects("models"))
    models.push_back({model.RequiredString("model_id"), model.Int("step").value_or(0)});
  tracking.LogOutputs(run_id, models);
  return json::object();
}

json::value LogModel(Tracking& tracking, const ApiParams& params) {
  const std::string run_id = params.RequiredString("run_id"), text = params.RequiredString("model_json");
  boost::system::error_code code;
  const json::value model = json::parse(text, code);
  if (code || !model.is_object()) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                fmt::format("Malformed model info. \n {} \n is not a valid JSON.", text));
  }
  // The history keeps what MLflow's Model.get_tags_dict keeps: everything but the flavors' configuration.
  json::object kept = model.as_object();
  std::string missing;
  for (const char* field : {"artifact_path", "flavors", "utc_time_created", "run_id"}) {
    if (!kept.contains(field)) missing += fmt::format("{}'{}'", missing.empty() ? "" : ", ", field);
  }
  if (!missing.empty()) {
    throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
                fmt::format("Model json is missing mandatory fields: {{{}}}", missing));
  }
  tracking.RecordLoggedModel(run_id, json::serialize(kept));
  return json::object();
}

json::value GetMetricHistory(Tracking& tracking, const ApiParams& params) {
  const auto max_results = params.Int("max_results");
  const std::string run_id = RunId(params), key = params.RequiredString("metric_key");
  if (max_results && *max_results <= 0) {
    throw Error(
        ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE",
        fmt::format("Invalid value {} for parameter 'max_results' supplied. It must be a positive integer.", *max_results));
  }
  return PageToJson("metrics", tracking.GetMetricHistory(run_id, key, max_results, params.String("page_token")));
}

[[noreturn]] void ThrowParameter(std::string message) {
  throw Error(ErrorKind::kInvalidParameter, "INVALID_PARAMETER_VALUE", std::move(message));
}

json::value GetMetricHistoryBulk(Tracking& tracking, const ApiParams& params) {
  const auto run_ids = params.Strings("run_id");
  if (run_ids.empty()) ThrowParameter("GetMetricHistoryBulk request must specify at least one run_id.");
  if (run_ids.size() > 100) {
    ThrowParameter(
        fmt::format("GetMetricHistoryBulk request cannot specify more than 100 run_ids. Received {} run_ids.", run_ids.size()));
  }
  if (!params.Has("metric_key")) ThrowParameter("GetMetricHistoryBulk request must specify a metric_key.");
  const int64_t max_results = std::min<int64_t>(params.Int("max_results").value_or(25000), 25000);
  json::array metrics;
  for (const auto& metric : tracking.GetMetricHistoryBulk(run_ids, params.String("metric_key"), max_results))
    metrics.push_back(ToJson(metric));
  return json::object{{"metrics", std::move(metrics)}};
}

json::value GetMetricHistoryInterval(Tracking& tracking, const ApiParams& params) {
  const auto run_ids = params.Strings("run_ids");
  if (run_ids.empty()) params.ThrowMissing("run_ids");
  if (run_ids.size() > 100) {
    ThrowParameter(fmt::format("GetMetricHistoryBulkInterval request must specify at most 100 run_ids. Received {} run_ids.",
                               run_ids.size()));
  }
  const std::string key = params.RequiredString("metric_key");
  const int64_t max_results = params.Int("max_results").value_or(2500);
  if (max_results < 1 || max_results > 2500) ThrowParameter("max_results must be between 1 and 2500.");
  const auto start = params.Int("start_step"), end = params.Int("end_step");
  if (start.has_value() != end.has_value())
    ThrowParameter("If either start step or end step are specified, both must be specified.");
  if (start && *start > *end) {
    ThrowParameter(fmt::format("end_step must be greater than start_step. Found start_step={} and end_step={}.", *start, *end));
  }
  json::object object;
  json::array metrics;
  for (const auto& metric : tracking.SampleMetricHistory(run_ids, key, max_results, start, end))
    metrics.push_back(ToJson(metric));
  if (!metrics.empty()) object["metrics"] = std::move(metrics);
  return object;
}

json::value SearchDatasets(Tracking& tracking, const ApiParams& params) {
  const auto experiment_ids = params.Strings("experiment_ids");
  if (experiment_ids.empty()) ThrowParameter("SearchDatasets request must specify at least one experiment_id.");
  if (experiment_ids.size() > 20) {
    ThrowParameter(fmt::format("SearchDatasets request cannot specify more than 20 experiment_ids. Received {} experiment_ids.",
                               experiment_ids.size()));
  }
  json::array summaries;
  for (const auto& summary : tracking.SearchDatasets(experiment_ids)) {
    json::object object{
        {"experiment_id", std::to_string(summary.experiment_id)}, {"name", summary.name}, {"digest", summary.digest}};
    if (summary.context) object["context"] = *summary.context;
    summaries.push_back(std::move(object));
  }
  json::object object;
  if (!summaries.empty()) object["dataset_summaries"] = std::move(summaries);
  return object;
}

struct TrackingRoute {
  Method method;
  const char* path;
  TrackingHandler handler;
};

constexpr TrackingRoute kRoutes[] = {
    {Method::kPost, "experiments/create", &CreateExperiment},
    {Method::kGet, "experiments/get", &GetExperiment},
    {Method::kGet, "experiments/get-by-name", &GetExperimentByName},
    {Method::kPost, "experiments/update", &UpdateExperiment},
    {Method::kPost, "experiments/delete", &DeleteExperiment},
    {Method::kPost, "experiments/restore", &RestoreExperiment},
    {Method::kPost, "experiments/set-experiment-tag", &SetExperimentTag},
    {Method::kPost, "experiments/delete-experiment-tag", &DeleteExperimentTag},
    {Method::kPost, "experiments/search", &SearchExperiments},
    {Method::kGet, "experiments/search", &SearchExperiments},
    {Method::kGet, "experiments/list", &ListExperiments},
    {Method::kPost, "experiments/search-datasets", &SearchDatasets},
    {Method::kPost, "runs/create", &CreateRun},
    {Method::kGet, "runs/get", &GetRun},
    {Method::kPost, "runs/update", &UpdateRun},
    {Method::kPost, "runs/delete", &DeleteRun},
    {Method::kPost, "runs/restore", &RestoreRun},
    {Method::kPost, "databricks/runs/delete-runs", &DeleteRuns},
    {Method::kPost, "databricks/runs/restore-runs", &RestoreRuns},
    {Method::kPost, "runs/search", &SearchRuns},
    {Method::kPost, "runs/log-metric", &LogMetric},
    {Method::kPost, "runs/log-parameter", &LogParam},
    {Method::kPost, "runs/set-tag", &SetTag},
    {Method::kPost, "runs/delete-tag", &DeleteTag},
    {Method::kPost, "runs/log-batch", &LogBatch},
    {Method::kPost, "runs/log-inputs", &LogInputs},
    {Method::kPost, "runs/outputs", &LogOutputs},
    {Method::kPost, "runs/log-model", &LogModel},
    {Method::kGet, "metrics/get-history", &GetMetricHistory},
    {Method::kGet, "metrics/get-history-bulk", &GetMetricHistoryBulk},
    {Method::kGet, "metrics/get-history-bulk-interval", &GetMetricHistoryInterval},
};

// MLflow bounds a batch by its text, so a larger one must be read to be refused with MLflow's own message.
constexpr size_t kMaxBatchBytes = 1'000'000;

// As MLflow's own server has it.
void RequireJson(const Request& request) {
  const std::string_view type = request.Header("Content-Type");
  if (type.empty()) ThrowParameter("Bad Request. Content-Type header is missing.");
  if (type.substr(0, type.find(';')) != "application/json")
    ThrowParameter("Bad Request. Content-Type must be one of ['application/json'].");
}

}  // namespace

void AddTwins(Router& router, Method method, const std::string& version_and_path, const Handler& handler, RouteOptions options) {
  if (method == Method::kPost) {
    const Handler checked = [handler](Request& request) {
      RequireJson(request);
      return handler(request);
    };
    router.Add(method, "/api/" + version_and_path, checked, options);
    router.Add(method, "/ajax-api/" + version_and_path, checked, options);
    return;
  }
  router.Add(method, "/api/" + version_and_path, handler, options);
  router.Add(method, "/ajax-api/" + version_and_path, handler, options);
}

void RegisterTrackingRoutes(Router& router, std::shared_ptr<Tracking> tracking,
                            std::shared_ptr<tracking::ArtifactStore> artifacts) {
  for (const TrackingRoute& route : kRoutes) {
    const bool is_batch = std::string_view(route.path) == "runs/log-batch";
    const Handler handler = [tracking, call = route.handler, is_batch](Request& request) {
      if (is_batch && request.body.size() > kMaxBatchBytes) {
        ThrowParameter(fmt::format("Batched logging API requests must be at most {} bytes, got a request of size {}.",
                                   kMaxBatchBytes, request.body.size()));
      }
      return Response::Json(call(*tracking, ApiParams(request)));
    };
    AddTwins(router, route.method, std::string("2.0/mlflow/") + route.path, handler, {.max_body_bytes = kMaxBodyBytes});
  }
  AddTwins(router, Method::kGet, "2.0/mlflow/artifacts/list", [tracking, artifacts](Request& request) {
    const ApiParams params(request);
    const std::string root = tracking->GetRun(RunId(params)).info.artifact_uri;
    json::object object = ArtifactsToJson(artifacts->List(root, params.String("path")), params.String("path"));
    object["root_uri"] = root;
    return Response::Json(object);
  });
  AddTwins(router, Method::kGet, "3.0/mlflow/server-info", [](Request&) {
    return Response::Json(json::object{{"store_type", "SqlStore"}, {"workspaces_enabled", false}});
  });
}

}  // namespace headrace::http
