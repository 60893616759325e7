#include "engine/precompiled.h"

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "catalog/errors.h"
#include "delta/clustering.h"
#include "delta/deletion_vector.h"
#include "delta/partition.h"
#include "delta/schema_evolution.h"
#include "engine/commands_delta.h"
#include "engine/delta_write.h"
#include "engine/table_defaults.h"
#include "engine/table_target.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

bool IsPath(const std::string& text) { return !text.empty() && (text[0] == '/' || text.find(":/") != std::string::npos); }

/// The name a clone gets: SQL gives the name and perhaps a location, the API either.
plan::NameParts CloneName(const plan::DeltaCommand& command) {
  std::string name = Argument(command, "table");
  if (name.empty()) name = command.path;
  if (IsPath(name)) return {"delta", name};
  return sql::ParseMultipartIdentifier(name);
}

std::string AbsoluteUri(const std::string& path) { return "file:" + storage::EncodePath(path); }

/// A file of another table, by its absolute place.
delta::AddFile Elsewhere(const delta::Snapshot& source, const delta::AddFile& file) {
  delta::AddFile add = file;
  add.path = AbsoluteUri(source.AbsolutePath(file.path));
  add.data_change = true;
  if (add.deletion_vector && add.deletion_vector->storage_type == "u") {
    add.deletion_vector->path_or_inline = AbsoluteUri(delta::DeletionVectorPath(source.location().path, *add.deletion_vector));
    add.deletion_vector->storage_type = "p";
  }
  return add;
}

delta::SnapshotPtr SourceVersion(CommandContext& context, const DeltaTarget& source, const plan::TimeTravel& travel) {
  if (travel.version) return source.table->SnapshotAt(*travel.version);
  if (travel.timestamp) {
    return source.table->SnapshotAt(source.table->VersionAt(TravelMillis(context.engine, context.session, travel.timestamp)));
  }
  return source.snapshot;
}

}  // namespace

CommandAnswer Clone(CommandContext& context, const plan::DeltaCommand& command) {
  if (Argument(command, "shallow") != "true") ThrowUnsupported("deep CLONE");
  SessionAnalysis analysis(context.engine, context.session, context.options);
  DeltaTarget source = FindDeltaTarget(context, analysis, command.target, "CLONE");
  delta::SnapshotPtr version = SourceVersion(context, source, command.version);
  plan::NameParts name = CloneName(command);
  TableTarget made = FindTableTarget(context, name);
  bool replace = Argument(command, "replace") == "true";
  bool existed = made.exists();
  if (existed && Argument(command, "if_not_exists") == "true") return nullptr;
  if (existed && !replace) throw catalog::TableOrViewAlreadyExists(name);
  catalog::TableInfo info;
  bool has_location = !Argument(command, "table").empty() && !command.path.empty();
  if (!made.table) {
    info.name = *made.name;
    info.type = has_location ? catalog::TableType::kExternal : catalog::TableType::kManaged;
    info.provider = "delta";
    info.location = has_location ? storage::Resolve(command.path).path : context.engine.catalog().NewTableLocation(info.name);
    made.table = context.engine.tables().Open(info.location);
  }
  delta::Transaction txn = made.table->Begin();
  delta::Metadata metadata = version->metadata();
  metadata.id = txn.snapshot() ? txn.snapshot()->metadata().id : NewUuid();
  metadata.created_time_ms = context.engine.clock()->NowMillis();
  for (const auto& [key, value] : command.arguments) {
    if (key.rfind("property.", 0) == 0) metadata.configuration[key.substr(9)] = value;
  }
  txn.NoteWholeTableRead();
  txn.SetProtocol(version->protocol());
  txn.SetMetadata(metadata);
  if (auto clustering = delta::ClusteringColumns(*version)) delta::SetClusteringColumns(txn, *clustering);
  int64_t removed = 0, removed_bytes = 0;
  if (txn.snapshot()) {
    for (const auto& file : txn.ReadFiles(delta::Predicate::True())) {
      ++removed;
      removed_bytes += file->size;
      txn.Remove(*file);
    }
  }
  for (const auto& file : version->files()) txn.Add(Elsewhere(*version, *file));
  auto count = static_cast<int64_t>(version->files().size());
  delta::Operation operation;
  operation.name = "CLONE";
  operation.parameters["source"] = source.name.empty() ? "delta.`" + version->location().Uri() + "`" : source.name;
  operation.parameters["sourceVersion"] = version->version();
  operation.metrics = {{"sourceTableSize", std::to_string(version->size_in_bytes())},
                       {"sourceNumOfFiles", std::to_string(count)},
                       {"numRemovedFiles", std::to_string(removed)},
                       {"numCopiedFiles", "0"},
                       {"removedFilesSize", std::to_string(removed_bytes)},
                       {"copiedFilesSize", "0"}};
  delta::CommitResult done = txn.Commit(std::move(operation));
  if (made.info) {
    UpdateCatalogEntry(context, made.info->id, *done.snapshot);
  } else if (made.name) {
    info.schema = plan::DataType::FromJsonText(done.snapshot->metadata().schema_string).fields();
    info.partition_columns = done.snapshot->metadata().partition_columns;
    info.properties = done.snapshot->metadata().configuration;
    context.engine.catalog().CreateTable(std::move(info), catalog::CreateMode::kError);
  }
  std::vector<plan::Value> row = {LongValue(version->size_in_bytes()),
                                  LongValue(count),
                                  LongValue(removed),
                                  LongValue(0),
                                  LongValue(removed_bytes),
                                  LongValue(0)};
  return context.engine.Rows(context.session, AnswerSchema(command), {std::move(row)}, context.options);
}

namespace {

/// The name=value folders of a file below a root.
std::vector<std::pair<std::string, std::string>> FolderValues(const std::string& root, const std::string& path) {
  std::vector<std::pair<std::string, std::string>> values;
  size_t start = root.size() + 1;
  for (size_t slash = path.find('/', start); slash != std::string::npos; slash = path.find('/', start)) {
    std::string folder = path.substr(start, slash - start);
    size_t equal = folder.find('=');
    if (equal != std::string::npos) {
      values.emplace_back(delta::UnescapePartitionName(folder.substr(0, equal)),
                          delta::UnescapePartitionName(folder.substr(equal + 1)));
    }
    start = slash + 1;
  }
  return values;
}

std::map<std::string, int64_t> RowsOf(Engine& engine, const std::vector<std::string>& files) {
  auto connection = engine.database().Connect();
  duckdb::vector<duckdb::Value> paths;
  for (const auto& file : files) paths.push_back(duckdb::Value(file));
  auto result = connection->Query("SELECT file_name, num_rows FROM parquet_file_metadata($1)",
                                  duckdb::Value::LIST(duckdb::LogicalType::VARCHAR, std::move(paths)));
  if (result->HasError()) {
    throw Error(ErrorKind::kRuntime, "FAILED_READ_FILE.NO_HINT", result->GetError()).WithSqlState("KD001");
  }
  std::map<std::string, int64_t> rows;
  for (const auto& row : *result) rows[row.GetValue<std::string>(0)] = row.GetValue<int64_t>(1);
  return rows;
}

[[noreturn]] void ThrowPartitionCount(size_t expected_count, const std::string& expected, size_t count, const std::string& found,
                                      const std::string& path) {
  std::string wanted = std::to_string(expected_count), seen = std::to_string(count);
  throw Error(
      ErrorKind::kAnalysis, "DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME",
      "Expecting " + wanted + " partition column(s): " + expected + ", but found " + seen + " partition column(s): " + found +
          " from parsing the file name: " + path + ".",
      {{"expectedColsSize", wanted}, {"expectedCols", expected}, {"parsedColsSize", seen}, {"parsedCols", found}, {"path", path}})
      .WithSqlState("KD009");
}

[[noreturn]] void ThrowPartitioning(const std::string& expected, const std::string& actual) {
  throw Error(ErrorKind::kAnalysis, "DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME",
              "Expecting partition column(s): " + expected + ", but found partition column(s): " + actual +
                  " from parsing the file name.",
              {{"expectedCols", expected}, {"parsedCols", actual}})
      .WithSqlState("KD009");
}

}  // namespace

CommandAnswer Convert(CommandContext& context, const plan::DeltaCommand& command) {
  std::string identifier = Argument(command, "identifier");
  plan::NameParts name;
  if (!identifier.empty()) {
    name = sql::ParseMultipartIdentifier(identifier);
  } else if (const auto* read = plan::As<plan::ReadTable>(command.target.plan)) {
    name = read->name;
  }
  if (name.size() != 2 || !duckdb::StringUtil::CIEquals(name[0], "parquet") || !IsPath(name[1])) {
    ThrowUnsupported("CONVERT TO DELTA of anything but parquet.`/path`");
  }
  auto answer = [&]() -> CommandAnswer {
    if (identifier.empty()) return nullptr;
    std::vector<plan::Value> row = {TextValue("delta.`" + name[1] + "`")};
    return context.engine.Rows(context.session, AnswerSchema(command), {std::move(row)}, context.options);
  };
  auto table = context.engine.tables().Open(name[1]);
  if (table->Exists()) return answer();
  plan::ReadFiles files;
  files.format = "parquet";
  files.paths = {name[1]};
  analysis::TypedScan scan = ResolveScan(context.engine, context.session, files);
  plan::Schema schema = scan.schema;
  plan::Schema partition_schema;
  std::string declared = Argument(command, "partition_schema");
  if (!declared.empty()) {
    partition_schema = declared[0] == '{' ? plan::DataType::FromJsonText(declared).fields() : sql::ParseSchema(declared);
  }
  std::vector<std::string> partition_columns;
  std::string expected;
  for (const auto& field : partition_schema) {
    std::erase_if(schema, [&](const plan::StructField& other) { return duckdb::StringUtil::CIEquals(other.name, field.name); });
    schema.push_back({field.name, field.type, true, {}});
    partition_columns.push_back(field.name);
    expected += (expected.empty() ? "" : ", ") + std::string("`") + field.name + "`";
  }
  auto rows = RowsOf(context.engine, scan.paths);
  delta::Transaction txn = table->Begin();
  txn.NoteWholeTableRead();
  delta::Schema stored = ToDeltaSchema(schema);
  txn.SetMetadata(delta::NewTableMetadata(stored, partition_columns, NewTableProperties(*context.session, {}),
                                          context.engine.clock()->NowMillis()));
  const std::string& root = table->location().path;
  for (const auto& path : scan.paths) {
    delta::AddFile add;
    auto values = FolderValues(root, path);
    std::string found;
    for (const auto& [column, text] : values) found += (found.empty() ? "" : ", ") + std::string("`") + column + "`";
    if (values.size() != partition_columns.size()) {
      ThrowPartitionCount(partition_columns.size(), "[" + expected + "]", values.size(), "[" + found + "]", path);
    }
    for (size_t i = 0; i < values.size(); ++i) {
      if (!duckdb::StringUtil::CIEquals(values[i].first, partition_columns[i])) {
        ThrowPartitioning("[" + expected + "]", "[" + found + "]");
      }
      std::optional<std::string> text = values[i].second;
      if (*text == "__HIVE_DEFAULT_PARTITION__") text = std::nullopt;
      delta::ParsePartitionValue(*stored.Find(partition_columns[i])->type, text);  // Throws when it does not fit.
      add.partition_values[partition_columns[i]] = text;
    }
    auto stat = table->location().store->Stat(path);
    add.path = storage::EncodePath(path.substr(root.size() + 1));
    add.size = stat ? stat->size : 0;
    add.modification_time_ms = stat ? stat->modified_ms : 0;
    add.stats = "{\"numRecords\":" + std::to_string(rows.at(path)) + "}";
    txn.Add(std::move(add));
  }
  delta::Operation operation;
  operation.name = "CONVERT";
  operation.parameters["numFiles"] = static_cast<int64_t>(scan.paths.size());
  operation.parameters["partitionedBy"] = JsonList(partition_columns);
  operation.parameters["collectStats"] = Argument(command, "no_statistics") != "true";
  operation.parameters["sourceFormat"] = "parquet";
  operation.metrics = {{"numConvertedFiles", std::to_string(scan.paths.size())}};
  txn.Commit(std::move(operation));
  return answer();
}

}  // namespace headrace::engine
