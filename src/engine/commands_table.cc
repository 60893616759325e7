#include "engine/precompiled.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "catalog/errors.h"
#include "delta/clustering.h"
#include "delta/schema_evolution.h"
#include "delta/table_features.h"
#include "delta/table_properties.h"
#include "engine/column_rules.h"
#include "engine/commands.h"
#include "engine/file_write.h"
#include "engine/identity.h"
#include "engine/make_table.h"
#include "engine/table_defaults.h"

namespace headrace::engine {

namespace {

std::string OperationName(const plan::CreateTable& command, bool as_select) {
  std::string name = command.must_exist ? "REPLACE TABLE" : command.replace ? "CREATE OR REPLACE TABLE" : "CREATE TABLE";
  return as_select ? name + " AS SELECT" : name;
}

/// The declared columns, or those of the table named by LIKE, whose layout goes with them.
plan::Schema DeclaredSchema(CommandContext& context, const plan::CreateTable& command,
                            std::vector<std::string>& partition_columns, std::vector<plan::NameParts>& clustering) {
  plan::Schema schema;
  if (!command.like.empty()) {
    TableTarget source = GetTableTarget(context, command.like);
    auto snapshot = source.table->Update();
    partition_columns = snapshot->metadata().partition_columns;
    clustering = delta::ClusteringColumns(*snapshot).value_or(std::vector<plan::NameParts>());
    schema = plan::DataType::FromJsonText(snapshot->metadata().schema_string).fields();
    ForgetNumbers(schema);
    return schema;
  }
  for (const auto& column : command.columns) {
    schema.push_back(FieldOf(column));
    for (const auto& name : partition_columns) {
      if (!column.identity || !delta::EqualsIgnoreCase(name, column.field.name)) continue;
      throw Error(ErrorKind::kAnalysis, "DELTA_IDENTITY_COLUMNS_PARTITION_NOT_SUPPORTED",
                  "PARTITIONED BY IDENTITY column " + name + " is not supported.", {{"colName", name}})
          .WithSqlState("42601");
    }
  }
  return schema;
}

/// A table that has defaults says so among its features; a table that is replaced may have done so before.
void CheckDefaultsEnabled(const plan::CreateTable& command, const TableTarget& target) {
  const bool any = std::any_of(command.columns.begin(), command.columns.end(),
                               [](const auto& column) { return !column.default_text.empty(); });
  if (!any) return;
  for (const auto& [key, value] : command.properties) {
    if (delta::EqualsIgnoreCase(key, "delta.feature.allowColumnDefaults")) return;
  }
  if (target.exists() && delta::HasFeature(target.table->Update()->protocol(), "allowColumnDefaults")) return;
  ThrowDefaultsNotEnabled(command.must_exist ? "REPLACE TABLE" : "CREATE TABLE");
}

void CheckSameAsLog(const delta::Snapshot& snapshot, const plan::Schema& schema,
                    const std::vector<std::string>& partition_columns, const std::string& shown) {
  if (schema.empty()) return;
  plan::Schema there = plan::DataType::FromJsonText(snapshot.metadata().schema_string).fields();
  bool same = there.size() == schema.size();
  for (size_t i = 0; same && i < there.size(); ++i) {
    same = delta::EqualsIgnoreCase(there[i].name, schema[i].name) && there[i].type.SameType(schema[i].type);
  }
  if (!same) {
    throw Error(ErrorKind::kAnalysis, "DELTA_CREATE_TABLE_SCHEME_MISMATCH",
                "The specified schema does not match the existing schema at " + snapshot.location().Uri() + " of " + shown + ".",
                {{"path", snapshot.location().Uri()}})
        .WithSqlState("42KD7");
  }
  if (!partition_columns.empty() && partition_columns != snapshot.metadata().partition_columns) {
    throw Error(ErrorKind::kAnalysis, "DELTA_CREATE_TABLE_WITH_DIFFERENT_PARTITIONING",
                "The specified partitioning does not match the existing partitioning at " + snapshot.location().Uri() + ".",
                {{"path", snapshot.location().Uri()}})
        .WithSqlState("42KD7");
  }
}

}  // namespace

CommandAnswer Run(CommandContext& context, const plan::CreateTable& command) {
  std::string provider = duckdb::StringUtil::Lower(
      command.provider.empty() ? context.session->conf().Get("spark.sql.sources.default") : command.provider);
  if (provider != "delta") {
    CreateFileTable(context, command, provider);
    return nullptr;
  }
  TableTarget target = FindTableTarget(context, command.name);
  bool exists = target.exists();
  if (exists && command.if_not_exists) return nullptr;
  if (exists && !command.replace) {
    if (target.name) throw TableAlreadyExists(*target.name);
    throw Error(ErrorKind::kAnalysis, "DELTA_TABLE_ALREADY_EXISTS", "Table " + target.shown + " already exists.",
                {{"tableName", target.shown}})
        .WithSqlState("42P07");
  }
  if (!exists && command.must_exist) throw catalog::TableOrViewNotFound(command.name);
  std::optional<std::string> location = command.location;
  if (auto path = command.options.find("path"); !location && path != command.options.end()) location = path->second;
  std::vector<std::string> partition_columns = PartitionColumns(command.partitioning);

  if (command.as_select) {
    DeltaWrite write;
    write.partition_columns = partition_columns;
    write.clustering = command.clustering;
    write.properties = command.properties;
    write.comment = command.comment;
    write.operation = OperationName(command, true);
    write.must_be_new = !command.replace;
    write.replace_table = command.replace;
    if (command.replace) write.mode = DeltaWrite::Mode::kOverwrite;
    if (!target.name) {
      write.table = target.table;
      write.table_name = target.shown;
      write.operation_parameters =
          CreateParameters(false, write.comment, partition_columns, command.clustering, write.properties);
      RunDeltaWrite(context, command.as_select, std::move(write));
      return nullptr;
    }
    MakeTableAsSelect(context, command.as_select, std::move(write), target, location,
                      exists ? catalog::CreateMode::kReplace : catalog::CreateMode::kError);
    return nullptr;
  }

  std::vector<plan::NameParts> clustering = command.clustering;
  plan::Schema schema = DeclaredSchema(context, command, partition_columns, clustering);
  CheckColumns(context, command);
  CheckDefaultsEnabled(command, target);
  catalog::TableInfo info;
  bool made_folder = false;
  if (target.name && target.info) {
    info = *target.info;
  } else if (target.name) {
    info.name = *target.name;
    info.type = location ? catalog::TableType::kExternal : catalog::TableType::kManaged;
    info.provider = "delta";
    info.location = location ? LocationOf(context, info.name, *location) : context.engine.catalog().NewTableLocation(info.name);
    made_folder = !location;
    target.table = context.engine.tables().Open(info.location);
  }
  delta::SnapshotPtr snapshot;
  if (!exists && !command.replace && target.table->Exists()) {
    // A table is there already: the catalog takes it as it is.
    snapshot = target.table->Update();
    CheckSameAsLog(*snapshot, schema, partition_columns, target.shown);
  } else {
    try {
      delta::Transaction txn = target.table->Begin();
      delta::Metadata metadata = delta::NewTableMetadata(ToDeltaSchema(schema), partition_columns,
                                                         NewTableProperties(*context.session, command.properties),
                                                         context.engine.clock()->NowMicros() / 1000);
      metadata.description = command.comment;
      txn.SetMetadata(std::move(metadata));
      ClusterNewTable(txn, clustering);
      if (txn.snapshot()) {
        for (const auto& file : txn.ReadFiles(delta::Predicate::True())) txn.Remove(*file);
      }
      delta::Operation operation;
      operation.name = OperationName(command, false);
      bool managed = target.name && info.type == catalog::TableType::kManaged;
      operation.parameters = CreateParameters(managed, command.comment, partition_columns, clustering, command.properties);
      snapshot = txn.Commit(std::move(operation)).snapshot;
    } catch (...) {
      std::error_code ignored;
      if (made_folder) std::filesystem::remove_all(info.location, ignored);
      throw;
    }
  }
  if (!target.name) return nullptr;
  info.schema = plan::DataType::FromJsonText(snapshot->metadata().schema_string).fields();
  info.partition_columns = snapshot->metadata().partition_columns;
  info.properties = snapshot->metadata().configuration;
  info.clustering_columns = PathTexts(delta::ClusteringColumns(*snapshot).value_or(std::vector<plan::NameParts>()));
  info.comment = command.comment ? command.comment : snapshot->metadata().description;
  const std::string folder = info.location;
  try {
    context.engine.catalog().CreateTable(std::move(info), exists                  ? catalog::CreateMode::kReplace
                                                          : command.if_not_exists ? catalog::CreateMode::kIgnore
                                                                                  : catalog::CreateMode::kError);
  } catch (...) {
    std::error_code ignored;
    if (made_folder) std::filesystem::remove_all(folder, ignored);
    throw;
  }
  return nullptr;
}

CommandAnswer Run(CommandContext& context, const plan::Truncate& command) {
  if (auto info = FindFileTable(context, command.table)) {
    TruncateFileTable(context, *info);
    return nullptr;
  }
  TableTarget target = GetTableTarget(context, command.table);
  delta::Transaction txn = target.table->Begin();
  int64_t files = 0;
  for (const auto& file : txn.ReadFiles(delta::Predicate::True())) {
    txn.Remove(*file);
    ++files;
  }
  delta::Operation operation;
  operation.name = "TRUNCATE";
  operation.metrics.emplace_back("numRemovedFiles", std::to_string(files));
  txn.Commit(std::move(operation));
  return nullptr;
}

}  // namespace headrace::engine
