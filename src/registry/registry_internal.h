#pragma once

#include <string>
#include <vector>

#include "metastore/metastore.h"
#include "registry/entities.h"
#include "tracking/mlflow_errors.h"

namespace headrace::registry {

using metastore::Connection;
using metastore::Statement;
using metastore::Value;
using tracking::AlreadyExists;
using tracking::InternalError;
using tracking::InvalidParameter;
using tracking::NotFound;

/// The stage of a deleted version, whose row stays so that its number is not given out again.
constexpr char kDeletedStage[] = "Deleted_Internal";

/// Marks a registered model, and each of its versions, as a prompt when it is 'true'.
constexpr char kPromptTag[] = "mlflow.prompt.is_prompt";

std::vector<metastore::Metastore::Migration> RegistryMigrations();

void ValidateModelName(const std::string& name);
void ValidateRegistryTag(const Tag& tag);
void ValidateAlias(const std::string& alias);
int64_t ParseVersion(const std::string& version);
/// "production" to "Production"; INVALID_PARAMETER_VALUE for no stage.
std::string CanonicalStage(const std::string& stage);

/// Throws RESOURCE_DOES_NOT_EXIST unless there is such a model.
RegisteredModel ReadModelRow(Connection& connection, const std::string& name);
/// Tags, aliases and latest versions.
void ReadModelParts(Connection& connection, RegisteredModel& model);
ModelVersion ReadVersion(Connection& connection, const std::string& name, int64_t version, bool with_aliases);
extern const char* const kVersionColumns;
ModelVersion VersionFromRow(Statement& query);
void ReadVersionTags(Connection& connection, ModelVersion& version);
void ReadVersionAliases(Connection& connection, ModelVersion& version);
/// The newest version of each stage, in the order the stages first occur.
std::vector<ModelVersion> ReadLatestVersions(Connection& connection, const std::string& name);

/// Throws unless `source` lies where the run or the logged model it claims to come from keeps its artifacts.
void ValidateSourceOfRun(const std::string& source, const std::string& run_id, const std::string& run_root);
void ValidateSourceOfModel(const std::string& source, const std::string& model_id, const std::string& model_root);
bool IsLocalSource(const std::string& source);
bool IsMlflowArtifactSource(const std::string& source);

}  // namespace headrace::registry
