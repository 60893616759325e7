#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plan/types.h"

struct ArrowArray;
struct ArrowArrayStream;

namespace arrow {
class DataType;
class RecordBatch;
class Schema;
}  // namespace arrow

namespace headrace::engine {

/// Spark's Arrow form of a schema: timestamps in microseconds with `time_zone`, day-time intervals as durations, dates as
/// date32, decimals as decimal128.
std::shared_ptr<arrow::Schema> ArrowSchemaOf(const plan::Schema& schema, const std::string& time_zone);

/// The reverse, for frames a client sends. Throws Error(kUnsupported) for an Arrow type without a Spark type.
plan::Schema SparkSchemaOf(const arrow::Schema& schema);

/// Takes over `array` (C data interface), whose children have the layout of `schema`, as one batch of `rows` rows. A batch
/// without columns keeps its row count.
std::shared_ptr<arrow::RecordBatch> ImportBatch(ArrowArray* array, const std::shared_ptr<arrow::Schema>& schema, int64_t rows);
int64_t RowsOf(const arrow::RecordBatch& batch);

/// Rows a client sent as Arrow IPC streams, decoded once and read any number of times. Immutable, thread-safe.
class LocalTable {
 public:
  /// `schema`: the declared Spark schema, or null for the Arrow schema's own. Columns are cast to the physical types the
  /// engine works with (durations to 64-bit integers, month intervals to 32-bit integers, dictionaries to their values).
  static std::shared_ptr<const LocalTable> FromIpc(const std::vector<std::shared_ptr<const std::string>>& streams,
                                                   const plan::Schema* schema);
  /// From batches in memory (foreachBatch, catalog calls).
  static std::shared_ptr<const LocalTable> FromBatches(std::vector<std::shared_ptr<arrow::RecordBatch>> batches,
                                                       std::shared_ptr<arrow::Schema> schema);
  const plan::Schema& schema() const { return schema_; }
  int64_t rows() const { return rows_; }
  /// A new stream over all rows, in the C stream interface; the caller releases it.
  void Export(ArrowArrayStream* stream) const;

 private:
  plan::Schema schema_;
  std::shared_ptr<arrow::Schema> physical_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  std::vector<std::shared_ptr<const std::string>> streams_;  ///< What the batches' buffers point into.
  int64_t rows_ = 0;
};

/// Batches as one IPC stream: the form of a local relation's rows.
std::shared_ptr<const std::string> IpcOf(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                                         const std::shared_ptr<arrow::Schema>& schema);

/// The Spark schema of an IPC stream without reading its rows.
plan::Schema SchemaOfIpc(const std::string& stream);

}  // namespace headrace::engine
