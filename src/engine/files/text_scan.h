#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/files/partition_values.h"
#include "engine/files/text_source.h"
#include "plan/types.h"

namespace headrace::engine {

/// A file whose bytes cannot be read or unpacked: FAILED_READ_FILE.
class UnreadableFile : public duckdb::Exception {
 public:
  explicit UnreadableFile(const duckdb::Exception& exception) : duckdb::Exception(exception) {}
};

/// Takes the records of one split after another apart into rows. Used by one thread.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// Starts a split.
  virtual void Open(const FileInfo& file, const TextSplit& split) = 0;
  /// Writes up to `capacity` rows into the vectors of the reader's columns, which are flat and empty. 0: the split's end.
  virtual duckdb::idx_t Read(const std::vector<duckdb::Vector*>& columns, duckdb::idx_t capacity) = 0;
};

/// One scan of text files. Immutable while a query runs.
struct TextScan {
  std::vector<FileInfo> files;
  TextFraming framing;
  plan::Schema schema;
  PartitionValues partitions;
  bool with_metadata = false;
  bool ignore_corrupt = false;  ///< The rest of a file that cannot be read is left out.
  /// Makes a thread's reader of the data columns with these indices.
  std::function<std::unique_ptr<RecordReader>(const std::vector<size_t>& columns)> make_reader;
  /// Called when the columns of a query are known; throws what Spark refuses. May be empty.
  std::function<void(const std::vector<size_t>& columns)> check_columns;
};

/// The table function over a scan, which must live as long as the query. Columns carry the schema's names, then `_metadata`.
duckdb::unique_ptr<duckdb::TableRef> TextScanTable(const TextScan& scan);

/// A table of no rows.
duckdb::unique_ptr<duckdb::TableRef> EmptyTable(const plan::Schema& schema);

/// Puts the table function into the system catalog; called once a database.
void RegisterTextScan(duckdb::DatabaseInstance& database);

/// The hidden `_metadata` of every file format, and its value for a file that is read whole.
plan::DataType FileMetadataType();
duckdb::Value FileMetadata(const FileInfo& file);

/// Makes every row of a flat vector null, inside structs too; and drops the masks of vectors without nulls.
void StartNull(duckdb::Vector& vector, duckdb::idx_t count);
void FinishNulls(duckdb::Vector& vector, duckdb::idx_t count);

}  // namespace headrace::engine
