#include "tracking/tracking_internal.h"

namespace headrace::tracking {

// Runs have a number besides their id: what is logged to them is kept by it, so one run's rows lie together.
std::vector<metastore::Metastore::Migration> TrackingMigrations() {
  return {
      R"(
CREATE TABLE experiment (
  experiment_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  artifact_location TEXT NOT NULL,
  lifecycle_stage TEXT NOT NULL,
  creation_time BIGINT NOT NULL,
  last_update_time BIGINT NOT NULL
);
CREATE TABLE experiment_tag (
  experiment_id BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (experiment_id, key)
) WITHOUT ROWID;
CREATE TABLE run (
  row INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  experiment_id BIGINT NOT NULL,
  user_id TEXT NOT NULL,
  status TEXT NOT NULL,
  start_time BIGINT,
  end_time BIGINT,
  lifecycle_stage TEXT NOT NULL,
  deleted_time BIGINT,
  artifact_uri TEXT NOT NULL
);
CREATE INDEX run_by_experiment ON run (experiment_id, start_time DESC, run_id);
CREATE TABLE metric (
  run BIGINT NOT NULL, key TEXT NOT NULL, step BIGINT NOT NULL, timestamp BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL, PRIMARY KEY (run, key, step, timestamp, value, is_nan)
) WITHOUT ROWID;
CREATE TABLE latest_metric (
  run BIGINT NOT NULL, key TEXT NOT NULL, value DOUBLE PRECISION NOT NULL, is_nan INTEGER NOT NULL, timestamp BIGINT NOT NULL,
  step BIGINT NOT NULL, PRIMARY KEY (run, key)
) WITHOUT ROWID;
CREATE TABLE param (run BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;
CREATE TABLE tag (run BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;
CREATE TABLE dataset (
  row INTEGER PRIMARY KEY,
  experiment_id BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
  source_type TEXT NOT NULL, source TEXT NOT NULL, schema TEXT, profile TEXT,
  UNIQUE (experiment_id, name, digest)
);
CREATE TABLE run_dataset (run BIGINT NOT NULL, dataset BIGINT NOT NULL, PRIMARY KEY (run, dataset)) WITHOUT ROWID;
CREATE TABLE run_dataset_tag (
  run BIGINT NOT NULL, dataset BIGINT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, dataset, name)
) WITHOUT ROWID;
CREATE TABLE run_model (
  row INTEGER PRIMARY KEY,
  run BIGINT NOT NULL, direction TEXT NOT NULL, model_id TEXT NOT NULL, step BIGINT NOT NULL
);
CREATE INDEX run_model_by_run ON run_model (run, direction);
CREATE TABLE logged_model (
  model_id TEXT PRIMARY KEY,
  experiment_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  artifact_location TEXT NOT NULL,
  creation_timestamp_ms BIGINT NOT NULL,
  last_updated_timestamp_ms BIGINT NOT NULL,
  model_type TEXT NOT NULL,
  source_run_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  lifecycle_stage TEXT NOT NULL
);
CREATE INDEX logged_model_by_experiment ON logged_model (experiment_id, creation_timestamp_ms DESC);
CREATE TABLE logged_model_param (
  model_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model_id, key)
) WITHOUT ROWID;
CREATE TABLE logged_model_tag (
  model_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model_id, key)
) WITHOUT ROWID;
CREATE TABLE logged_model_metric (
  model_id TEXT NOT NULL, key TEXT NOT NULL, timestamp BIGINT NOT NULL, step BIGINT NOT NULL, run_id TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL, dataset_name TEXT NOT NULL, dataset_digest TEXT NOT NULL,
  PRIMARY KEY (model_id, key, timestamp, step, run_id)
) WITHOUT ROWID;
)"};
}

}  // namespace headrace::tracking
