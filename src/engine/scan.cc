#include "engine/precompiled.h"

#include <duckdb/parser/tableref/list.hpp>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/engine.h"
#include "engine/errors.h"
#include "storage/object_store.h"

namespace headrace::engine {

namespace {

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// The data files of a path: itself, or every file below it but those that Spark hides (names from `_` or `.`).
void AddFiles(const std::string& path, std::vector<std::string>& files) {
  namespace fs = std::filesystem;
  std::string local = storage::Resolve(path).path;
  auto hidden = [](const std::string& name) { return name.empty() || name[0] == '_' || name[0] == '.'; };
  if (fs::is_regular_file(local)) {
    files.push_back(local);
    return;
  }
  if (local.find_first_of("*?[{") != std::string::npos) {
    // A glob: every match of the folder part is listed.
    duckdb::DuckDB scratch(nullptr);
    duckdb::Connection connection(scratch);
    auto matches = connection.Query("SELECT file FROM glob($1) ORDER BY 1", duckdb::Value(local));
    if (!matches->HasError()) {
      for (const auto& row : *matches) files.push_back(row.GetValue<std::string>(0));
    }
    if (!files.empty()) return;
  }
  if (!fs::is_directory(local)) {
    throw Error(ErrorKind::kAnalysis, "PATH_NOT_FOUND", "Path does not exist: file:" + local + ".",
                {{"path", "file:" + local}})
        .WithSqlState("42K03");
  }
  for (auto entry = fs::recursive_directory_iterator(local); entry != fs::recursive_directory_iterator(); ++entry) {
    std::string name = entry->path().filename().string();
    if (hidden(name) && name.find('=') == std::string::npos) {
      if (entry->is_directory()) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file() && entry->file_size() > 0) files.push_back(entry->path().string());
  }
}

plan::DataType SparkType(const duckdb::LogicalType& type) {
  using duckdb::LogicalTypeId;
  using plan::DataType;
  using plan::TypeId;
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN: return TypeId::kBoolean;
    case LogicalTypeId::TINYINT: return TypeId::kByte;
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::UTINYINT: return TypeId::kShort;
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::USMALLINT: return TypeId::kInteger;
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::UINTEGER: return TypeId::kLong;
    case LogicalTypeId::UBIGINT: return DataType::Decimal(20, 0);
    case LogicalTypeId::FLOAT: return TypeId::kFloat;
    case LogicalTypeId::DOUBLE: return TypeId::kDouble;
    case LogicalTypeId::DECIMAL:
      return DataType::Decimal(duckdb::DecimalType::GetWidth(type), duckdb::DecimalType::GetScale(type));
    case LogicalTypeId::VARCHAR: return TypeId::kString;
    case LogicalTypeId::BLOB: return TypeId::kBinary;
    case LogicalTypeId::DATE: return TypeId::kDate;
    case LogicalTypeId::TIMESTAMP_TZ: return TypeId::kTimestamp;
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_MS: return TypeId::kTimestampNtz;
    case LogicalTypeId::LIST: return DataType::Array(SparkType(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::MAP:
      return DataType::Map(SparkType(duckdb::MapType::KeyType(type)), SparkType(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: {
      std::vector<plan::StructField> fields;
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
        fields.push_back({name, SparkType(child), true, {}});
      }
      return DataType::Struct(std::move(fields));
    }
    default: ThrowUnsupported("files with a column of type " + type.ToString());
  }
}

duckdb::Value PathList(const std::vector<std::string>& paths) {
  duckdb::vector<duckdb::Value> values;
  for (const auto& path : paths) values.push_back(duckdb::Value(path));
  return duckdb::Value::LIST(duckdb::LogicalType::VARCHAR, std::move(values));
}

plan::Schema ParquetSchema(Engine& engine, const std::vector<std::string>& files) {
  auto connection = engine.database().Connect();
  auto relation = connection->Query("SELECT * FROM read_parquet($1, union_by_name = true) LIMIT 0", PathList(files));
  if (relation->HasError()) throw ToError(relation->GetErrorObject(), {});
  plan::Schema schema;
  for (size_t i = 0; i < relation->names.size(); ++i) {
    schema.push_back({relation->names[i], SparkType(relation->types[i]), true, {}});
  }
  return schema;
}

}  // namespace

analysis::TypedScan ResolveScan(Engine& engine, const std::shared_ptr<Session>& session, const plan::ReadFiles& files) {
  std::string format = Lower(files.format.empty() ? session->conf().Get("spark.sql.sources.default") : files.format);
  std::vector<std::string> paths = files.paths;
  for (const char* key : {"path", "paths"}) {
    auto option = files.options.find(key);
    if (paths.empty() && option != files.options.end()) paths.push_back(option->second);
  }
  if (paths.empty()) {
    throw Error(ErrorKind::kAnalysis, "UNABLE_TO_INFER_SCHEMA",
                "Unable to infer schema for " + format + ": no path is given.", {{"format", format}})
        .WithSqlState("42KD9");
  }
  if (format == "delta") {
    if (paths.size() != 1) ThrowUnsupported("reading several Delta tables in one load()");
    return ResolveDeltaScan(engine, session, paths[0], files.options, {}, "");
  }
  analysis::TypedScan scan;
  scan.format = format;
  scan.options = files.options;
  for (const auto& path : paths) AddFiles(path, scan.paths);
  std::sort(scan.paths.begin(), scan.paths.end());
  if (files.schema) {
    scan.schema = *files.schema;
    for (auto& field : scan.schema) field.nullable = true;
  } else if (scan.paths.empty()) {
    throw Error(ErrorKind::kAnalysis, "UNABLE_TO_INFER_SCHEMA",
                "Unable to infer schema for " + format + ". It must be specified manually.", {{"format", format}})
        .WithSqlState("42KD9");
  } else if (format == "parquet") {
    scan.schema = ParquetSchema(engine, scan.paths);
  } else if (format == "text") {
    scan.schema = {{"value", plan::DataType::String(), true, {}}};
  } else {
    scan.schema = InferTextSchema(engine, session, scan);
  }
  return scan;
}

duckdb::unique_ptr<duckdb::TableRef> LowerScan(Engine& engine, const std::shared_ptr<Session>& session,
                                               const analysis::TypedScan& scan, bool with_metadata,
                                               std::vector<std::shared_ptr<void>>& resources) {
  if (scan.format == "delta") return LowerDeltaScan(engine, session, scan, with_metadata, resources);
  if (scan.format == "parquet") {
    auto table = duckdb::make_uniq<duckdb::TableFunctionRef>();
    ParsedList arguments;
    arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(PathList(scan.paths)));
    ParsedPtr by_name = Constant(duckdb::Value::BOOLEAN(true));
    by_name->SetAlias("union_by_name");
    arguments.push_back(std::move(by_name));
    table->function = duckdb::make_uniq<duckdb::FunctionExpression>("read_parquet", std::move(arguments));
    if (with_metadata) ThrowUnsupported("_metadata of parquet files");
    return std::move(table);
  }
  return LowerTextScan(engine, session, scan, with_metadata, resources);
}

}  // namespace headrace::engine
