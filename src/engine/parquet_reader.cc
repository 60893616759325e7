#include "engine/precompiled.h"

#include "engine/parquet_reader.h"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp>
#include <duckdb/parser/parsed_data/create_table_function_info.hpp>
#include <duckdb/parser/tableref/table_function_ref.hpp>

#include <charconv>
#include <filesystem>

#include "engine/functions/kernel_error.h"
#include "engine/lowering.h"

namespace headrace::engine {

void ThrowUnreadableFile(const std::string& path, const std::string& reason) {
  bool there = std::filesystem::exists(path);
  std::string uri = "file://" + path;
  ThrowSpark(
      -1, there ? "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER" : "FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", uri}},
      "Encountered error while reading file " + uri + ". " +
          (there ? "Could not read its footer: " + reason.substr(0, reason.find('\n')) : std::string("File does not exist.")),
      ErrorKind::kRuntime);
}

duckdb::shared_ptr<duckdb::BaseFileReader> ParquetFilesReader::CreateReader(duckdb::ClientContext& context,
                                                                            duckdb::GlobalTableFunctionState& state,
                                                                            const duckdb::OpenFileInfo& file, duckdb::idx_t index,
                                                                            const duckdb::MultiFileBindData& bind) {
  try {
    return MultiFileReader::CreateReader(context, state, file, index, bind);
  } catch (const std::exception& exception) {
    duckdb::ErrorData error(exception);
    if (error.Type() != duckdb::ExceptionType::INVALID_INPUT && error.Type() != duckdb::ExceptionType::IO) throw;
    ThrowUnreadableFile(file.path, error.RawMessage());
  }
}

duckdb::unique_ptr<duckdb::MultiFileList> ParquetFilesReader::DynamicFilterPushdown(
    duckdb::ClientContext&, const duckdb::MultiFileList&, const duckdb::MultiFileOptions&, const duckdb::vector<std::string>&,
    const duckdb::vector<duckdb::LogicalType>&, const duckdb::vector<duckdb::column_t>&, duckdb::TableFilterSet&) {
  return nullptr;
}

const void* ParquetFilesReader::ScanOf(const duckdb::vector<std::string>& paths) {
  uintptr_t address = 0;
  std::from_chars(paths.at(0).data(), paths[0].data() + paths[0].size(), address, 16);
  return reinterpret_cast<const void*>(address);
}

bool HasExactBounds(const duckdb::LogicalType& type) {
  switch (type.id()) {
    case duckdb::LogicalTypeId::BOOLEAN:
    case duckdb::LogicalTypeId::TINYINT:
    case duckdb::LogicalTypeId::SMALLINT:
    case duckdb::LogicalTypeId::INTEGER:
    case duckdb::LogicalTypeId::BIGINT:
    case duckdb::LogicalTypeId::DECIMAL:
    case duckdb::LogicalTypeId::DATE:
    case duckdb::LogicalTypeId::TIMESTAMP:
    case duckdb::LogicalTypeId::TIMESTAMP_TZ:
      return true;
    default:
      return false;
  }
}

namespace {

duckdb::unique_ptr<duckdb::BaseStatistics> ColumnStatistics(duckdb::ClientContext& context, const duckdb::FunctionData* data,
                                                            duckdb::column_t column) {
  const auto& bind = data->Cast<duckdb::MultiFileBindData>();
  if (duckdb::IsVirtualColumn(column) || column >= bind.types.size() || !HasExactBounds(bind.types[column])) return nullptr;
  return static_cast<const KnownFiles&>(*bind.file_list).StatisticsOf(context, bind, column);
}

duckdb::unique_ptr<duckdb::NodeStatistics> Cardinality(duckdb::ClientContext& context, const duckdb::FunctionData* data) {
  const auto& bind = data->Cast<duckdb::MultiFileBindData>();
  return static_cast<const KnownFiles&>(*bind.file_list).RowsOf(context, bind);
}

}  // namespace

void RegisterParquetFunction(duckdb::DatabaseInstance& database, const char* name,
                             duckdb::table_function_get_multi_file_reader_t reader,
                             void (*change)(duckdb::TableFunction& function)) {
  duckdb::Connection connection(database);
  connection.BeginTransaction();
  auto& context = *connection.context;
  auto& parquet =
      duckdb::Catalog::GetEntry<duckdb::TableFunctionCatalogEntry>(context, INVALID_CATALOG, DEFAULT_SCHEMA, "parquet_scan");
  duckdb::TableFunctionSet set(name);
  for (auto function : parquet.functions.functions) {
    function.name = name;
    function.get_multi_file_reader = reader;
    // It describes whole files and knows nothing of deletion vectors or of constants from folders and logs.
    function.get_partition_stats = nullptr;
    function.statistics = ColumnStatistics;
    function.cardinality = Cardinality;
    if (change != nullptr) change(function);
    set.AddFunction(function);
  }
  duckdb::CreateTableFunctionInfo info(set);
  duckdb::Catalog::GetSystemCatalog(context).CreateTableFunction(context, info);
  connection.Commit();
}

duckdb::unique_ptr<duckdb::TableRef> ParquetScanCall(const char* name, const void* scan) {
  // The address goes as the function's path, the one argument that every overload has.
  char text[2 * sizeof(uintptr_t) + 1];
  auto [end, code] = std::to_chars(text, text + sizeof text, reinterpret_cast<uintptr_t>(scan), 16);
  auto table = duckdb::make_uniq<duckdb::TableFunctionRef>();
  table->function = duckdb::make_uniq<duckdb::FunctionExpression>(SYSTEM_CATALOG, DEFAULT_SCHEMA, name,
                                                                  ListOf(Constant(duckdb::Value(std::string(text, end)))));
  return table;
}

}  // namespace headrace::engine
