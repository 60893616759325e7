#include "engine/precompiled.h"

#include "engine/make_table.h"

#include <filesystem>

#include "base/error.h"
#include "delta/clustering.h"
#include "engine/identity.h"

namespace headrace::engine {

std::string LocationOf(CommandContext& context, const catalog::TableName& name, const std::string& given) {
  if (given.empty() || given.find(':') != std::string::npos || given[0] == '/') return storage::Resolve(given).path;
  const std::string schema = storage::Resolve(context.engine.catalog().GetSchema(name.schema_name()).location).path;
  return storage::Resolve((std::filesystem::path(schema) / given).string()).path;
}

std::vector<std::string> PathTexts(const std::vector<plan::NameParts>& paths) {
  std::vector<std::string> texts;
  for (const auto& path : paths) texts.push_back(delta::PathText(path));
  return texts;
}

void ClusterNewTable(delta::Transaction& txn, const std::vector<plan::NameParts>& columns) {
  if (!columns.empty() && !txn.metadata().partition_columns.empty()) {
    throw Error(ErrorKind::kAnalysis, "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED",
                "Cannot specify both CLUSTER BY and PARTITIONED BY.")
        .WithSqlState("42908");
  }
  // A table that was clustered before it was replaced is no longer.
  if (!columns.empty() ||
      (txn.snapshot() && delta::ClusteringColumns(*txn.snapshot()).value_or(std::vector<plan::NameParts>()).size() > 0)) {
    delta::SetClusteringColumns(txn, columns);
  }
}

json::object CreateParameters(bool is_managed, const std::optional<std::string>& comment,
                              const std::vector<std::string>& partition_columns, const std::vector<plan::NameParts>& clustering,
                              const std::map<std::string, std::string>& properties) {
  json::object parameters;
  parameters["partitionBy"] = JsonList(partition_columns);
  parameters["clusterBy"] = JsonList(PathTexts(clustering));
  parameters["description"] = comment ? json::value(*comment) : json::value(nullptr);
  parameters["isManaged"] = is_managed ? "true" : "false";
  json::object shown;
  for (const auto& [key, value] : properties) shown[key] = value;
  parameters["properties"] = json::serialize(shown);
  return parameters;
}

plan::StructField FieldOf(const plan::ColumnDefinition& column) {
  plan::StructField field = column.field;
  if (column.identity) DeclareIdentity(column, field);
  if (!column.default_text.empty()) {
    field.metadata["CURRENT_DEFAULT"] = column.default_text;
  }
  if (!column.generated_text.empty()) field.metadata["delta.generationExpression"] = column.generated_text;
  return field;
}

void MakeTableAsSelect(CommandContext& context, const plan::RelationPtr& source, DeltaWrite write, TableTarget target,
                       const std::optional<std::string>& location, catalog::CreateMode mode) {
  catalog::TableInfo info;
  if (target.info) {
    info = *target.info;
  } else {
    info.name = *target.name;
    info.type = location ? catalog::TableType::kExternal : catalog::TableType::kManaged;
    info.provider = "delta";
    info.location = location ? LocationOf(context, info.name, *location) : context.engine.catalog().NewTableLocation(info.name);
    target.table = context.engine.tables().Open(info.location);
  }
  write.table = target.table;
  write.table_name = target.shown;
  bool is_managed = info.type == catalog::TableType::kManaged;
  write.operation_parameters =
      CreateParameters(is_managed, write.comment, write.partition_columns, write.clustering, write.properties);
  info.comment = write.comment;
  info.clustering_columns = PathTexts(write.clustering);
  try {
    DeltaWriteResult done = RunDeltaWrite(context, source, std::move(write));
    info.schema = plan::DataType::FromJsonText(done.snapshot->metadata().schema_string).fields();
    info.partition_columns = done.snapshot->metadata().partition_columns;
    info.properties = done.snapshot->metadata().configuration;
    context.engine.catalog().CreateTable(info, mode);
  } catch (...) {
    if (!target.info && !location) {
      std::error_code ignored;
      std::filesystem::remove_all(info.location, ignored);
    }
    throw;
  }
}

}  // namespace headrace::engine
