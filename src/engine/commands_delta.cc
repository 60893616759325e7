#include "engine/precompiled.h"

#include "engine/commands_delta.h"

#include "base/error.h"
#include "delta/clustering.h"
#include "delta/table_features.h"
#include "engine/make_table.h"
#include "sql/parser.h"

namespace headrace::engine {

using plan::DataType;
using plan::TypeId;

namespace {

using Data = plan::Value::Data;

const DataType& TextMapType() {
  static const DataType type = DataType::Map(DataType::String(), DataType::String());
  return type;
}

const DataType& TextListType() {
  static const DataType type = DataType::Array(DataType::String());
  return type;
}

plan::Schema Nullable(std::vector<std::pair<const char*, DataType>> columns) {
  plan::Schema schema;
  for (auto& [name, type] : columns) schema.push_back({name, type, true, {}});
  return schema;
}

plan::Schema HistorySchema() {
  DataType text = DataType::String();
  DataType job = DataType::Struct(Nullable(
      {{"jobId", text}, {"jobName", text}, {"jobRunId", text}, {"runId", text}, {"jobOwnerId", text}, {"triggerType", text}}));
  DataType notebook = DataType::Struct(Nullable({{"notebookId", text}}));
  return Nullable({{"version", TypeId::kLong},
                   {"timestamp", TypeId::kTimestamp},
                   {"userId", text},
                   {"userName", text},
                   {"operation", text},
                   {"operationParameters", TextMapType()},
                   {"job", job},
                   {"notebook", notebook},
                   {"clusterId", text},
                   {"readVersion", TypeId::kLong},
                   {"isolationLevel", text},
                   {"isBlindAppend", TypeId::kBoolean},
                   {"operationMetrics", TextMapType()},
                   {"userMetadata", text},
                   {"engineInfo", text}});
}

plan::Schema DetailSchema() {
  DataType text = DataType::String();
  return Nullable({{"format", text},
                   {"id", text},
                   {"name", text},
                   {"description", text},
                   {"location", text},
                   {"createdAt", TypeId::kTimestamp},
                   {"lastModified", TypeId::kTimestamp},
                   {"partitionColumns", TextListType()},
                   {"clusteringColumns", TextListType()},
                   {"numFiles", TypeId::kLong},
                   {"sizeInBytes", TypeId::kLong},
                   {"properties", TextMapType()},
                   {"minReaderVersion", TypeId::kInteger},
                   {"minWriterVersion", TypeId::kInteger},
                   {"tableFeatures", TextListType()}});
}

plan::Schema RestoreSchema() {
  return Nullable({{"table_size_after_restore", TypeId::kLong},
                   {"num_of_files_after_restore", TypeId::kLong},
                   {"num_removed_files", TypeId::kLong},
                   {"num_restored_files", TypeId::kLong},
                   {"removed_files_size", TypeId::kLong},
                   {"restored_files_size", TypeId::kLong}});
}

plan::Schema FileCounts(const char* count) {
  return Nullable({{"min", TypeId::kLong},
                   {"max", TypeId::kLong},
                   {"avg", TypeId::kDouble},
                   {count, TypeId::kLong},
                   {"totalSize", TypeId::kLong}});
}

plan::Schema OptimizeSchema() {
  auto counted = [](std::vector<std::pair<const char*, DataType>> columns) {
    plan::Schema schema = Nullable(std::move(columns));
    return DataType::Struct(std::move(schema));
  };
  DataType files = counted({{"num", TypeId::kLong}, {"size", TypeId::kLong}});
  DataType sizes = DataType::Struct(FileCounts("totalFiles"));
  DataType zorder = counted({{"strategyName", DataType::String()},
                             {"inputCubeFiles", files},
                             {"inputOtherFiles", files},
                             {"inputNumCubes", TypeId::kLong},
                             {"mergedFiles", files},
                             {"numOutputCubes", TypeId::kLong},
                             {"mergedNumCubes", TypeId::kLong}});
  DataType named = counted({{"numFiles", TypeId::kLong}, {"size", TypeId::kLong}});
  DataType clustering = counted({{"inputZCubeFiles", named},
                                 {"inputOtherFiles", named},
                                 {"inputNumZCubes", TypeId::kLong},
                                 {"mergedFiles", named},
                                 {"numOutputZCubes", TypeId::kLong}});
  DataType parallelism = counted({{"maxClusterActiveParallelism", TypeId::kLong},
                                  {"minClusterActiveParallelism", TypeId::kLong},
                                  {"maxSessionActiveParallelism", TypeId::kLong},
                                  {"minSessionActiveParallelism", TypeId::kLong}});
  DataType vectors = counted({{"numDeletionVectorsRemoved", TypeId::kLong}, {"numDeletionVectorRowsRemoved", TypeId::kLong}});
  DataType metrics = counted({{"numFilesAdded", TypeId::kLong},
                              {"numFilesRemoved", TypeId::kLong},
                              {"filesAdded", sizes},
                              {"filesRemoved", sizes},
                              {"partitionsOptimized", TypeId::kLong},
                              {"zOrderStats", zorder},
                              {"clusteringStats", clustering},
                              {"numBins", TypeId::kLong},
                              {"numBatches", TypeId::kLong},
                              {"totalConsideredFiles", TypeId::kLong},
                              {"totalFilesSkipped", TypeId::kLong},
                              {"preserveInsertionOrder", TypeId::kBoolean},
                              {"numFilesSkippedToReduceWriteAmplification", TypeId::kLong},
                              {"numBytesSkippedToReduceWriteAmplification", TypeId::kLong},
                              {"startTimeMs", TypeId::kLong},
                              {"endTimeMs", TypeId::kLong},
                              {"totalClusterParallelism", TypeId::kLong},
                              {"totalScheduledTasks", TypeId::kLong},
                              {"autoCompactParallelismStats", parallelism},
                              {"deletionVectorStats", vectors},
                              {"numTableColumns", TypeId::kLong},
                              {"numTableColumnsWithStats", TypeId::kLong}});
  return Nullable({{"path", DataType::String()}, {"metrics", metrics}});
}

plan::Value Optional(std::optional<std::string> text) { return text ? TextValue(std::move(*text)) : plan::Value(); }
plan::Value Optional(std::optional<int64_t> value) { return value ? LongValue(*value) : plan::Value(); }
plan::Value Optional(std::optional<bool> value) { return value ? plan::Value(Data(*value)) : plan::Value(); }

/// Values that are no strings stand as their JSON, as Delta reads them.
plan::Value MapOf(const json::object& fields, std::string_view name) {
  const json::value* object = fields.if_contains(name);
  if (object == nullptr || !object->is_object()) return {};
  std::vector<plan::Value> entries;
  for (const auto& [key, value] : object->as_object()) {
    entries.push_back(TextValue(std::string(key)));
    if (value.is_null()) {
      entries.emplace_back();
    } else {
      entries.push_back(TextValue(value.is_string() ? std::string(value.as_string()) : json::serialize(value)));
    }
  }
  return plan::Value(Data(std::move(entries)));
}

plan::Value StructOf(const json::object& fields, std::string_view name, const std::vector<const char*>& members) {
  const json::value* object = fields.if_contains(name);
  if (object == nullptr || !object->is_object()) return {};
  std::vector<plan::Value> values;
  for (const char* member : members) {
    const json::value* value = object->as_object().if_contains(member);
    values.push_back(value != nullptr && value->is_string() ? TextValue(std::string(value->as_string())) : plan::Value());
  }
  return plan::Value(Data(std::move(values)));
}

}  // namespace

plan::Value LongValue(int64_t value) { return plan::Value(Data(value)); }

plan::Value TextList(const std::vector<std::string>& items) {
  std::vector<plan::Value> values;
  for (const auto& item : items) values.push_back(TextValue(item));
  return plan::Value(Data(std::move(values)));
}

plan::Value TextMap(const std::map<std::string, std::string>& entries) {
  std::vector<plan::Value> values;
  for (const auto& [key, value] : entries) {
    values.push_back(TextValue(key));
    values.push_back(TextValue(value));
  }
  return plan::Value(Data(std::move(values)));
}

std::string Argument(const plan::DeltaCommand& command, const std::string& name) {
  auto found = command.arguments.find(name);
  return found == command.arguments.end() ? "" : found->second;
}

plan::Schema ChangedRowsSchema() { return Nullable({{"num_affected_rows", TypeId::kLong}}); }

plan::Schema MergeAnswerSchema() {
  return Nullable({{"num_affected_rows", TypeId::kLong},
                   {"num_updated_rows", TypeId::kLong},
                   {"num_deleted_rows", TypeId::kLong},
                   {"num_inserted_rows", TypeId::kLong}});
}

plan::Schema AnswerSchema(const plan::DeltaCommand& command) {
  if (command.kind == "DESCRIBE HISTORY") return HistorySchema();
  if (command.kind == "DESCRIBE DETAIL") return DetailSchema();
  if (command.kind == "IS DELTA TABLE") return {{"value", TypeId::kBoolean, false, {}}};
  if (command.kind == "RESTORE") return RestoreSchema();
  if (command.kind == "OPTIMIZE") return OptimizeSchema();
  if (command.kind == "VACUUM") return Nullable({{"path", DataType::String()}});
  if (command.kind == "CLONE") {
    return Nullable({{"source_table_size", TypeId::kLong},
                     {"source_num_of_files", TypeId::kLong},
                     {"num_removed_files", TypeId::kLong},
                     {"num_copied_files", TypeId::kLong},
                     {"removed_files_size", TypeId::kLong},
                     {"copied_files_size", TypeId::kLong}});
  }
  if (command.kind == "CONVERT" && command.arguments.count("identifier")) {
    return {{"value", DataType::String(), true, {}}};
  }
  return {};
}

CommandAnswer DescribeHistory(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "DESCRIBE HISTORY");
  std::vector<std::vector<plan::Value>> rows;
  for (const auto& entry : target.table->History(command.limit)) {
    const delta::CommitInfo& info = entry.info;
    std::vector<plan::Value> row;
    row.push_back(LongValue(entry.version));
    row.push_back(LongValue(entry.timestamp_ms * 1000));
    row.push_back(Optional(info.Text("userId")));
    row.push_back(Optional(info.Text("userName")));
    row.push_back(Optional(info.Text("operation")));
    row.push_back(MapOf(info.fields, "operationParameters"));
    row.push_back(StructOf(info.fields, "job", {"jobId", "jobName", "jobRunId", "runId", "jobOwnerId", "triggerType"}));
    row.push_back(StructOf(info.fields, "notebook", {"notebookId"}));
    row.push_back(Optional(info.Text("clusterId")));
    row.push_back(Optional(info.Integer("readVersion")));
    row.push_back(Optional(info.Text("isolationLevel")));
    row.push_back(Optional(info.Boolean("isBlindAppend")));
    row.push_back(MapOf(info.fields, "operationMetrics"));
    row.push_back(Optional(info.Text("userMetadata")));
    row.push_back(Optional(info.Text("engineInfo")));
    rows.push_back(std::move(row));
  }
  return context.engine.Rows(context.session, HistorySchema(), std::move(rows), context.options);
}

CommandAnswer DescribeDetail(CommandContext& context, const plan::DeltaCommand& command) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget target = FindDeltaTarget(context, analysis, command.target, "DESCRIBE DETAIL");
  const delta::Snapshot& snapshot = *target.snapshot;
  const delta::Metadata& metadata = snapshot.metadata();
  const delta::Protocol& protocol = snapshot.protocol();
  std::set<std::string> features = delta::WriterFeatures(protocol);
  features.merge(delta::ReaderFeatures(protocol));
  std::vector<std::string> clustering = PathTexts(delta::ClusteringColumns(snapshot).value_or(std::vector<plan::NameParts>()));
  std::vector<plan::Value> row;
  row.push_back(TextValue("delta"));
  row.push_back(TextValue(metadata.id));
  row.push_back(target.name.empty() ? Optional(metadata.name) : TextValue(target.name));
  row.push_back(Optional(metadata.description));
  row.push_back(TextValue(snapshot.location().Uri()));
  row.push_back(metadata.created_time_ms ? LongValue(*metadata.created_time_ms * 1000) : plan::Value());
  row.push_back(LongValue(snapshot.timestamp_ms() * 1000));
  row.push_back(TextList(metadata.partition_columns));
  row.push_back(TextList(clustering));
  row.push_back(LongValue(static_cast<int64_t>(snapshot.files().size())));
  row.push_back(LongValue(snapshot.size_in_bytes()));
  row.push_back(TextMap(metadata.configuration));
  row.push_back(LongValue(protocol.min_reader_version));
  row.push_back(LongValue(protocol.min_writer_version));
  row.push_back(TextList({features.begin(), features.end()}));
  return context.engine.Rows(context.session, DetailSchema(), {std::move(row)}, context.options);
}

CommandAnswer IsDeltaTable(CommandContext& context, const plan::DeltaCommand& command) {
  bool is_delta = false;
  if (command.path.find('/') != std::string::npos) {
    is_delta = context.engine.tables().Open(command.path)->Exists();
  } else {
    // A table's name, as Databricks takes it too.
    auto info = context.engine.catalog().FindTable(
        catalog::Catalog::Qualify(sql::ParseMultipartIdentifier(command.path), context.current()));
    is_delta = info && !info->is_view() && info->provider == "delta";
  }
  std::vector<plan::Value> row = {plan::Value(Data(is_delta))};
  return context.engine.Rows(context.session, AnswerSchema(command), {std::move(row)}, context.options);
}

CommandAnswer Run(CommandContext& context, const plan::DeltaCommand& command) {
  static const std::map<std::string, CommandAnswer (*)(CommandContext&, const plan::DeltaCommand&)> kinds = {
      {"DESCRIBE HISTORY", DescribeHistory},
      {"DESCRIBE DETAIL", DescribeDetail},
      {"IS DELTA TABLE", IsDeltaTable},
      {"VACUUM", Vacuum},
      {"RESTORE", Restore},
      {"GENERATE", Generate},
      {"UPGRADE PROTOCOL", UpgradeProtocol},
      {"ADD FEATURE", AddFeature},
      {"DROP FEATURE", DropFeature},
      {"CLONE", Clone},
      {"CONVERT", Convert},
      {"OPTIMIZE", Optimize}};
  auto found = kinds.find(command.kind);
  if (found == kinds.end()) ThrowUnsupported(command.kind);
  return found->second(context, command);
}

}  // namespace headrace::engine
