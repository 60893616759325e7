#include <fmt/format.h>

#include <algorithm>

#include "base/ids.h"
#include "tracking/mlflow_errors.h"
#include "tracking/tracking.h"
#include "tracking/tracking_internal.h"

namespace headrace::tracking {

const char* const kRunColumns =
    "r.row, r.run_id, r.name, r.experiment_id, r.user_id, r.status, r.start_time, r.end_time, r.lifecycle_stage, r.artifact_uri";

namespace {

constexpr char kRunNameTag[] = "mlflow.runName";

void ReadDatasets(Connection& connection, int64_t row, Run& run) {
  Statement query = connection.Query(
      "SELECT d.row, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
      " FROM run_dataset i JOIN dataset d ON d.row = i.dataset WHERE i.run = ? ORDER BY d.row",
      row);
  while (query.Step()) {
    DatasetInput input;
    input.dataset = {query.Text(1), query.Text(2), query.Text(3), query.Text(4), query.OptionalText(5), query.OptionalText(6)};
    Statement tags =
        connection.Query("SELECT name, value FROM run_dataset_tag WHERE run = ? AND dataset = ?", row, query.Int64(0));
    while (tags.Step()) input.tags.push_back({tags.Text(0), tags.Text(1)});
    run.dataset_inputs.push_back(std::move(input));
  }
}

void ReadModels(Connection& connection, int64_t row, Run& run, bool with_inputs) {
  Statement query = connection.Query("SELECT direction, model_id, step FROM run_model WHERE run = ? ORDER BY row", row);
  while (query.Step()) {
    if (query.View(0) == "output") {
      run.model_outputs.push_back({query.Text(1), query.Int64(2)});
    } else if (with_inputs) {
      run.model_inputs.push_back(query.Text(1));
    }
  }
}

}  // namespace

RunRow RunFromRow(Statement& query, int column) {
  RunRow run;
  run.row = query.Int64(column);
  run.info.run_id = query.Text(column + 1);
  run.info.name = query.Text(column + 2);
  run.info.experiment_id = query.Int64(column + 3);
  run.info.user_id = query.Text(column + 4);
  run.info.status = query.Text(column + 5);
  run.info.start_time = query.OptionalInt64(column + 6);
  run.info.end_time = query.OptionalInt64(column + 7);
  run.info.lifecycle_stage = query.Text(column + 8);
  run.info.artifact_uri = query.Text(column + 9);
  return run;
}

RunRow ReadRun(Connection& connection, const std::string& run_id) {
  static const std::string sql = fmt::format("SELECT {} FROM run r WHERE r.run_id = ?", kRunColumns);
  Statement query = connection.Query(sql, run_id);
  if (!query.Step()) throw NotFound(fmt::format("Run with id={} not found", run_id));
  return RunFromRow(query, 0);
}

RunRow ReadActiveRun(Connection& connection, const std::string& run_id) {
  RunRow run = ReadRun(connection, run_id);
  if (run.info.lifecycle_stage != "active") {
    throw InvalidParameter(
        fmt::format("The run {} must be in the 'active' state. Current state is {}.", run_id, run.info.lifecycle_stage));
  }
  return run;
}

void ReadRunParts(Connection& connection, int64_t row, Run& run, bool with_model_inputs) {
  Statement metrics = connection.Query("SELECT key, value, is_nan, timestamp, step FROM latest_metric WHERE run = ?", row);
  while (metrics.Step()) {
    Metric metric;
    metric.key = metrics.Text(0);
    metric.value = metrics.Int64(2) ? __builtin_nan("") : metrics.Double(1);
    metric.timestamp = metrics.Int64(3);
    metric.step = metrics.Int64(4);
    run.metrics.push_back(std::move(metric));
  }
  Statement params = connection.Query("SELECT key, value FROM param WHERE run = ?", row);
  while (params.Step()) run.params.push_back({params.Text(0), params.Text(1)});
  Statement tags = connection.Query("SELECT key, value FROM tag WHERE run = ?", row);
  while (tags.Step()) run.tags.push_back({tags.Text(0), tags.Text(1)});
  ReadDatasets(connection, row, run);
  ReadModels(connection, row, run, with_model_inputs);
}

void WriteTag(Connection& connection, int64_t run, const Tag& tag) {
  connection.Run("INSERT INTO tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
                 run, tag.key, tag.value);
  if (tag.key == kRunNameTag) connection.Run("UPDATE run SET name = ? WHERE row = ?", tag.value, run);
}

Run Tracking::CreateRun(const std::string& experiment_id, const std::string& user_id, std::optional<int64_t> start_time,
                        std::vector<Tag> tags, std::string name) {
  const auto name_tag = std::find_if(tags.rbegin(), tags.rend(), [](const Tag& tag) { return tag.key == kRunNameTag; });
  if (name_tag != tags.rend()) {
    if (!name.empty() && !name_tag->value.empty() && name != name_tag->value) {
      throw InvalidParameter(fmt::format(
          "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{}', "
          "mlflow.runName='{}').",
          name, name_tag->value));
    }
    if (name.empty()) name = name_tag->value;
  }
  if (name.empty()) name = RandomName();
  if (name_tag == tags.rend()) tags.push_back({kRunNameTag, name});
  Run run;
  run.info.run_id = NewHexId();
  run.info.name = name;
  run.info.user_id = user_id;
  run.info.status = "RUNNING";
  run.info.start_time = start_time;
  run.info.lifecycle_stage = "active";
  store_->Write([&](Connection& connection) {
    const Experiment experiment = ReadExperiment(connection, experiment_id, ViewType::kAll);
    RequireActive(experiment);
    run.info.experiment_id = experiment.id;
    run.info.artifact_uri = AppendToUri(experiment.artifact_location, run.info.run_id + "/artifacts");
    connection.Run(
        "INSERT INTO run (run_id, name, experiment_id, user_id, status, start_time, lifecycle_stage, artifact_uri)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        run.info.run_id, run.info.name, run.info.experiment_id, run.info.user_id, run.info.status, run.info.start_time,
        run.info.lifecycle_stage, run.info.artifact_uri);
    const int64_t row = connection.LastInsertId();
    for (const auto& tag : tags) {
      connection.Run(
          "INSERT INTO tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value", row,
          tag.key, tag.value);
    }
  });
  run.tags = std::move(tags);
  return run;
}

Run Tracking::GetRun(const std::string& run_id) const {
  return store_->Read([&](Connection& connection) {
    RunRow row = ReadRun(connection, run_id);
    Run run;
    run.info = std::move(row.info);
    ReadRunParts(connection, row.row, run, true);
    return run;
  });
}

RunInfo Tracking::UpdateRun(const std::string& run_id, const RunUpdate& update) {
  return store_->Write([&](Connection& connection) {
    RunRow run = ReadActiveRun(connection, run_id);
    if (update.status) run.info.status = *update.status;
    if (update.end_time) run.info.end_time = update.end_time;
    connection.Run("UPDATE run SET status = ?, end_time = ? WHERE row = ?", run.info.status, run.info.end_time, run.row);
    if (update.name && !update.name->empty()) {
      run.info.name = *update.name;
      WriteTag(connection, run.row, {kRunNameTag, *update.name});
    }
    return run.info;
  });
}

void Tracking::DeleteRun(const std::string& run_id) {
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadRun(connection, run_id);
    connection.Run("UPDATE run SET lifecycle_stage = 'deleted', deleted_time = ? WHERE row = ?", clock_->NowMillis(), run.row);
  });
}

void Tracking::RestoreRun(const std::string& run_id) {
  store_->Write([&](Connection& connection) {
    const RunRow run = ReadRun(connection, run_id);
    connection.Run("UPDATE run SET lifecycle_stage = 'active', deleted_time = NULL WHERE row = ?", run.row);
  });
}

}  // namespace headrace::tracking
