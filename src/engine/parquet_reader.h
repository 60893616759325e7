#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <duckdb/common/multi_file/multi_file_reader.hpp>
#include <duckdb/common/multi_file/multi_file_states.hpp>

#include <string>
#include <vector>

namespace headrace::engine {

/// Files with what is known of their rows: without it DuckDB takes every scan for empty when it orders joins, and reads a
/// single file with one thread. Used by one query's planning at a time.
class KnownFiles : public duckdb::SimpleMultiFileList {
 public:
  explicit KnownFiles(duckdb::vector<duckdb::OpenFileInfo> files) : SimpleMultiFileList(std::move(files)) {}
  /// About how many rows the files hold; null when that is not known. `bind` is the scan's own.
  virtual duckdb::unique_ptr<duckdb::NodeStatistics> RowsOf(duckdb::ClientContext& context,
                                                            const duckdb::MultiFileBindData& bind) const = 0;
  /// Bounds of a column's values in all the files, of exactly its type; null when they are not known.
  virtual duckdb::unique_ptr<duckdb::BaseStatistics> StatisticsOf(duckdb::ClientContext& context,
                                                                  const duckdb::MultiFileBindData& bind,
                                                                  duckdb::column_t column) const = 0;
  /// A copy that knows as much: late materialisation scans a table a second time.
  duckdb::unique_ptr<duckdb::MultiFileList> Copy() const override = 0;
  /// Also for one file: its row groups are read by all threads.
  duckdb::FileExpandResult GetExpandResult() const override {
    return paths.empty() ? duckdb::FileExpandResult::NO_FILES : duckdb::FileExpandResult::MULTIPLE_FILES;
  }
};

/// Whether bounds of this type may be told to DuckDB: integers, dates, times, decimals and booleans, whose bounds in logs and
/// footers are exact. (Strings are cut there, floats leave NaN out.)
bool HasExactBounds(const duckdb::LogicalType& type);

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

/// Puts a scan of Parquet files with a reader of ours, whose file list is a KnownFiles, into the system catalog, under a name
/// of its own. `change` may
/// alter the function further.
void RegisterParquetFunction(duckdb::DatabaseInstance& database, const char* name,
                             duckdb::table_function_get_multi_file_reader_t reader,
                             void (*change)(duckdb::TableFunction& function) = nullptr);

/// A call of such a function. Its reader finds `scan` by ScanOf; the query's resources must keep it alive.
duckdb::unique_ptr<duckdb::TableRef> ParquetScanCall(const char* name, const void* scan);

/// Throws FAILED_READ_FILE naming the file that `reason` is about; for threads of DuckDB's.
[[noreturn]] void ThrowUnreadableFile(const std::string& path, const std::string& reason);

}  // namespace headrace::engine
