#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/ids.h"
#include "tracking/mlflow_errors.h"
#include "tracking/tracking.h"
#include "tracking/tracking_internal.h"

namespace headrace::tracking {

const char* const kRunColumns =
    "r.row, r.run_id, r.name, r.experiment_id, r.user_id, r.status, r.start_time, r.end_time, r.lifecycle_stage, r.artifact_uri";

namespace {

/// Some runs whose parts are read together, found again by the number they are kept under.
class RunBatch {
 public:
  /// So many at most, and as many parameters have the queries of a batch of more than one.
  static constexpr size_t kMost = 100;

  RunBatch(Connection& connection, std::span<const int64_t> rows, std::span<Run> runs)
      : connection_(connection), rows_(rows), runs_(runs), order_(rows.size()) {
    for (size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::sort(order_.begin(), order_.end(), [&](size_t a, size_t b) { return rows_[a] < rows_[b]; });
  }

  /// Runs `sql`, in which "{}" stands for the list of the runs' numbers, and calls `each(query, run)` with the rows. The
  /// first column is the run's number.
  template <typename Each>
  void Read(const char* sql, Each each) {
    const size_t places = rows_.size() == 1 ? 1 : kMost;
    Statement query = connection_.Prepare(fmt::format(fmt::runtime(sql), Placeholders(places)));
    // Texts of two shapes stay compiled; what is too much repeats the last number.
    for (size_t i = 0; i < places; ++i) query.Add(rows_[std::min(i, rows_.size() - 1)]);
    while (query.Step()) each(query, Find(query.Int64(0)));
  }

 private:
  Run& Find(int64_t row) {
    // Rows of one run come together.
    if (last_ >= order_.size() || rows_[order_[last_]] != row) {
      const auto at = std::lower_bound(order_.begin(), order_.end(), row, [&](size_t i, int64_t key) { return rows_[i] < key; });
      last_ = static_cast<size_t>(at - order_.begin());
    }
    return runs_[order_[last_]];
  }

  Connection& connection_;
  std::span<const int64_t> rows_;
  std::span<Run> runs_;
  std::vector<size_t> order_;
  size_t last_ = 0;
};

void ReadDatasets(RunBatch& batch) {
  std::map<std::pair<const Run*, int64_t>, size_t> places;
  batch.Read(
      "SELECT i.run, d.row, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
      " FROM run_dataset i JOIN dataset d ON d.row = i.dataset WHERE i.run IN ({}) ORDER BY i.run, d.row",
      [&](Statement& query, Run& run) {
        places[{&run, query.Int64(1)}] = run.dataset_inputs.size();
        run.dataset_inputs.emplace_back().dataset = {query.Text(2), query.Text(3),         query.Text(4),
                                                     query.Text(5), query.OptionalText(6), query.OptionalText(7)};
      });
  if (places.empty()) return;
  batch.Read("SELECT run, dataset, name, value FROM run_dataset_tag WHERE run IN ({})", [&](Statement& query, Run& run) {
    const auto place = places.find({&run, query.Int64(1)});
    if (place != places.end()) run.dataset_inputs[place->second].tags.push_back({query.Text(2), query.Text(3)});
  });
}

void ReadModels(RunBatch& batch, bool with_inputs) {
  batch.Read("SELECT run, direction, model_id, step FROM run_model WHERE run IN ({}) ORDER BY row",
             [&](Statement& query, Run& run) {
               if (query.View(1) == "output") {
                 run.model_outputs.push_back({query.Text(2), query.Int64(3)});
               } else if (with_inputs) {
                 run.model_inputs.push_back(query.Text(2));
               }
             });
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

void ReadRunParts(Connection& connection, const std::vector<int64_t>& rows, std::span<Run> runs, bool with_model_inputs) {
  for (size_t first = 0; first < runs.size(); first += RunBatch::kMost) {
    const size_t count = std::min(RunBatch::kMost, runs.size() - first);
    RunBatch batch(connection, std::span(rows).subspan(first, count), runs.subspan(first, count));
    batch.Read("SELECT run, key, value, is_nan, timestamp, step FROM latest_metric WHERE run IN ({})",
               [](Statement& query, Run& run) {
                 Metric& metric = run.metrics.emplace_back();
                 metric.key = query.View(1);
                 metric.value = query.Int64(3) ? __builtin_nan("") : query.Double(2);
                 metric.timestamp = query.Int64(4);
                 metric.step = query.Int64(5);
               });
    batch.Read("SELECT run, key, value FROM param WHERE run IN ({})", [](Statement& query, Run& run) {
      run.params.push_back({query.Text(1), query.Text(2)});
    });
    batch.Read("SELECT run, key, value FROM tag WHERE run IN ({})", [](Statement& query, Run& run) {
      run.tags.push_back({query.Text(1), query.Text(2)});
    });
    ReadDatasets(batch);
    ReadModels(batch, with_model_inputs);
  }
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
    ReadRunParts(connection, {row.row}, {&run, 1}, true);
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

int64_t Tracking::DeleteRuns(const std::string& experiment_id, int64_t max_start_time, int64_t most) {
  return store_->Write([&](Connection& connection) {
    const int64_t experiment = ReadExperiment(connection, experiment_id, ViewType::kAll).id;
    return connection.Run(
        "UPDATE run SET lifecycle_stage = 'deleted', deleted_time = ? WHERE row IN (SELECT row FROM run WHERE experiment_id = ?"
        " AND lifecycle_stage = 'active' AND start_time <= ? ORDER BY start_time, row LIMIT ?)",
        clock_->NowMillis(), experiment, max_start_time, most);
  });
}

int64_t Tracking::RestoreRuns(const std::string& experiment_id, int64_t min_deleted_time, int64_t most) {
  return store_->Write([&](Connection& connection) {
    const int64_t experiment = ReadExperiment(connection, experiment_id, ViewType::kAll).id;
    return connection.Run(
        "UPDATE run SET lifecycle_stage = 'active', deleted_time = NULL WHERE row IN (SELECT row FROM run WHERE experiment_id = ?"
        " AND lifecycle_stage = 'deleted' AND deleted_time >= ? ORDER BY deleted_time DESC, row DESC LIMIT ?)",
        experiment, min_deleted_time, most);
  });
}

}  // namespace headrace::tracking
