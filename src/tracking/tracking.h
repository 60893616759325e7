#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metastore/metastore.h"
#include "tracking/entities.h"

namespace headrace::tracking {

/// What to search runs for.
struct RunQuery {
  std::vector<std::string> experiment_ids;
  std::string filter;
  ViewType view = ViewType::kActiveOnly;
  int64_t max_results = 1000;
  std::vector<std::string> order_by;
  std::string page_token;
};

struct ExperimentQuery {
  std::string filter;
  ViewType view = ViewType::kActiveOnly;
  int64_t max_results = 0;
  std::vector<std::string> order_by;
  std::string page_token;
};

struct LoggedModelQuery {
  struct DatasetFilter {
    std::string name;
    std::string digest;
  };
  struct Order {
    std::string field_name;
    bool ascending = true;
    std::string dataset_name;
    std::string dataset_digest;
  };
  std::vector<std::string> experiment_ids;
  std::string filter;
  std::vector<DatasetFilter> datasets;
  int64_t max_results = 100;
  std::vector<Order> order_by;
  std::string page_token;
};

struct RunUpdate {
  std::optional<std::string> status;
  std::optional<int64_t> end_time;
  std::optional<std::string> name;
};

/// MLflow's tracking store: experiments, runs, what is logged to them, logged models. Thread-safe; every change is
/// durable when the call returns. Errors carry the error_code and message MLflow's own SQL store gives.
class Tracking {
 public:
  /// Makes its tables and the default experiment "0" when missing. `artifact_root` is a URI that experiment ids are
  /// appended to: "mlflow-artifacts:".
  Tracking(std::shared_ptr<metastore::Metastore> store, std::shared_ptr<const Clock> clock, std::string artifact_root);

  // Experiments. Ids are decimal numbers in text, as on the wire.
  std::string CreateExperiment(const std::string& name, std::string artifact_location, const std::vector<Tag>& tags);
  Experiment GetExperiment(const std::string& id) const;
  std::optional<Experiment> FindExperimentByName(const std::string& name) const;
  void UpdateExperiment(const std::string& id, const std::string& new_name);
  void DeleteExperiment(const std::string& id);
  void RestoreExperiment(const std::string& id);
  void SetExperimentTag(const std::string& id, const Tag& tag);
  void DeleteExperimentTag(const std::string& id, const std::string& key);
  Page<Experiment> SearchExperiments(const ExperimentQuery& query) const;

  // Runs.
  Run CreateRun(const std::string& experiment_id, const std::string& user_id, std::optional<int64_t> start_time,
                std::vector<Tag> tags, std::string name);
  Run GetRun(const std::string& run_id) const;
  RunInfo UpdateRun(const std::string& run_id, const RunUpdate& update);
  void DeleteRun(const std::string& run_id);
  void RestoreRun(const std::string& run_id);
  /// Deletes the oldest `most` runs that were started at `max_start_time` or before; gives how many.
  int64_t DeleteRuns(const std::string& experiment_id, int64_t max_start_time, int64_t most);
  /// Restores the last `most` runs that were deleted at `min_deleted_time` or later; gives how many.
  int64_t RestoreRuns(const std::string& experiment_id, int64_t min_deleted_time, int64_t most);
  Page<Run> SearchRuns(const RunQuery& query) const;

  // What is logged to a run.
  void LogBatch(const std::string& run_id, const std::vector<Metric>& metrics, const std::vector<Param>& params,
                const std::vector<Tag>& tags);
  void LogMetric(const std::string& run_id, const Metric& metric);
  void LogParam(const std::string& run_id, const Param& param);
  void SetTag(const std::string& run_id, const Tag& tag);
  void DeleteTag(const std::string& run_id, const std::string& key);
  void LogInputs(const std::string& run_id, const std::vector<DatasetInput>& datasets, const std::vector<std::string>& model_ids);
  void LogOutputs(const std::string& run_id, const std::vector<ModelOutput>& models);
  /// The 2.x clients' way of noting a model: appends to the run's tag mlflow.log-model.history.
  void RecordLoggedModel(const std::string& run_id, const std::string& model_json);

  /// By (timestamp, step, value). Without `max_results` everything from the token's offset on.
  Page<Metric> GetMetricHistory(const std::string& run_id, const std::string& key, std::optional<int64_t> max_results,
                                const std::string& page_token) const;
  /// By run, then (timestamp, step, value); run ids set.
  std::vector<Metric> GetMetricHistoryBulk(const std::vector<std::string>& run_ids, const std::string& key,
                                           int64_t max_results) const;
  /// For each run at most `max_results` points evenly spread by (step, timestamp, value), the first and last included.
  std::vector<Metric> SampleMetricHistory(const std::vector<std::string>& run_ids, const std::string& key, int64_t max_results,
                                          std::optional<int64_t> start_step, std::optional<int64_t> end_step) const;
  std::vector<DatasetSummary> SearchDatasets(const std::vector<std::string>& experiment_ids) const;

  // Logged models (MLflow 3).
  LoggedModel CreateLoggedModel(const std::string& experiment_id, std::string name, const std::string& model_type,
                                const std::string& source_run_id, const std::vector<Param>& params, const std::vector<Tag>& tags);
  LoggedModel GetLoggedModel(const std::string& model_id, bool allow_deleted = false) const;
  LoggedModel FinalizeLoggedModel(const std::string& model_id, int status);
  void DeleteLoggedModel(const std::string& model_id);
  void LogLoggedModelParams(const std::string& model_id, const std::vector<Param>& params);
  void SetLoggedModelTags(const std::string& model_id, const std::vector<Tag>& tags);
  void DeleteLoggedModelTag(const std::string& model_id, const std::string& key);
  Page<LoggedModel> SearchLoggedModels(const LoggedModelQuery& query) const;

 private:
  std::shared_ptr<metastore::Metastore> store_;
  std::shared_ptr<const Clock> clock_;
  std::string artifact_root_;
};

}  // namespace headrace::tracking
