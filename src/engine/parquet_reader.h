#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <duckdb/common/multi_file/multi_file_reader.hpp>

#include <string>
#include <vector>

namespace headrace::engine {

/// The base of our readers of many Parquet files: names unreadable files, keeps DuckDB from dropping files on its own. A
/// subclass must override Copy, or late materialisation answers with DuckDB's own reader.
class ParquetFilesReader : public duckdb::MultiFileReader {
 public:
  /// Throws FAILED_READ_FILE for a file that is gone or no Parquet: the data's fault, named by its path.
  duckdb::shared_ptr<duckdb::BaseFileReader> CreateReader(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState& state,
                                                          const duckdb::OpenFileInfo& file, duckdb::idx_t index,
                                                          const duckdb::MultiFileBindData& bind) override;
  duckdb::unique_ptr<duckdb::MultiFileList> DynamicFilterPushdown(
      duckdb::ClientContext& context, const duckdb::MultiFileList& files, const duckdb::MultiFileOptions& options,
      const duckdb::vector<std::string>& names, const duckdb::vector<duckdb::LogicalType>& types,
      const duckdb::vector<duckdb::column_t>& columns, duckdb::TableFilterSet& filters) override;

 protected:
  /// What ParquetScanCall was given.
  static const void* ScanOf(const duckdb::vector<std::string>& paths);
};

/// Puts a scan of Parquet files with a reader of ours into the system catalog, under a name of its own. `change` may
/// alter the function further.
void RegisterParquetFunction(duckdb::DatabaseInstance& database, const char* name,
                             duckdb::table_function_get_multi_file_reader_t reader,
                             void (*change)(duckdb::TableFunction& function) = nullptr);

/// A call of such a function. Its reader finds `scan` by ScanOf; the query's resources must keep it alive.
duckdb::unique_ptr<duckdb::TableRef> ParquetScanCall(const char* name, const void* scan);

/// Throws FAILED_READ_FILE naming the file that `reason` is about; for threads of DuckDB's.
[[noreturn]] void ThrowUnreadableFile(const std::string& path, const std::string& reason);

}  // namespace headrace::engine
