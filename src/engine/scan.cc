#include "engine/precompiled.h"

#include <duckdb/parser/tableref/list.hpp>

#include <algorithm>
#include <cctype>
#include <set>

#include "analysis/error_context.h"
#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "engine/file_write.h"
#include "engine/files/file_listing.h"
#include "engine/files/partition_values.h"
#include "engine/files/text_options.h"
#include "engine/parquet_reader.h"
#include "engine/scan_parquet.h"
#include "plan/names.h"

namespace headrace::engine {

namespace {

plan::DataType SparkType(const duckdb::LogicalType& type) {
  using duckdb::LogicalTypeId;
  using plan::DataType;
  using plan::TypeId;
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
      return TypeId::kBoolean;
    case LogicalTypeId::TINYINT:
      return TypeId::kByte;
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::UTINYINT:
      return TypeId::kShort;
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::USMALLINT:
      return TypeId::kInteger;
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UINTEGER:
      return TypeId::kLong;
    case LogicalTypeId::UBIGINT:
      return DataType::Decimal(20, 0);
    case LogicalTypeId::FLOAT:
      return TypeId::kFloat;
    case LogicalTypeId::DOUBLE:
      return TypeId::kDouble;
    case LogicalTypeId::DECIMAL:
      return DataType::Decimal(duckdb::DecimalType::GetWidth(type), duckdb::DecimalType::GetScale(type));
    case LogicalTypeId::VARCHAR:
      return TypeId::kString;
    case LogicalTypeId::BLOB:
      return TypeId::kBinary;
    case LogicalTypeId::DATE:
      return TypeId::kDate;
    case LogicalTypeId::TIMESTAMP_TZ:
      return TypeId::kTimestamp;
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_MS:
      return TypeId::kTimestampNtz;
    case LogicalTypeId::LIST:
      return DataType::Array(SparkType(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::MAP:
      return DataType::Map(SparkType(duckdb::MapType::KeyType(type)), SparkType(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: {
      std::vector<plan::StructField> fields;
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
        fields.push_back({name, SparkType(child), true, {}});
      }
      return DataType::Struct(std::move(fields));
    }
    default:
      ThrowUnsupported("files with a column of type " + type.ToString());
  }
}

duckdb::Value PathList(const std::vector<std::string>& paths) {
  duckdb::vector<duckdb::Value> values;
  for (const auto& path : paths) values.push_back(duckdb::Value(path));
  return duckdb::Value::LIST(duckdb::LogicalType::VARCHAR, std::move(values));
}

/// Types of one column in two files: fields of structs add up, decimals of one scale widen, all else must be equal.
std::optional<plan::DataType> MergedType(const plan::DataType& left, const plan::DataType& right);

std::optional<plan::Schema> MergedSchema(plan::Schema left, const plan::Schema& right) {
  for (const auto& field : right) {
    auto found = std::find_if(left.begin(), left.end(),
                              [&](const auto& other) { return duckdb::StringUtil::CIEquals(other.name, field.name); });
    if (found == left.end()) {
      left.push_back(field);
      continue;
    }
    auto type = MergedType(found->type, field.type);
    if (!type) return std::nullopt;
    found->type = *type;
  }
  return left;
}

std::optional<plan::DataType> MergedType(const plan::DataType& left, const plan::DataType& right) {
  using plan::DataType;
  using plan::TypeId;
  if (left == right) return left;
  if (left.id() != right.id()) return std::nullopt;
  if (left.id() == TypeId::kDecimal) {
    if (left.scale() != right.scale()) return std::nullopt;
    return DataType::Decimal(std::max(left.precision(), right.precision()), left.scale());
  }
  if (left.id() == TypeId::kArray) {
    auto element = MergedType(left.element(), right.element());
    return element ? std::optional(DataType::Array(*element)) : std::nullopt;
  }
  if (left.id() == TypeId::kMap) {
    auto key = MergedType(left.key(), right.key()), value = MergedType(left.value(), right.value());
    return key && value ? std::optional(DataType::Map(*key, *value)) : std::nullopt;
  }
  if (left.id() == TypeId::kStruct) {
    auto fields = MergedSchema(left.fields(), right.fields());
    return fields ? std::optional(DataType::Struct(*fields)) : std::nullopt;
  }
  return std::nullopt;
}

plan::Schema ParquetSchema(Engine& engine, const std::vector<std::string>& files) {
  auto connection = engine.database().Connect();
  auto relation = connection->Query("SELECT * FROM read_parquet($1, union_by_name = true, hive_partitioning = false) LIMIT 0",
                                    PathList(files));
  if (relation->HasError()) {
    // The file that cannot be read is named.
    for (const auto& file : files) {
      auto alone = connection->Query("SELECT 1 FROM read_parquet($1) LIMIT 0", duckdb::Value(file));
      if (!alone->HasError()) continue;
      try {
        ThrowUnreadableFile(file, alone->GetErrorObject().RawMessage());
      } catch (...) {
        RethrowAsError({});
      }
    }
    throw ToError(relation->GetErrorObject(), {});
  }
  plan::Schema schema;
  for (size_t i = 0; i < relation->names.size(); ++i) {
    schema.push_back({relation->names[i], SparkType(relation->types[i]), true, {}});
  }
  return schema;
}

bool IgnoresCorruptFiles(const Session& session, const plan::Options& options) {
  return OptionMap(options).Bool("ignoreCorruptFiles", session.conf().GetBool("spark.sql.files.ignoreCorruptFiles"));
}

/// Dates of files that do not say by whom they were written are in the old calendar when the reader says LEGACY: refused.
void CheckCalendar(Engine& engine, const Session& session, const plan::Options& options, const std::vector<std::string>& paths) {
  constexpr std::pair<const char*, const char*> kModes[] = {{"datetimeRebaseMode", "spark.sql.parquet.datetimeRebaseModeInRead"},
                                                            {"int96RebaseMode", "spark.sql.parquet.int96RebaseModeInRead"}};
  for (const auto& [option, setting] : kModes) {
    if (!duckdb::StringUtil::CIEquals(OptionMap(options).Text(option, session.conf().Get(setting)), "LEGACY")) continue;
    auto connection = engine.database().Connect();
    for (const auto& path : paths) {
      // Ours are DuckDB's.
      auto marks = connection->Query(
          "SELECT 1 FROM parquet_kv_metadata($1) WHERE key = 'org.apache.spark.version'::BLOB "
          "UNION ALL SELECT 1 FROM parquet_file_metadata($1) WHERE created_by LIKE 'DuckDB%'",
          duckdb::Value(path));
      if (marks->HasError()) continue;  // Reading it says what is wrong.
      if (marks->Cast<duckdb::MaterializedQueryResult>().RowCount() == 0)
        ThrowUnsupported(std::string(option) + "=LEGACY for files that do not say which Spark wrote them: " + path);
    }
  }
}

/// Whether a file has a footer that can be read.
bool IsParquet(Engine& engine, const std::string& path) {
  return !engine.database().Connect()->Query("SELECT 1 FROM read_parquet($1) LIMIT 0", duckdb::Value(path))->HasError();
}

/// With mergeSchema: the columns of all files. Types that differ are an error, as in Spark.
plan::Schema MergedParquetSchema(Engine& engine, const std::vector<std::string>& files) {
  plan::Schema all;
  for (const auto& file : files) {
    plan::Schema schema = ParquetSchema(engine, {file});
    auto merged = MergedSchema(all, schema);
    if (!merged) {
      auto text = [](const plan::Schema& columns) { return "\"" + plan::DataType::Struct(columns).Sql() + "\""; };
      throw Error(ErrorKind::kRuntime, "CANNOT_MERGE_SCHEMAS",
                  "Failed merging schemas:\nInitial schema:\n" + text(all) +
                      "\nSchema that cannot be merged with the initial schema:\n" + text(schema) + ".",
                  {{"left", text(all)}, {"right", text(schema)}})
          .WithExceptionClass("org.apache.spark.SparkException");
    }
    all = std::move(*merged);
  }
  return all;
}

/// No two columns of a file have one name, and what is no record goes into a string.
void CheckColumns(const Session& session, const analysis::TypedScan& scan) {
  bool case_sensitive = session.conf().GetBool("spark.sql.caseSensitive");
  std::set<std::string> seen;
  for (const auto& field : scan.schema) {
    std::string name = case_sensitive ? field.name : duckdb::StringUtil::Lower(field.name);
    if (seen.insert(name).second) continue;
    throw Error(ErrorKind::kAnalysis, "COLUMN_ALREADY_EXISTS",
                "The column " + plan::QuotedName(name) + " already exists. Choose another name or rename the existing column.",
                {{"columnName", plan::QuotedName(name)}});
  }
  if (scan.format != "json" && scan.format != "csv") return;
  std::string corrupt =
      OptionMap(scan.options).Text("columnNameOfCorruptRecord", session.conf().Get("spark.sql.columnNameOfCorruptRecord"));
  for (const auto& field : scan.schema) {
    if (field.name != corrupt || field.type.IsString()) continue;
    std::string type = analysis::QuotedType(field.type), name = plan::QuotedName(corrupt);
    throw Error(ErrorKind::kAnalysis, "INVALID_CORRUPT_RECORD_TYPE",
                "The column " + name + " for corrupt records must have the nullable STRING type, but got " + type + ".",
                {{"columnName", name}, {"actualType", type}});
  }
}

/// The columns that are not the folders'.
plan::Schema DataColumns(const plan::Schema& schema, const plan::Schema& folders) {
  plan::Schema data;
  for (const auto& field : schema) {
    bool is_folder = std::any_of(folders.begin(), folders.end(),
                                 [&](const auto& other) { return duckdb::StringUtil::CIEquals(field.name, other.name); });
    if (!is_folder) data.push_back(field);
  }
  return data;
}

/// The folders' columns follow the data's; where the data has one of their names too, the folders' values stand there.
void AddPartitionColumns(const plan::Schema& columns, bool types_given, analysis::TypedScan& scan) {
  std::vector<std::string> names, in_files;
  for (const auto& column : columns) {
    auto found = std::find_if(scan.schema.begin(), scan.schema.end(),
                              [&](const auto& field) { return duckdb::StringUtil::CIEquals(field.name, column.name); });
    names.push_back(column.name);
    if (found == scan.schema.end()) {
      scan.schema.push_back(column);
    } else if (types_given) {
      auto field = *found;
      scan.schema.erase(found);
      scan.schema.push_back(std::move(field));
    } else {
      found->type = column.type;
      in_files.push_back(column.name);
    }
  }
  SetPartitionColumns(names, in_files, scan);
}

}  // namespace

void ThrowUnknownFormat(const std::string& format) {
  const std::string name = duckdb::StringUtil::Lower(format);
  // Sources of Spark's own that are not there yet, as against names that nobody knows.
  for (const char* known : {"orc", "xml", "jdbc", "avro", "kafka", "rate", "socket", "console", "memory", "statestore"}) {
    if (name == known) ThrowUnsupported("the data source " + name);
  }
  throw Error(ErrorKind::kRuntime, "DATA_SOURCE_NOT_FOUND",
              "Failed to find the data source: " + format +
                  ". Make sure the provider name is correct and the package is properly registered and compatible with your "
                  "Spark version.",
              {{"provider", format}})
      .WithSqlState("42K02")
      .WithExceptionClass("org.apache.spark.SparkClassNotFoundException");
}

void ThrowPathMissing(const std::string& format) {
  if (format == "delta") throw Error(ErrorKind::kIllegalArgument, "", "'path' is not specified");
  throw Error(ErrorKind::kIllegalArgument, "_LEGACY_ERROR_TEMP_2047", "'path' is not specified.");
}

std::string FormatName(const std::string& format) {
  if (format == "json" || format == "csv" || format == "orc") {
    std::string upper = format;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return upper;
  }
  if (format == "binaryfile") return "BinaryFile";
  return std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(format[0])))) + format.substr(1);
}

void CheckFileSchema(const std::string& format, const plan::Schema& schema) {
  for (const auto& field : schema) {
    if (field.type.id() == plan::TypeId::kChar || field.type.id() == plan::TypeId::kVarchar) {
      throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING",
                  "The char/varchar type can't be used in the table schema.\nIf you want Spark treat them as string type as "
                  "same as Spark 3.0 and earlier, please set \"spark.sql.legacy.charVarcharAsString\" to \"true\".")
          .WithSqlState("0A000");
    }
    bool fits = true;
    if (format == "text") fits = field.type.IsString();
    if (format == "csv")
      fits =
          !field.type.IsNested() && field.type.id() != plan::TypeId::kNull && field.type.id() != plan::TypeId::kCalendarInterval;
    if (format == "parquet") fits = field.type.id() != plan::TypeId::kNull;
    if (format == "json") fits = field.type.id() != plan::TypeId::kCalendarInterval;
    if (!fits) {
      throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                  "The " + FormatName(format) + " datasource doesn't support the column " + plan::QuotedName(field.name) +
                      " of the type \"" + field.type.Sql() + "\".",
                  {{"format", FormatName(format)},
                   {"columnName", plan::QuotedName(field.name)},
                   {"columnType", "\"" + field.type.Sql() + "\""}})
          .WithSqlState("0A000");
    }
  }
}

namespace {

[[noreturn]] void ThrowNoSchema(const std::string& format) {
  throw Error(ErrorKind::kAnalysis, "UNABLE_TO_INFER_SCHEMA",
              "Unable to infer schema for " + FormatName(format) + ". It must be specified manually.",
              {{"format", FormatName(format)}})
      .WithSqlState("42KD9");
}

/// Delta's short form of a path: /table@v3 and /table@20240131000000000. The path loses it.
plan::TimeTravel TravelOfPath(std::string& path) {
  plan::TimeTravel travel;
  size_t at = path.rfind('@');
  if (at == std::string::npos || at + 1 == path.size()) return travel;
  std::string text = path.substr(at + 1);
  auto digits = [](const std::string& part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
  };
  if ((text[0] == 'v' || text[0] == 'V') && digits(text.substr(1)) && text.size() < 20) {
    travel.version = std::stoll(text.substr(1));
  } else if (digits(text) && text.size() == 17) {
    travel.timestamp =
        plan::StringLiteral(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + " " + text.substr(8, 2) +
                            ":" + text.substr(10, 2) + ":" + text.substr(12, 2) + "." + text.substr(14));
  } else {
    return travel;
  }
  path.resize(at);
  return travel;
}

}  // namespace

analysis::TypedScan ResolveScan(Engine& engine, const std::shared_ptr<Session>& session, const plan::ReadFiles& files) {
  std::string format =
      duckdb::StringUtil::Lower(files.format.empty() ? session->conf().Get("spark.sql.sources.default") : files.format);
  std::vector<std::string> paths = files.paths;
  for (const char* key : {"path", "paths"}) {
    auto option = files.options.find(key);
    if (paths.empty() && option != files.options.end()) paths.push_back(option->second);
  }
  bool known = false;
  for (const char* name : {"delta", "parquet", "csv", "json", "text", "binaryfile"}) known = known || format == name;
  if (!known) ThrowUnknownFormat(files.format);
  if (paths.empty() && format == "delta") ThrowPathMissing(format);
  if (paths.empty()) {
    ThrowNoSchema(format);
  }
  if (format == "delta") {
    if (paths.size() != 1) ThrowUnsupported("reading several Delta tables in one load()");
    storage::Location location = storage::Resolve(paths[0]);
    plan::TimeTravel travel;
    if (!location.store->Exists(location.path)) {
      travel = TravelOfPath(paths[0]);
      location = storage::Resolve(paths[0]);
    }
    if (!location.store->Exists(location.path)) {
      throw Error(ErrorKind::kAnalysis, "PATH_NOT_FOUND", "Path does not exist: " + paths[0] + ".", {{"path", paths[0]}})
          .WithSqlState("42K03");
    }
    return ResolveDeltaScan(engine, session, paths[0], files.options, travel, "");
  }
  const std::string zone = session->conf().Get("spark.sql.session.timeZone");
  FileListing listing =
      ListFiles(paths, files.options, session->conf().GetBool("spark.sql.sources.partitionColumnTypeInference.enabled"), zone);
  analysis::TypedScan scan;
  scan.format = format;
  scan.options = files.options;
  if (format != "parquet") {
    // Spark reads the longest files first.
    std::stable_sort(listing.files.begin(), listing.files.end(), [](const auto& a, const auto& b) { return a.size > b.size; });
  }
  for (const auto& file : listing.files) {
    // With a schema a file without bytes is one without rows; without, its footer is missed.
    if (format != "parquet" || file.size > 0 || !files.schema) scan.paths.push_back(file.path);
  }
  if (files.schema) {
    scan.schema = *files.schema;
    for (auto& field : scan.schema) field.nullable = true;
    plan::Schema data = DataColumns(scan.schema, listing.partition_columns);
    CheckFileSchema(format, data);
    if (format == "parquet" && IgnoresCorruptFiles(*session, files.options))
      std::erase_if(scan.paths, [&](const std::string& path) { return !IsParquet(engine, path); });
    if (format == "text" && data.size() > 1) {
      throw Error(ErrorKind::kAnalysis, "_LEGACY_ERROR_TEMP_1290",
                  "Text data source supports only a single column, and you have " + std::to_string(data.size()) + " columns.",
                  {{"schemaSize", std::to_string(data.size())}});
    }
  } else if (scan.paths.empty() && format != "text" && format != "binaryfile") {
    ThrowNoSchema(format);
  } else if (format == "parquet") {
    bool merges = OptionMap(files.options).Bool("mergeSchema", session->conf().GetBool("spark.sql.parquet.mergeSchema"));
    if (IgnoresCorruptFiles(*session, files.options)) {
      std::erase_if(scan.paths, [&](const std::string& path) { return !IsParquet(engine, path); });
      if (scan.paths.empty()) ThrowNoSchema(format);
    }
    scan.schema = merges ? MergedParquetSchema(engine, scan.paths) : ParquetSchema(engine, scan.paths);
  } else {
    scan.schema = InferTextSchema(engine, session, scan);
  }
  if (format == "parquet") CheckCalendar(engine, *session, files.options, scan.paths);
  CheckColumns(*session, scan);
  AddPartitionColumns(listing.partition_columns, files.schema.has_value(), scan);
  return scan;
}

duckdb::unique_ptr<duckdb::TableRef> LowerScan(Engine& engine, const std::shared_ptr<Session>& session,
                                               const analysis::TypedScan& scan, bool with_metadata,
                                               std::vector<std::shared_ptr<void>>& resources) {
  if (scan.format == "delta") return LowerDeltaScan(engine, session, scan, with_metadata, resources);
  if (scan.format == "parquet") return LowerParquetScan(engine, session, scan, with_metadata, resources);
  return LowerTextScan(engine, session, scan, with_metadata, resources);
}

}  // namespace headrace::engine
