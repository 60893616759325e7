#pragma once

#include <span>
#include <string>
#include <vector>

#include "metastore/metastore.h"
#include "tracking/entities.h"

namespace headrace::tracking {

/// The tag that always equals the name of its run.
constexpr char kRunNameTag[] = "mlflow.runName";

using metastore::Connection;
using metastore::Statement;
using metastore::Value;

/// The module's tables, step by step.
std::vector<metastore::Metastore::Migration> TrackingMigrations();

/// The numeric id of an experiment id on the wire; "" is the default experiment.
int64_t ParseExperimentId(const std::string& id);

/// The experiment's row without its tags; RESOURCE_DOES_NOT_EXIST when it is not of that view.
Experiment ReadExperiment(Connection& connection, const std::string& id, ViewType view);
/// Throws unless the experiment is active.
void RequireActive(const Experiment& experiment);

/// A run's row with the key its parts are kept under.
struct RunRow {
  int64_t row = 0;
  RunInfo info;
};
RunRow ReadRun(Connection& connection, const std::string& run_id);
RunRow ReadActiveRun(Connection& connection, const std::string& run_id);
/// The columns ReadRunColumns expects, from `column` on.
extern const char* const kRunColumns;
RunRow RunFromRow(Statement& query, int column);
/// Metrics, params, tags, datasets, models of runs[i], which is kept under rows[i]; one query a kind for many runs.
void ReadRunParts(Connection& connection, const std::vector<int64_t>& rows, std::span<Run> runs, bool with_model_inputs);

void WriteTag(Connection& connection, int64_t run, const Tag& tag);
void WriteMetrics(Connection& connection, const RunRow& run, const std::vector<Metric>& metrics);

/// "('active', 'deleted')" for a view.
std::string StagesOf(ViewType view);

/// "?, ?, ?".
std::string Placeholders(size_t count);

/// A name for what was given none: "merry-heron-421".
std::string RandomName();

/// A path appended to a URI, before its query and fragment: "mlflow-artifacts:/1" + "abc".
std::string AppendToUri(const std::string& uri, const std::string& path);

void RequirePositiveMaxResults(int64_t max_results, int64_t most);

}  // namespace headrace::tracking
