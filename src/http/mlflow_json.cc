#include "http/mlflow_json.h"

#include <cmath>

#include "base/error.h"

namespace headrace::http {

namespace {

constexpr const char* kRunStatus[] = {"", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"};
constexpr const char* kModelStatus[] = {"LOGGED_MODEL_STATUS_UNSPECIFIED", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY",
                                        "LOGGED_MODEL_UPLOAD_FAILED"};

template <typename KeyValue>
json::array KeysToJson(const std::vector<KeyValue>& values, const json::storage_ptr& memory) {
  json::array array(memory);
  array.reserve(values.size());
  for (const auto& one : values) array.emplace_back(json::object({{"key", one.key}, {"value", one.value}}, memory));
  return array;
}

json::object DatasetInputToJson(const tracking::DatasetInput& input, const json::storage_ptr& memory) {
  json::object dataset({{"name", input.dataset.name},
                        {"digest", input.dataset.digest},
                        {"source_type", input.dataset.source_type},
                        {"source", input.dataset.source}},
                       memory);
  if (input.dataset.schema) dataset["schema"] = *input.dataset.schema;
  if (input.dataset.profile) dataset["profile"] = *input.dataset.profile;
  json::object object(memory);
  if (!input.tags.empty()) object["tags"] = TagsToJson(input.tags, memory);
  object["dataset"] = std::move(dataset);
  return object;
}

}  // namespace

json::value DoubleToJson(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

json::array TagsToJson(const std::vector<tracking::Tag>& tags, const json::storage_ptr& memory) {
  return KeysToJson(tags, memory);
}

json::object ToJson(const tracking::Metric& metric, const json::storage_ptr& memory) {
  json::object object(
      {{"key", metric.key}, {"value", DoubleToJson(metric.value)}, {"timestamp", metric.timestamp}, {"step", metric.step}},
      memory);
  if (!metric.dataset_name.empty()) object["dataset_name"] = metric.dataset_name;
  if (!metric.dataset_digest.empty()) object["dataset_digest"] = metric.dataset_digest;
  if (!metric.model_id.empty()) object["model_id"] = metric.model_id;
  if (!metric.run_id.empty()) object["run_id"] = metric.run_id;
  return object;
}

json::object ToJson(const tracking::Experiment& experiment, const json::storage_ptr& memory) {
  json::object object({{"experiment_id", std::to_string(experiment.id)},
                       {"name", experiment.name},
                       {"artifact_location", experiment.artifact_location},
                       {"lifecycle_stage", experiment.lifecycle_stage},
                       {"last_update_time", experiment.last_update_time},
                       {"creation_time", experiment.creation_time},
                       {"workspace", "default"}},
                      memory);
  if (!experiment.tags.empty()) object["tags"] = TagsToJson(experiment.tags, memory);
  return object;
}

json::object ToJson(const tracking::RunInfo& info, const json::storage_ptr& memory) {
  json::object object(10, memory);
  object["run_uuid"] = info.run_id;
  object["run_name"] = info.name;
  object["experiment_id"] = std::to_string(info.experiment_id);
  object["user_id"] = info.user_id;
  object["status"] = info.status;
  if (info.start_time) object["start_time"] = *info.start_time;
  if (info.end_time) object["end_time"] = *info.end_time;
  object["artifact_uri"] = info.artifact_uri;
  object["lifecycle_stage"] = info.lifecycle_stage;
  object["run_id"] = info.run_id;
  return object;
}

json::object ToJson(const tracking::Run& run, const json::storage_ptr& memory) {
  json::object data(memory);
  if (!run.metrics.empty()) {
    json::array& metrics = data["metrics"].emplace_array();
    metrics.reserve(run.metrics.size());
    for (const auto& metric : run.metrics) metrics.emplace_back(ToJson(metric, memory));
  }
  if (!run.params.empty()) data["params"] = KeysToJson(run.params, memory);
  if (!run.tags.empty()) data["tags"] = TagsToJson(run.tags, memory);
  json::object inputs(memory);
  for (const auto& input : run.dataset_inputs) {
    json::value& slot = inputs["dataset_inputs"];
    (slot.is_array() ? slot.as_array() : slot.emplace_array()).emplace_back(DatasetInputToJson(input, memory));
  }
  for (const auto& model_id : run.model_inputs) {
    json::value& slot = inputs["model_inputs"];
    (slot.is_array() ? slot.as_array() : slot.emplace_array()).emplace_back(json::object({{"model_id", model_id}}, memory));
  }
  json::object object(4, memory);
  object["info"] = ToJson(run.info, memory);
  object["data"] = std::move(data);
  object["inputs"] = std::move(inputs);
  if (!run.model_outputs.empty()) {
    json::array models(memory);
    for (const auto& output : run.model_outputs) {
      models.emplace_back(json::object({{"model_id", output.model_id}, {"step", output.step}}, memory));
    }
    object["outputs"].emplace_object()["model_outputs"] = std::move(models);
  }
  return object;
}

json::object ToJson(const tracking::LoggedModel& model, const json::storage_ptr& memory) {
  json::object info({{"model_id", model.model_id},
                     {"experiment_id", std::to_string(model.experiment_id)},
                     {"name", model.name},
                     {"creation_timestamp_ms", model.creation_timestamp_ms},
                     {"last_updated_timestamp_ms", model.last_updated_timestamp_ms},
                     {"artifact_uri", model.artifact_uri},
                     {"status", kModelStatus[model.status]},
                     {"model_type", model.model_type},
                     {"source_run_id", model.source_run_id}},
                    memory);
  if (!model.tags.empty()) info["tags"] = TagsToJson(model.tags, memory);
  json::object data(memory);
  if (!model.params.empty()) data["params"] = KeysToJson(model.params, memory);
  if (!model.metrics.empty()) {
    json::array metrics(memory);
    for (const auto& metric : model.metrics) metrics.emplace_back(ToJson(metric, memory));
    data["metrics"] = std::move(metrics);
  }
  json::object object(2, memory);
  object["info"] = std::move(info);
  object["data"] = std::move(data);
  return object;
}

std::vector<tracking::Tag> TagsFrom(const ApiParams& params, std::string_view name) {
  std::vector<tracking::Tag> tags;
  for (const auto& tag : params.Objects(name)) tags.push_back({tag.RequiredString("key"), tag.String("value")});
  return tags;
}

tracking::Metric MetricFrom(const ApiParams& params) {
  tracking::Metric metric;
  metric.key = params.RequiredString("key");
  metric.value = params.RequiredDouble("value");
  metric.timestamp = params.RequiredInt("timestamp");
  metric.step = params.Int("step").value_or(0);
  metric.model_id = params.String("model_id");
  metric.dataset_name = params.String("dataset_name");
  metric.dataset_digest = params.String("dataset_digest");
  return metric;
}

tracking::ViewType ViewFrom(const ApiParams& params, std::string_view name) {
  const json::value* value = params.Find(name);
  if (!value) return tracking::ViewType::kActiveOnly;
  if (value->is_string()) {
    if (value->as_string() == "ACTIVE_ONLY" || value->as_string() == "1") return tracking::ViewType::kActiveOnly;
    if (value->as_string() == "DELETED_ONLY" || value->as_string() == "2") return tracking::ViewType::kDeletedOnly;
    if (value->as_string() == "ALL" || value->as_string() == "3") return tracking::ViewType::kAll;
  } else if (value->is_int64() && value->as_int64() >= 1 && value->as_int64() <= 3) {
    return static_cast<tracking::ViewType>(value->as_int64());
  }
  params.ThrowInvalid(name);
}

std::optional<std::string> RunStatusFrom(const ApiParams& params, std::string_view name) {
  const json::value* value = params.Find(name);
  if (value && value->is_int64() && value->as_int64() >= 1 && value->as_int64() <= 5) return kRunStatus[value->as_int64()];
  if (value && value->is_string()) {
    for (const char* status : kRunStatus) {
      if (*status && value->as_string() == status) return status;
    }
  }
  if (value && !value->is_string()) params.ThrowInvalid(name);
  return std::nullopt;
}

int ModelStatusFrom(const ApiParams& params, std::string_view name) {
  const json::value* value = params.Find(name);
  if (!value) params.ThrowMissing(name);
  if (value->is_int64() && value->as_int64() >= 0 && value->as_int64() <= 3) return static_cast<int>(value->as_int64());
  if (value->is_string()) {
    for (int status = 0; status < 4; ++status) {
      if (value->as_string() == kModelStatus[status]) return status;
    }
  }
  params.ThrowInvalid(name);
}

tracking::DatasetInput DatasetInputFrom(const ApiParams& params) {
  tracking::DatasetInput input;
  input.tags = TagsFrom(params, "tags");
  const ApiParams dataset = params.Object("dataset");
  input.dataset = {dataset.String("name"),   dataset.String("digest"),         dataset.String("source_type"),
                   dataset.String("source"), dataset.OptionalString("schema"), dataset.OptionalString("profile")};
  return input;
}

}  // namespace headrace::http
