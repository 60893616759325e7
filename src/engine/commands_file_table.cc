#include "engine/precompiled.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "catalog/errors.h"
#include "engine/column_rules.h"
#include "engine/delta_write.h"
#include "engine/dml.h"
#include "engine/file_write.h"
#include "engine/files/file_listing.h"
#include "engine/files/text_options.h"
#include "engine/make_table.h"
#include "engine/relation_lookup.h"
#include "engine/typed_build.h"
#include "functions/coercion.h"
#include "plan/names.h"

namespace headrace::engine {

namespace {

namespace fs = std::filesystem;
using analysis::TypedRelationPtr;
using duckdb::StringUtil;

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const auto& one) { return StringUtil::CIEquals(one, name); });
}

/// The partition columns stand last, in the order in which they are named.
void MovePartitionsLast(catalog::TableInfo& info) {
  plan::Schema schema;
  for (const auto& field : info.schema) {
    if (!Contains(info.partition_columns, field.name)) schema.push_back(field);
  }
  for (auto& name : info.partition_columns) {
    auto found = std::find_if(info.schema.begin(), info.schema.end(),
                              [&](const auto& field) { return StringUtil::CIEquals(field.name, name); });
    if (found == info.schema.end()) {
      throw Error(
          ErrorKind::kAnalysis, "COLUMN_NOT_DEFINED_IN_TABLE",
          "partition column " + name + " is not defined in table " + plan::QuotedName(info.name.parts()) + ".",
          {{"colType", "partition"}, {"colName", plan::QuotedName({name})}, {"tableName", plan::QuotedName(info.name.parts())}})
          .WithSqlState("42703");
    }
    name = found->name;
    schema.push_back(*found);
  }
  info.schema = std::move(schema);
}

void CheckSchema(const catalog::TableInfo& info) {
  plan::Schema data;
  for (const auto& field : info.schema) {
    if (!Contains(info.partition_columns, field.name)) data.push_back(field);
  }
  CheckFileSchema(info.provider, data);
}

plan::Options WithoutPath(const plan::Options& options) {
  plan::Options kept;
  for (const auto& [key, value] : options) {
    if (!StringUtil::CIEquals(key, "path")) kept[key] = value;
  }
  return kept;
}

FileWrite WriteTo(const catalog::TableInfo& info, bool overwrite) {
  FileWrite write;
  write.format = info.provider;
  write.path = info.location;
  write.mode = overwrite ? "overwrite" : "append";
  write.partitioning = info.partition_columns;
  write.options = info.options;
  return write;
}

/// A table's first rows, then its entry. A folder that was made for it goes when either fails.
void MakeFileTable(CommandContext& context, catalog::TableInfo info, const plan::RelationPtr& source, bool overwrite,
                   catalog::CreateMode mode) {
  const bool there = fs::exists(info.location) && !fs::is_empty(info.location);
  if (there && !overwrite) {
    std::string uri = storage::Resolve(info.location).Uri();
    throw Error(ErrorKind::kAnalysis, "LOCATION_ALREADY_EXISTS",
                "Cannot name the managed table as " + plan::QuotedName(info.name.parts()) + ", as its associated location '" +
                    uri + "' already exists. Please pick a different table name, or remove the existing location first.",
                {{"location", "'" + uri + "'"}, {"identifier", plan::QuotedName(info.name.parts())}})
        .WithSqlState("42710");
  }
  SessionAnalysis analysis(context.engine, context.session, context.options);
  TypedRelationPtr plan = analysis.analyzer().Analyze(source);
  info.schema.clear();
  for (const auto& field : SchemaOf(*plan)) info.schema.push_back({field.name, field.type.AsNullable(), true, {}});
  MovePartitionsLast(info);
  CheckSchema(info);
  try {
    RunFileWrite(context, analysis, plan, WriteTo(info, overwrite));
    context.engine.catalog().CreateTable(info, mode);
  } catch (...) {
    std::error_code ignored;
    if (!there) fs::remove_all(info.location, ignored);
    throw;
  }
}

/// A format as Spark's messages name its implementation.
std::string SourceClass(const std::string& provider) {
  if (provider == "csv") return "CSVDataSourceV2";
  if (provider == "delta") return "DeltaDataSource";
  return std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(provider[0])))) + provider.substr(1) +
         "DataSourceV2";
}

/// INSERT stores into these tables what Spark's policy allows; Delta's tables take whatever casts.
void CheckStorable(const CommandContext& context, const TypedRelationPtr& data, const plan::Schema& target,
                   const std::string& shown) {
  if (!StringUtil::CIEquals(context.session->conf().Get("spark.sql.storeAssignmentPolicy"), "ansi")) return;
  for (const auto& field : target) {
    for (const auto& column : data->output) {
      if (column.hidden || !StringUtil::CIEquals(column.name, field.name)) continue;
      if (functions::CanAnsiStoreAssign(column.type.AsNullable(), field.type)) continue;
      const std::string name = plan::QuotedName({field.name});
      const std::string from = "\"" + column.type.Sql() + "\"", to = "\"" + field.type.Sql() + "\"";
      throw Error(ErrorKind::kAnalysis, "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
                  "Cannot write incompatible data for the table " + shown + ": Cannot safely cast " + name + " " + from + " to " +
                      to + ".",
                  {{"tableName", shown}, {"colName", name}, {"srcType", from}, {"targetType", to}})
          .WithSqlState("KD000");
    }
  }
}

/// What ANALYZE TABLE found is of the rows there were.
void ForgetStatistics(CommandContext& context, const catalog::TableInfo& info) {
  if (info.properties.count(kTotalSize) == 0) return;
  context.engine.catalog().AlterTable(info.name, [](catalog::TableInfo& entry) {
    entry.properties.erase(kTotalSize);
    entry.properties.erase(kRowCount);
  });
}

}  // namespace

std::optional<catalog::TableInfo> FindFileTable(CommandContext& context, const plan::NameParts& name) {
  if (name.size() == 1 && context.session->temp_views().Find(name[0])) return std::nullopt;
  if (name.size() == 2 && (name[1].find('/') != std::string::npos || name[0] == catalog::kGlobalTemp)) return std::nullopt;
  auto info = context.engine.catalog().FindTable(catalog::Catalog::Qualify(name, context.current()));
  if (!info || info->is_view() || !IsFileFormat(info->provider)) return std::nullopt;
  return info;
}

void CreateFileTable(CommandContext& context, const plan::CreateTable& command, const std::string& provider) {
  if (!IsFileFormat(provider)) ThrowUnknownFormat(command.provider);
  if (!command.clustering.empty()) ThrowUnsupported("CLUSTER BY of tables of the format " + provider);
  if (!command.like.empty()) ThrowUnsupported("CREATE TABLE ... LIKE of the format " + provider);
  catalog::TableInfo info;
  info.name = catalog::Catalog::Qualify(command.name, context.current());
  auto existing = context.engine.catalog().FindTable(info.name);
  if (existing && command.if_not_exists) return;
  if (existing && !command.replace) throw catalog::TableOrViewAlreadyExists(info.name.parts());
  if (!existing && command.must_exist) throw catalog::TableOrViewNotFound(command.name);
  std::optional<std::string> location = command.location;
  if (const std::string* path = OptionMap(command.options).Find("path"); !location && path != nullptr) location = *path;
  info.type = location ? catalog::TableType::kExternal : catalog::TableType::kManaged;
  info.provider = provider;
  info.location = location ? LocationOf(context, info.name, *location) : context.engine.catalog().NewTableLocation(info.name);
  info.partition_columns = PartitionColumns(command.partitioning);
  info.options = WithoutPath(command.options);
  info.comment = command.comment;
  info.properties = command.properties;
  const catalog::CreateMode mode = command.if_not_exists ? catalog::CreateMode::kIgnore
                                   : command.replace     ? catalog::CreateMode::kReplace
                                                         : catalog::CreateMode::kError;
  if (command.as_select) {
    MakeFileTable(context, std::move(info), command.as_select, false, mode);
    return;
  }
  CheckColumns(context, command);
  for (const auto& column : command.columns) {
    if (column.identity) ThrowUnsupported("identity columns of tables of the format " + provider);
    if (!column.generated_text.empty()) {
      std::string name = plan::QuotedName(info.name.parts());
      throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_FEATURE.TABLE_OPERATION",
                  "The feature is not supported: Table " + name +
                      " does not support generated columns. Please check the current catalog and namespace to make sure the "
                      "qualified table name is expected, and also check the catalog implementation which is configured by "
                      "\"spark.sql.catalog\".",
                  {{"tableName", name}, {"operation", "generated columns"}})
          .WithSqlState("0A000");
    }
    info.schema.push_back(FieldOf(column));
  }
  if (info.schema.empty()) {
    plan::ReadFiles files;
    files.format = provider;
    files.paths = {info.location};
    files.options = info.options;
    if (!location) {
      throw Error(ErrorKind::kAnalysis, "UNABLE_TO_INFER_SCHEMA",
                  "Unable to infer schema for " + FormatName(provider) + ". It must be specified manually.",
                  {{"format", FormatName(provider)}})
          .WithSqlState("42KD9");
    }
    analysis::TypedScan scan = ResolveScan(context.engine, context.session, files);
    info.schema = scan.schema;
    if (info.partition_columns.empty()) info.partition_columns = scan.partition_columns;
  }
  MovePartitionsLast(info);
  CheckSchema(info);
  const std::string folder = info.location;
  const bool makes_folder = !location;
  if (makes_folder) fs::create_directories(folder);
  try {
    context.engine.catalog().CreateTable(std::move(info), mode);
  } catch (...) {
    std::error_code ignored;
    if (makes_folder) fs::remove_all(folder, ignored);
    throw;
  }
}

void SaveFileTable(CommandContext& context, const plan::Write& command, const std::string& format) {
  catalog::TableInfo info;
  info.name = catalog::Catalog::Qualify(command.table, context.current());
  auto existing = context.engine.catalog().FindTable(info.name);
  if (existing && command.mode == "ignore") return;
  if (existing && command.mode == "error") throw catalog::TableOrViewAlreadyExists(info.name.parts());
  if (existing && existing->is_view()) throw catalog::ExpectTableNotView(command.table, "saveAsTable");
  const bool overwrite = command.mode == "overwrite";
  if (existing && !overwrite) {
    if (existing->provider != format) {
      std::string name = existing->name.catalog + "." + existing->name.schema + "." + existing->name.table;
      throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1159",
                  "The format of the existing table " + name + " is `" + SourceClass(existing->provider) +
                      "`. It doesn't match the specified format `" + SourceClass(format) + "`.",
                  {{"tableName", name},
                   {"existingProvider", SourceClass(existing->provider)},
                   {"specifiedProvider", SourceClass(format)}});
    }
    plan::Insert insert;
    insert.source = command.source;
    insert.by_name = true;
    insert.options = command.options;
    InsertIntoFileTable(context, *existing, insert);
    return;
  }
  if (existing && !IsFileFormat(existing->provider)) ThrowUnsupported("replacing a table of the format " + existing->provider);
  const std::string* path = OptionMap(command.options).Find("path");
  info.type = path != nullptr ? catalog::TableType::kExternal : catalog::TableType::kManaged;
  info.provider = format;
  info.location = path != nullptr ? LocationOf(context, info.name, *path) : context.engine.catalog().NewTableLocation(info.name);
  info.partition_columns = command.partitioning;
  info.options = WithoutPath(command.options);
  MakeFileTable(context, std::move(info), command.source, overwrite,
                existing ? catalog::CreateMode::kReplace : catalog::CreateMode::kError);
}

void InsertIntoFileTable(CommandContext& context, const catalog::TableInfo& info, const plan::Insert& command) {
  if (command.replace_where) ThrowUnsupported("REPLACE WHERE on tables of the format " + info.provider);
  const std::string shown = plan::QuotedName(info.name.parts());
  SessionAnalysis analysis(context.engine, context.session, context.options);
  TypedRelationPtr plan = analysis.analyzer().Analyze(command.source);
  // The columns that the query gives, then the constants of PARTITION (p = 1).
  size_t dynamic = 0;
  std::vector<std::pair<std::string, analysis::TypedPtr>> constants;
  for (const auto& [column, value] : command.partition) {
    if (!Contains(info.partition_columns, column)) {
      throw Error(ErrorKind::kAnalysis, "PARTITIONS_NOT_FOUND",
                  "The partition(s) " + plan::QuotedName({column}) + " cannot be found in table " + shown +
                      ".\nVerify the partition specification and table name.",
                  {{"partitionList", plan::QuotedName({column})}, {"tableName", shown}})
          .WithSqlState("428FT");
    }
    if (value)
      constants.emplace_back(column, analysis.analyzer().AnalyzeExpression(value, {}));
    else
      ++dynamic;
  }
  std::vector<std::string> names = command.columns;
  if (names.empty() && !command.by_name) {
    for (const auto& field : info.schema) {
      bool fixed = std::any_of(constants.begin(), constants.end(),
                               [&](const auto& one) { return StringUtil::CIEquals(one.first, field.name); });
      if (!fixed) names.push_back(field.name);
    }
  }
  Projection named(analysis.analyzer(), plan);
  std::vector<std::string> given;
  for (const auto& column : plan->output) {
    if (!column.hidden) given.push_back(column.name);
  }
  if (!names.empty() && names.size() != given.size()) throw ArityMismatch(shown, names, given);
  size_t at = 0;
  for (const auto& column : plan->output) {
    if (!column.hidden) named.Add(names.empty() ? column.name : names[at++], Reference(column));
  }
  for (auto& [name, value] : constants) named.Add(name, std::move(value));
  plan::Schema target = info.schema;
  for (auto& field : target) {
    field.nullable = true;
    field.type = field.type.AsNullable();
    // Columns that an INSERT's list leaves out have their default.
    bool fixed = std::any_of(constants.begin(), constants.end(),
                             [&](const auto& one) { return StringUtil::CIEquals(one.first, field.name); });
    if (!command.columns.empty() && !fixed && !Contains(names, field.name))
      named.Add(field.name, DefaultOf(analysis.analyzer(), field));
  }
  TypedRelationPtr data = named.Done();
  CheckStorable(context, data, target, shown);
  TypedRelationPtr stored = analysis.analyzer().CastForWrite(data, target, true, shown);
  FileWrite write = WriteTo(info, command.overwrite);
  for (const auto& [key, value] : WithoutPath(command.options)) write.options[key] = value;
  write.dynamic = command.overwrite && !constants.empty();
  if (write.dynamic && dynamic > 0) ThrowUnsupported("INSERT OVERWRITE of constant and dynamic partitions together");
  RunFileWrite(context, analysis, stored, write);
  ForgetStatistics(context, info);
}

void TruncateFileTable(CommandContext& context, const catalog::TableInfo& info) {
  if (info.type != catalog::TableType::kManaged) {
    throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1266",
                "Operation not allowed: TRUNCATE TABLE on external tables: " + plan::QuotedName(info.name.parts()) + ".",
                {{"tableIdentWithDB", plan::QuotedName(info.name.parts())}});
  }
  for (const auto& entry : fs::directory_iterator(info.location)) fs::remove_all(entry.path());
  ForgetStatistics(context, info);
}

std::vector<std::string> FilePartitions(CommandContext& context, const catalog::TableInfo& info) {
  std::set<std::string> folders;
  const std::string zone = context.session->conf().Get("spark.sql.session.timeZone");
  for (const auto& file : ListFiles({info.location}, {}, false, zone).files)
    folders.insert(fs::path(file.path).parent_path().lexically_relative(info.location).string());
  return {folders.begin(), folders.end()};
}

CommandAnswer Run(CommandContext& context, const plan::AnalyzeTable& command) {
  FoundRelation relation = GetRelation(context, command.name);
  if (relation.is_view()) {
    throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_FEATURE.ANALYZE_VIEW",
                "The feature is not supported: The ANALYZE TABLE command does not support views.")
        .WithSqlState("0A000");
  }
  if (!IsFileFormat(relation.info->provider)) {
    throw Error(ErrorKind::kAnalysis, "NOT_SUPPORTED_COMMAND_FOR_V2_TABLE", "ANALYZE TABLE is not supported for v2 tables.",
                {{"cmd", "ANALYZE TABLE"}})
        .WithSqlState("0A000");
  }
  int64_t bytes = 0;
  const std::string zone = context.session->conf().Get("spark.sql.session.timeZone");
  for (const auto& file : ListFiles({relation.info->location}, {}, false, zone).files) bytes += file.size;
  std::optional<int64_t> rows;
  if (!command.no_scan) {
    plan::ReadTable read;
    read.name = command.name;
    plan::Project count;
    count.input = plan::MakeRelation(std::move(read));
    count.expressions = {plan::Call("count", {plan::IntLiteral(1)})};
    SessionAnalysis analysis(context.engine, context.session, context.options);
    auto counted = analysis.analyzer().Analyze(plan::MakeRelation(std::move(count)));
    rows = std::get<int64_t>(context.engine.Collect(context.session, counted, context.options).at(0).at(0).data);
  }
  context.engine.catalog().AlterTable(relation.info->name, [&](catalog::TableInfo& entry) {
    entry.properties[kTotalSize] = std::to_string(bytes);
    entry.properties.erase(kRowCount);
    if (rows) entry.properties[kRowCount] = std::to_string(*rows);
  });
  return nullptr;
}

}  // namespace headrace::engine
