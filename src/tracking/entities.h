#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headrace::tracking {

/// The values of MLflow's entities, as its REST API names them. Times are milliseconds since 1970.

struct Tag {
  std::string key;
  std::string value;
};

struct Param {
  std::string key;
  std::string value;
};

struct Metric {
  std::string key;
  double value = 0;  ///< May be NaN; infinities are kept as the greatest double, as MLflow's SQL store does.
  int64_t timestamp = 0;
  int64_t step = 0;
  std::string model_id;
  std::string dataset_name;
  std::string dataset_digest;
  std::string run_id;  ///< Set on answers that mix runs, and on a model's metrics.
};

struct Experiment {
  int64_t id = 0;
  std::string name;
  std::string artifact_location;
  std::string lifecycle_stage;  ///< "active" or "deleted".
  int64_t creation_time = 0;
  int64_t last_update_time = 0;
  std::vector<Tag> tags;
};

struct RunInfo {
  std::string run_id;
  std::string name;
  int64_t experiment_id = 0;
  std::string user_id;
  std::string status;  ///< "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED".
  std::optional<int64_t> start_time;
  std::optional<int64_t> end_time;
  std::string lifecycle_stage;
  std::string artifact_uri;
};

struct Dataset {
  std::string name;
  std::string digest;
  std::string source_type;
  std::string source;
  std::optional<std::string> schema;
  std::optional<std::string> profile;
};

struct DatasetInput {
  Dataset dataset;
  std::vector<Tag> tags;
};

struct ModelOutput {
  std::string model_id;
  int64_t step = 0;
};

struct Run {
  RunInfo info;
  std::vector<Metric> metrics;  ///< The latest of each key.
  std::vector<Param> params;
  std::vector<Tag> tags;
  std::vector<DatasetInput> dataset_inputs;
  std::vector<std::string> model_inputs;
  std::vector<ModelOutput> model_outputs;
};

struct LoggedModel {
  std::string model_id;
  int64_t experiment_id = 0;
  std::string name;
  std::string artifact_uri;
  int64_t creation_timestamp_ms = 0;
  int64_t last_updated_timestamp_ms = 0;
  std::string model_type;
  std::string source_run_id;
  int status = 1;  ///< 0 unspecified, 1 pending, 2 ready, 3 upload failed.
  std::string lifecycle_stage;
  std::vector<Tag> tags;
  std::vector<Param> params;
  std::vector<Metric> metrics;
};

struct DatasetSummary {
  int64_t experiment_id = 0;
  std::string name;
  std::string digest;
  std::optional<std::string> context;
};

/// One page of a search.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next_page_token;  ///< "" on the last page.
};

enum class ViewType { kActiveOnly = 1, kDeletedOnly = 2, kAll = 3 };

}  // namespace headrace::tracking
