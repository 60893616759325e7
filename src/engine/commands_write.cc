#include "engine/precompiled.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "catalog/errors.h"
#include "delta/schema_evolution.h"
#include "engine/column_rules.h"
#include "engine/commands.h"
#include "engine/delta_write.h"
#include "engine/file_write.h"
#include "engine/make_table.h"
#include "engine/table_target.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

/// What the writer's options and the session say of a write.
void ApplyOptions(CommandContext& context, const plan::Options& given, DeltaWrite& write) {
  WriteOptions options(given);
  for (const char* name : {"replaceUsing", "replaceOn", "targetAlias", "useNullIntolerantEqualityWithDPO"}) {
    if (options.Find(duckdb::StringUtil::Lower(name))) ThrowUnsupported(std::string("the option ") + name);
  }
  auto setting = [&](const char* key) { return duckdb::StringUtil::Lower(context.session->conf().Find(key).value_or("")); };
  write.merge_schema =
      write.merge_schema ||
      options.Boolean("mergeschema").value_or(setting("spark.databricks.delta.schema.autoMerge.enabled") == "true");
  write.overwrite_schema = options.Boolean("overwriteschema").value_or(write.overwrite_schema);
  write.data_change = options.Boolean("datachange").value_or(true);
  write.file_options = given;
  write.user_metadata = options.Find("usermetadata");
  if (!write.user_metadata) {
    auto text = context.session->conf().Find("spark.databricks.delta.commitInfo.userMetadata");
    if (text && !text->empty()) write.user_metadata = text;
  }
  if (auto text = options.Find("replacewhere")) {
    if (write.mode != DeltaWrite::Mode::kOverwrite) {
      throw Error(ErrorKind::kIllegalArgument, "DELTA_REPLACE_WHERE_IN_APPEND",
                  "You cannot use replaceWhere with a mode other than overwrite.")
          .WithSqlState("42613");
    }
    try {
      write.replace_where = sql::ParseExpression(*text);
    } catch (const Error&) {
      throw Error(ErrorKind::kAnalysis, "DELTA_FAILED_RECOGNIZE_PREDICATE", "Cannot recognize the predicate '" + *text + "'",
                  {{"predicate", *text}})
          .WithSqlState("42601");
    }
    write.replace_where_text = *text;
  }
  auto given_mode = options.Find("partitionoverwritemode");
  std::string mode = duckdb::StringUtil::Lower(given_mode.value_or(setting("spark.sql.sources.partitionOverwriteMode")));
  if (given_mode && mode != "static" && mode != "dynamic") {
    ThrowIllegalOption(*given_mode, "partitionOverwriteMode", "must be 'STATIC' or 'DYNAMIC'");
  }
  if (given_mode && mode == "dynamic" && write.replace_where) {
    throw Error(ErrorKind::kIllegalArgument, "DELTA_REPLACE_WHERE_WITH_DYNAMIC_PARTITION_OVERWRITE",
                "A 'replaceWhere' expression and 'partitionOverwriteMode'='dynamic' cannot both be set in the DataFrameWriter "
                "options.")
        .WithSqlState("42613");
  }
  write.dynamic_partitions = mode == "dynamic" && write.mode == DeltaWrite::Mode::kOverwrite && !write.replace_where;
  auto app = options.Find("txnappid");
  auto version = options.Find("txnversion");
  if (app.has_value() != version.has_value()) {
    throw Error(ErrorKind::kIllegalArgument, "DELTA_INVALID_IDEMPOTENT_WRITES_OPTIONS",
                "Invalid options for idempotent Dataframe writes: Both txnVersion and txnAppId must be specified for idempotent "
                "data frame writes",
                {{"reason", "Both txnVersion and txnAppId must be specified for idempotent data frame writes"}})
        .WithSqlState("42616");
  }
  if (app) {
    write.app_id = app;
    auto [end, failure] = std::from_chars(version->data(), version->data() + version->size(), write.app_version);
    if (failure != std::errc() || end != version->data() + version->size() || write.app_version < 0) {
      ThrowIllegalOption(*version, "txnVersion", "must be a non-negative integer");
    }
  }
}

/// The properties a writer's options set on a table it makes: those that begin with "delta.".
std::map<std::string, std::string> TableProperties(const plan::Options& options) {
  std::map<std::string, std::string> properties;
  for (const auto& [key, value] : options) {
    if (duckdb::StringUtil::Lower(key).rfind("delta.", 0) == 0) properties[key] = value;
  }
  return properties;
}

/// Buckets: only tables may have them, and none of Delta's have.
void CheckBuckets(const CommandContext& context, const plan::Write& command, const std::string& format) {
  if (command.bucket_count <= 0) {
    if (command.sort_columns.empty()) return;
    throw Error(ErrorKind::kAnalysis, "SORT_BY_WITHOUT_BUCKETING", "sortBy must be used together with bucketBy.")
        .WithSqlState("42601");
  }
  if (!command.table.empty() && !command.insert_into) {
    if (!format.empty() && format != "delta") ThrowUnsupported("bucketBy");
    auto table = catalog::Catalog::Qualify(command.table, context.current());
    std::string name = plan::QuotedName({table.schema, table.table});
    throw Error(ErrorKind::kAnalysis, "DELTA_OPERATION_NOT_ALLOWED_DETAIL",
                "Operation not allowed: `Bucketing` is not supported for Delta tables: " + name,
                {{"operation", "Bucketing"}, {"tableName", name}})
        .WithSqlState("0AKDC");
  }
  std::string operation = command.insert_into ? "insertInto" : "save";
  throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1312", "'" + operation + "' does not support bucketBy right now.",
              {{"operation", operation}});
}

void SaveAsTable(CommandContext& context, const plan::Write& command, DeltaWrite write) {
  TableTarget target = FindTableTarget(context, command.table);
  WriteOptions options(command.options);
  auto path = options.Find("path");
  if (!target.exists()) {
    if (!target.name) throw Error(ErrorKind::kAnalysis, "DELTA_TABLE_NOT_FOUND", "No table at " + target.shown);
    write.operation = command.mode == "overwrite" ? "CREATE OR REPLACE TABLE AS SELECT" : "CREATE TABLE AS SELECT";
    write.properties = TableProperties(command.options);
    write.must_be_new = command.mode != "overwrite";
    MakeTableAsSelect(context, command.source, std::move(write), target, path, catalog::CreateMode::kError);
    return;
  }
  if (command.mode == "ignore") return;
  if (command.mode == "error" && target.name) throw TableAlreadyExists(*target.name);
  if (command.mode == "error") throw catalog::TableOrViewAlreadyExists(command.table);
  write.table = target.table;
  write.table_name = target.shown;
  write.catalog_id = target.info ? target.info->id : "";
  write.cast = true;
  if (path && target.info && LocationOf(context, target.info->name, *path) != storage::Resolve(target.info->location).path) {
    throw Error(ErrorKind::kAnalysis, "DELTA_CREATE_TABLE_WITH_DIFFERENT_LOCATION",
                "The table " + target.shown + " has another location than " + *path + ".");
  }
  RunDeltaWrite(context, command.source, std::move(write));
}

}  // namespace

/// Spark's sink for measuring: the query runs to its end and its rows go nowhere.
void RunWithoutWriting(CommandContext& context, const plan::Write& command) {
  if (command.mode != "append" && command.mode != "overwrite") {
    const std::string mode = command.mode == "ignore" ? "\"Ignore\"" : "\"ErrorIfExists\"";
    throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_DATA_SOURCE_SAVE_MODE",
                "The data source \"noop\" cannot be written in the " + mode +
                    " mode. Please use either the \"Append\" or \"Overwrite\" mode instead.",
                {{"source", "noop"}, {"createMode", mode}})
        .WithSqlState("0A000");
  }
  if (!command.partitioning.empty()) {
    throw Error(ErrorKind::kIllegalArgument, "",
                "requirement failed: The provided partitioning or clustering columns do not match the existing table's.");
  }
  auto stream = context.engine.Execute(context.session, command.source, context.options);
  while (stream->Next()) {
  }
}

CommandAnswer Run(CommandContext& context, const plan::Write& command) {
  std::string format = duckdb::StringUtil::Lower(command.format);
  if (format.empty()) format = duckdb::StringUtil::Lower(context.session->conf().Get("spark.sql.sources.default"));
  WriteOptions options(command.options);
  CheckBuckets(context, command, format);
  // Files in a folder are not clustered by anybody; Spark keeps the option and does not look at it.
  if (!command.clustering.empty() && format != "delta" && !command.table.empty()) {
    ThrowUnsupported("clusterBy of tables of the format " + format);
  }
  std::string path = command.path.empty() ? options.Find("path").value_or("") : command.path;
  DeltaWrite write;
  write.mode = command.mode == "overwrite" ? DeltaWrite::Mode::kOverwrite : DeltaWrite::Mode::kAppend;
  write.partition_columns = command.partitioning;
  write.partitioning_given = !command.partitioning.empty();
  for (const auto& column : command.clustering) write.clustering.push_back(sql::ParseMultipartIdentifier(column));
  write.merge_schema = command.schema_evolution;
  ApplyOptions(context, command.options, write);
  if (!command.table.empty()) {
    auto file_table = command.insert_into ? FindFileTable(context, command.table) : std::nullopt;
    if (file_table && !write.partitioning_given) {
      plan::Insert insert;
      insert.source = command.source;
      insert.overwrite = command.mode == "overwrite";
      insert.options = command.options;
      InsertIntoFileTable(context, *file_table, insert);
      return nullptr;
    }
    if (command.insert_into) {
      TableTarget target = GetTableTarget(context, command.table, true);
      if (write.partitioning_given) {
        throw Error(ErrorKind::kAnalysis, "INSERT_INTO_WITH_PARTITION_BY",
                    "insertInto() can't be used together with partitionBy().")
            .WithSqlState("42000");
      }
      write.table = target.table;
      write.table_name = target.shown;
      write.catalog_id = target.info ? target.info->id : "";
      write.by_name = false;
      write.cast = true;
      write.fields = DeltaWrite::Fields::kByName;
      RunDeltaWrite(context, command.source, std::move(write));
      return nullptr;
    }
    if (IsFileFormat(format)) {
      SaveFileTable(context, command, format);
      return nullptr;
    }
    if (format != "delta") ThrowUnknownFormat(command.format);
    SaveAsTable(context, command, std::move(write));
    return nullptr;
  }
  if (format == "noop") {
    RunWithoutWriting(context, command);
    return nullptr;
  }
  if (format == "binaryfile") {
    throw Error(ErrorKind::kUnsupported, "UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE",
                "The feature is not supported: Write for the binary file data source.")
        .WithSqlState("0A000");
  }
  if (format != "delta" && !IsFileFormat(format)) ThrowUnknownFormat(command.format);
  if (path.empty()) ThrowPathMissing(format);
  if (IsFileFormat(format)) {
    SessionAnalysis analysis(context.engine, context.session, context.options);
    RunFileWrite(context, analysis, analysis.analyzer().Analyze(command.source),
                 {format, path, command.mode, command.partitioning, command.options});
    return nullptr;
  }
  write.table = context.engine.tables().Open(path);
  write.table_name = "delta.`" + path + "`";
  bool exists = write.table->Exists();
  if (exists && command.mode == "ignore") return nullptr;
  if (exists && command.mode == "error") {
    std::string uri = storage::Resolve(path).Uri();
    throw Error(ErrorKind::kAnalysis, "DELTA_PATH_EXISTS",
                "Cannot write to already existent path " + uri + " without setting OVERWRITE = 'true'.", {{"path", uri}})
        .WithSqlState("42K04");
  }
  if (!exists) {
    write.properties = TableProperties(command.options);
    write.operation = "WRITE";
    write.operation_parameters["mode"] = command.mode == "error"    ? "ErrorIfExists"
                                         : command.mode == "ignore" ? "Ignore"
                                         : command.mode == "append" ? "Append"
                                                                    : "Overwrite";
    write.operation_parameters["partitionBy"] = JsonList(write.partition_columns);
  }
  RunDeltaWrite(context, command.source, std::move(write));
  return nullptr;
}

CommandAnswer Run(CommandContext& context, const plan::WriteV2& command) {
  DeltaWrite write;
  bool creates = command.mode == "create" || command.mode == "replace" || command.mode == "create_or_replace";
  write.mode = creates || command.mode == "append" ? DeltaWrite::Mode::kAppend : DeltaWrite::Mode::kOverwrite;
  write.merge_schema = command.schema_evolution;
  for (const auto& column : command.clustering) write.clustering.push_back(sql::ParseMultipartIdentifier(column));
  write.partition_columns = PartitionColumns(command.partitioning);
  plan::Options options = command.options;
  ApplyOptions(context, options, write);
  if (creates) {
    const std::string provider = duckdb::StringUtil::Lower(command.provider);
    if (IsFileFormat(provider) && !command.clustering.empty()) ThrowUnsupported("clusterBy of the format " + provider);
    if (IsFileFormat(provider) && command.mode == "create") {
      plan::CreateTable create;
      create.name = command.table;
      create.as_select = command.source;
      create.partitioning = command.partitioning;
      create.options = command.options;
      create.properties = command.properties;
      CreateFileTable(context, create, provider);
      return nullptr;
    }
    if (!provider.empty() && provider != "delta") ThrowUnsupported("writeTo with the provider " + command.provider);
    TableTarget target = FindTableTarget(context, command.table);
    if (!target.name) ThrowUnsupported("writeTo(...).create on a path");
    if (target.exists() && command.mode == "create") throw TableAlreadyExists(*target.name);
    if (!target.exists() && command.mode == "replace") throw catalog::TableOrViewNotFound(command.table);
    write.properties = TableProperties(command.options);
    for (const auto& [key, value] : command.properties) {
      if (duckdb::StringUtil::Lower(key) == "comment") {
        write.comment = value;
      } else if (duckdb::StringUtil::Lower(key) != "location" && duckdb::StringUtil::Lower(key) != "provider" &&
                 duckdb::StringUtil::Lower(key) != "owner") {
        write.properties[key] = value;
      }
    }
    write.operation = command.mode == "create"    ? "CREATE TABLE AS SELECT"
                      : command.mode == "replace" ? "REPLACE TABLE AS SELECT"
                                                  : "CREATE OR REPLACE TABLE AS SELECT";
    write.must_be_new = command.mode == "create";
    write.replace_table = !write.must_be_new;
    if (write.replace_table) write.mode = DeltaWrite::Mode::kOverwrite;
    auto location = WriteOptions(command.options).Find("location");
    MakeTableAsSelect(context, command.source, std::move(write), target, location,
                      target.exists() ? catalog::CreateMode::kReplace : catalog::CreateMode::kError);
    return nullptr;
  }
  TableTarget target = GetTableTarget(context, command.table, true);
  write.table = target.table;
  write.table_name = target.shown;
  write.catalog_id = target.info ? target.info->id : "";
  write.partition_columns.clear();
  write.cast = true;
  if (command.mode == "overwrite") {
    write.dynamic_partitions = false;
    const auto* constant = plan::As<plan::Literal>(command.overwrite_condition);
    bool everything = constant != nullptr && constant->value == plan::Value(plan::Value::Data(true));
    if (command.overwrite_condition && !everything) {
      write.replace_where = command.overwrite_condition;
      write.replace_where_text = analysis::ExpressionName(command.overwrite_condition);
    }
  } else if (command.mode == "overwrite_partitions") {
    write.dynamic_partitions = true;
  }
  RunDeltaWrite(context, command.source, std::move(write));
  return nullptr;
}

/// An INSERT's query where DEFAULT is the default of the column it goes to, in a table of the columns `schema`.
plan::RelationPtr WithDefaults(CommandContext& context, const plan::Insert& command, const plan::Schema& schema) {
  if (command.by_name) return ReplaceDefaults(context, command.source, {});
  plan::Schema columns;
  auto same = [](const std::string& name) {
    return [&name](const plan::StructField& field) { return duckdb::StringUtil::CIEquals(field.name, name); };
  };
  for (const auto& name : command.columns) {
    auto field = std::find_if(schema.begin(), schema.end(), same(name));
    columns.push_back(field == schema.end() ? plan::StructField{name, plan::TypeId::kNull, true, {}} : *field);
  }
  for (const auto& field : schema) {
    const bool fixed = std::any_of(command.partition.begin(), command.partition.end(), [&](const auto& one) {
      return one.second && duckdb::StringUtil::CIEquals(one.first, field.name);
    });
    if (command.columns.empty() && !fixed) columns.push_back(field);
  }
  return ReplaceDefaults(context, command.source, columns);
}

CommandAnswer Run(CommandContext& context, const plan::Insert& command) {
  if (auto info = command.table.empty() ? std::nullopt : FindFileTable(context, command.table)) {
    plan::Insert filled = command;
    filled.source = WithDefaults(context, command, info->schema);
    InsertIntoFileTable(context, *info, filled);
    return nullptr;
  }
  DeltaWrite write;
  write.mode = command.overwrite ? DeltaWrite::Mode::kOverwrite : DeltaWrite::Mode::kAppend;
  write.merge_schema = command.schema_evolution;
  ApplyOptions(context, command.options, write);
  plan::NameParts name = command.table;
  TableTarget target = GetTableTarget(context, name, true);
  write.table = target.table;
  write.table_name = target.shown;
  write.catalog_id = target.info ? target.info->id : "";
  write.cast = true;
  write.by_name = command.by_name;
  write.fields = command.by_name ? DeltaWrite::Fields::kByName : DeltaWrite::Fields::kByPosition;
  write.columns = command.columns;
  if (command.replace_where) {
    write.mode = DeltaWrite::Mode::kOverwrite;
    write.replace_where = command.replace_where;
    write.replace_where_text = analysis::ExpressionName(command.replace_where);
    write.dynamic_partitions = false;
  }
  plan::RelationPtr source =
      WithDefaults(context, command, plan::DataType::FromJsonText(target.table->Update()->metadata().schema_string).fields());
  if (!command.partition.empty()) {
    // PARTITION (p = 1, q): the constants stand behind the query's columns, by name.
    const auto snapshot = target.table->Update();
    std::vector<std::string> fixed;
    plan::Expressions list;
    plan::Star star;
    list.push_back(plan::Make(std::move(star)));
    plan::ExpressionPtr condition;
    for (const auto& [column, value] : command.partition) {
      const auto* field = snapshot->schema().Find(column);
      bool partitions = field != nullptr;
      if (partitions) {
        partitions = false;
        for (const auto& known : snapshot->metadata().partition_columns) {
          partitions = partitions || delta::EqualsIgnoreCase(known, column);
        }
      }
      if (!partitions) {
        throw Error(ErrorKind::kAnalysis, "NON_PARTITION_COLUMN",
                    "PARTITION clause cannot contain the non-partition column: " + plan::QuotedName({column}) + ".",
                    {{"columnName", plan::QuotedName({column})}})
            .WithSqlState("42000");
      }
      if (!value) continue;
      fixed.push_back(field->name);
      plan::Alias alias;
      alias.child = value;
      alias.names = {field->name};
      list.push_back(plan::Make(std::move(alias)));
      auto equal = plan::Operator("<=>", {plan::Attribute({field->name}), value});
      condition = condition ? plan::Operator("and", {condition, equal}) : equal;
    }
    if (!fixed.empty()) {
      std::vector<std::string> names = command.columns;
      if (names.empty()) {
        for (const auto& field : snapshot->schema().fields()) {
          if (std::find(fixed.begin(), fixed.end(), field.name) == fixed.end()) names.push_back(field.name);
        }
      }
      names.insert(names.end(), fixed.begin(), fixed.end());
      plan::Project project;
      project.input = source;
      project.expressions = std::move(list);
      source = plan::MakeRelation(std::move(project));
      if (!command.by_name) {
        write.columns = names;
      }
    }
    if (command.overwrite && condition) {
      write.replace_where = condition;
      write.replace_where_text = analysis::ExpressionName(condition);
      write.dynamic_partitions = false;
    }
  }
  RunDeltaWrite(context, source, std::move(write));
  return nullptr;
}

}  // namespace headrace::engine
