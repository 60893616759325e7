#include "registry/registry_internal.h"

namespace headrace::registry {

// A deleted version keeps its row, marked by its stage, so that its number is not given out again.
std::vector<metastore::Metastore::Migration> RegistryMigrations() {
  return {
      R"(
CREATE TABLE registered_model (
  name TEXT PRIMARY KEY, creation_time BIGINT NOT NULL, last_updated_time BIGINT NOT NULL, description TEXT NOT NULL
);
CREATE TABLE registered_model_tag (
  name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, key)
) WITHOUT ROWID;
CREATE TABLE registered_model_alias (
  name TEXT NOT NULL, alias TEXT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (name, alias)
) WITHOUT ROWID;
CREATE TABLE model_version (
  name TEXT NOT NULL, version BIGINT NOT NULL, creation_time BIGINT NOT NULL, last_updated_time BIGINT NOT NULL,
  description TEXT, current_stage TEXT NOT NULL, source TEXT NOT NULL, storage_location TEXT NOT NULL, run_id TEXT,
  run_link TEXT, model_id TEXT NOT NULL, PRIMARY KEY (name, version)
);
CREATE INDEX model_version_by_run ON model_version (run_id);
CREATE TABLE model_version_tag (
  name TEXT NOT NULL, version BIGINT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, version, key)
) WITHOUT ROWID;
CREATE TABLE webhook (
  id TEXT PRIMARY KEY, model_name TEXT NOT NULL, events TEXT NOT NULL, url TEXT NOT NULL, authorization_header TEXT NOT NULL,
  secret TEXT NOT NULL, verify_tls INTEGER NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL,
  creation_time BIGINT NOT NULL, last_updated_time BIGINT NOT NULL
);
CREATE TABLE webhook_delivery (
  id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt BIGINT NOT NULL,
  created BIGINT NOT NULL
);
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (next_attempt);
)",
      R"(
DROP INDEX webhook_delivery_by_time;
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (webhook_id, id);
)"};
}

}  // namespace headrace::registry
