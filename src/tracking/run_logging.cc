#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "base/json.h"
#include "tracking/mlflow_errors.h"
#include "tracking/tracking.h"
#include "tracking/tracking_internal.h"
#include "tracking/validation.h"

namespace headrace::tracking {

namespace {

// What a value is kept as: NaN as 0 with a mark, infinities as the greatest double.
double StoredValue(double value) {
  if (std::isnan(value)) return 0;
  if (std::isinf(value)) return value > 0 ? std::numeric_limits<double>::max() : std::numeric_limits<double>::lowest();
  return value;
}

void WriteModelMetric(Connection& connection, const RunRow& run, const Metric& metric) {
  connection.Run(
      "INSERT INTO logged_model_metric (model_id, key, timestamp, step, run_id, value, dataset_name, dataset_digest)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model_id, key, timestamp, step, run_id) DO NOTHING",
      metric.model_id, metric.key, metric.timestamp, metric.step, run.info.run_id, StoredValue(metric.value), metric.dataset_name,
      metric.dataset_digest);
}

std::optional<std::string> ReadParam(Connection& connection, int64_t run, const std::string& key) {
  Statement query = connection.Query("SELECT value FROM param WHERE run = ? AND key = ?", run, key);
  if (!query.Step()) return std::nullopt;
  return query.Text(0);
}

void InsertParam(Connection& connection, int64_t run, const Param& param) {
  connection.Run("INSERT INTO param (run, key, value) VALUES (?, ?, ?)", run, param.key, param.value);
}

void WriteParams(Connection& connection, const RunRow& run, const std::vector<Param>& params) {
  std::string changed;
  for (const auto& param : params) {
    const std::string value = TruncateTo(kMaxParamValueLength, param.value);
    const auto existing = ReadParam(connection, run.row, param.key);
    if (!existing) {
      InsertParam(connection, run.row, {param.key, value});
    } else if (*existing != value) {
      changed += fmt::format("{}{{'key': {}, 'old_value': {}, 'new_value': {}}}", changed.empty() ? "" : ", ",
                             PythonRepr(param.key), PythonRepr(*existing), PythonRepr(value));
    }
  }
  if (!changed.empty()) {
    throw InvalidParameter(fmt::format("Changing param values is not allowed. Params were already logged='[{}]' for run ID='{}'.",
                                       changed, run.info.run_id));
  }
}

int64_t FindOrInsertDataset(Connection& connection, int64_t experiment_id, const Dataset& dataset) {
  connection.Run(
      "INSERT INTO dataset (experiment_id, name, digest, source_type, source, schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (experiment_id, name, digest) DO NOTHING",
      experiment_id, dataset.name, dataset.digest, dataset.source_type, dataset.source, dataset.schema, dataset.profile);
  Statement query = connection.Query("SELECT row FROM dataset WHERE experiment_id = ? AND name = ? AND digest = ?", experiment_id,
                                     dataset.name, dataset.digest);
  if (!query.Step()) ThrowInternal("a dataset just written is not there");
  return query.Int64(0);
}

}  // namespace

void WriteMetrics(Connection& connection, const RunRow& run, const std::vector<Metric>& metrics) {
  using Recency = std::tuple<int64_t, int64_t, double>;
  const auto recency = [](const Metric& metric) { return Recency(metric.step, metric.timestamp, StoredValue(metric.value)); };
  std::map<std::string_view, const Metric*> latest;
  for (const auto& metric : metrics) {
    connection.Run(
        "INSERT INTO metric (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", run.row,
        metric.key, metric.step, metric.timestamp, StoredValue(metric.value), std::isnan(metric.value) ? 1 : 0);
    const Metric*& newest = latest[metric.key];
    if (!newest || recency(metric) > recency(*newest)) newest = &metric;
    if (!metric.model_id.empty()) WriteModelMetric(connection, run, metric);
  }
  for (const auto& [key, metric] : latest) {
    connection.Run(
        "INSERT INTO latest_metric (run, key, value, is_nan, timestamp, step) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan,"
        " timestamp = excluded.timestamp, step = excluded.step"
        " WHERE (excluded.step, excluded.timestamp, excluded.value) > (latest_metric.step, latest_metric.timestamp, "
        "latest_metric.value)",
        run.row, key, StoredValue(metric->value), std::isnan(metric->value) ? 1 : 0, metric->timestamp, metric->step);
  }
}

void Tracking::LogBatch(const std::string& run_id, const std::vector<Metric>& metrics, const std::vector<Param>& params,
                        const std::vector<Tag>& tags) {
  ValidateRunId(run_id);
  ValidateBatch(metrics, params, tags);
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadActiveRun(connection, run_id);
    WriteParams(connection, run, params);
    WriteMetrics(connection, run, metrics);
    for (const auto& tag : tags) WriteTag(connection, run.row, {tag.key, TruncateTo(kMaxTagValueLength, tag.value)});
  });
}

void Tracking::LogMetric(const std::string& run_id, const Metric& metric) {
  ValidateMetric(metric, "");
  store_->Write([&](Connection& connection) { WriteMetrics(connection, ReadActiveRun(connection, run_id), {metric}); });
}

void Tracking::LogParam(const std::string& run_id, const Param& param) {
  ValidateName(param.key, "key");
  ValidateLength("Param key", kMaxKeyLength, param.key);
  const std::string value = TruncateTo(kMaxParamValueLength, param.value);
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadActiveRun(connection, run_id);
    const auto existing = ReadParam(connection, run.row, param.key);
    if (!existing) {
      InsertParam(connection, run.row, {param.key, value});
    } else if (*existing != value) {
      throw InvalidParameter(
          fmt::format("Changing param values is not allowed. Param with key='{}' was already logged with value='{}' for run "
                      "ID='{}'. Attempted "
                      "logging new value '{}'.",
                      param.key, *existing, run_id, value));
    }
  });
}

void Tracking::SetTag(const std::string& run_id, const Tag& tag) {
  ValidateName(tag.key, "key");
  ValidateLength("key", kMaxKeyLength, tag.key);
  const std::string value = TruncateTo(kMaxTagValueLength, tag.value);
  store_->Write([&](Connection& connection) {
    const int64_t row = ReadActiveRun(connection, run_id).row;
    // A run keeps its name rather than lose it.
    if (tag.key != kRunNameTag || !value.empty()) WriteTag(connection, row, {tag.key, value});
  });
}

void Tracking::DeleteTag(const std::string& run_id, const std::string& key) {
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadActiveRun(connection, run_id);
    if (connection.Run("DELETE FROM tag WHERE run = ? AND key = ?", run.row, key) == 0) {
      throw NotFound(fmt::format("No tag with name: {} in run with id {}", key, run_id));
    }
  });
}

void Tracking::LogInputs(const std::string& run_id, const std::vector<DatasetInput>& datasets,
                         const std::vector<std::string>& model_ids) {
  ValidateRunId(run_id);
  ValidateDatasetInputs(datasets);
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadActiveRun(connection, run_id);
    for (const auto& input : datasets) {
      const int64_t dataset = FindOrInsertDataset(connection, run.info.experiment_id, input.dataset);
      const bool is_new =
          connection.Run("INSERT INTO run_dataset (run, dataset) VALUES (?, ?) ON CONFLICT DO NOTHING", run.row, dataset) > 0;
      // The tags of a dataset stay those it was first logged with.
      if (!is_new) continue;
      for (const auto& tag : input.tags) {
        connection.Run("INSERT INTO run_dataset_tag (run, dataset, name, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                       run.row, dataset, tag.key, tag.value);
      }
    }
    for (const auto& model_id : model_ids) {
      if (connection.Query("SELECT 1 FROM run_model WHERE run = ? AND direction = 'input' AND model_id = ?", run.row, model_id)
              .Step())
        continue;
      connection.Run("INSERT INTO run_model (run, direction, model_id, step) VALUES (?, 'input', ?, 0)", run.row, model_id);
    }
  });
}

void Tracking::LogOutputs(const std::string& run_id, const std::vector<ModelOutput>& models) {
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadActiveRun(connection, run_id);
    for (const auto& model : models) {
      if (connection
              .Query("SELECT 1 FROM run_model WHERE run = ? AND direction = 'output' AND model_id = ?", run.row, model.model_id)
              .Step()) {
        throw Error(ErrorKind::kAlreadyExists, "BAD_REQUEST",
                    fmt::format("Model {} is an output of run {} already", model.model_id, run_id));
      }
      connection.Run("INSERT INTO run_model (run, direction, model_id, step) VALUES (?, 'output', ?, ?)", run.row, model.model_id,
                     model.step);
    }
  });
}

void Tracking::RecordLoggedModel(const std::string& run_id, const std::string& model_json) {
  constexpr char kHistoryTag[] = "mlflow.log-model.history";
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadActiveRun(connection, run_id);
    json::array history;
    Statement query = connection.Query("SELECT value FROM tag WHERE run = ? AND key = ?", run.row, kHistoryTag);
    if (query.Step()) history = ParseJson(query.View(0)).as_array();
    query.Reset();
    history.push_back(ParseJson(model_json));
    WriteTag(connection, run.row, {kHistoryTag, json::serialize(history)});
  });
}

}  // namespace headrace::tracking
