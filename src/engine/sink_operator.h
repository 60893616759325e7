#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <duckdb/function/copy_function.hpp>
#include <duckdb/planner/operator/logical_extension_operator.hpp>

#include "engine/sink.h"
#include "engine/sink_statistics.h"
#include "plan/types.h"

namespace headrace::engine {

/// Whether a type has a field that may not be NULL.
bool HasNotNull(const plan::DataType& type);

/// One run of the sink: what its operator is told and what it gives back. Outlives the query. Thread-safe where the
/// operator's threads meet.
class SinkRun {
 public:
  /// `columns` are the plan's output columns, the table's first. Throws for tables that cannot be written.
  SinkRun(duckdb::ClientContext& context, const SinkTarget& target, const plan::Schema& table, size_t columns);
  ~SinkRun();

  const SinkTarget& target() const { return target_; }
  /// Takes a chunk's rows of one slot; flushes a row group when there is one.
  struct Buffer;
  struct Slot;
  struct Local;
  struct LocalSlot;
  std::shared_ptr<Local> MakeLocal();
  void Append(duckdb::ClientContext& context, Local& local, duckdb::DataChunk& chunk);
  void Combine(duckdb::ClientContext& context, Local& local);
  /// Writes what is left and closes the files.
  void Finish(duckdb::ClientContext& context);
  SinkResult TakeResult();
  /// Deletes every file made; for runs that failed.
  void RemoveFiles();

 private:
  struct OpenFile;
  class CloseTask;
  Slot& SlotOf(const std::string& key, duckdb::DataChunk& chunk, duckdb::idx_t row, int32_t bucket);
  void CheckRows(duckdb::DataChunk& chunk) const;
  /// Gives rows the numbers of identity columns.
  void NumberRows(duckdb::DataChunk& chunk);
  void CheckNotNull(const duckdb::Vector& vector, const plan::StructField& field, const std::string& path, duckdb::idx_t count,
                    const duckdb::ValidityMask* parent) const;
  /// Adds rows of the files' columns to a thread's buffer of a slot; flushes a full one.
  void Take(duckdb::ClientContext& context, LocalSlot& entry, duckdb::DataChunk& rows);
  /// Adds rows to a buffer; gives it back, and leaves null, each time that it is full.
  std::vector<std::unique_ptr<Buffer>> Fill(duckdb::ClientContext& context, std::unique_ptr<Buffer>& buffer,
                                            duckdb::DataChunk& rows);
  void Flush(duckdb::ClientContext& context, Slot& slot, Buffer& buffer);
  std::shared_ptr<OpenFile> OpenNext(duckdb::ClientContext& context, Slot& slot);
  void Close(duckdb::ClientContext& context, Slot& slot, OpenFile& file);
  void FinishSlot(duckdb::ClientContext& context, Slot& slot);
  std::unique_ptr<Buffer> MakeBuffer(duckdb::ClientContext& context);

  const SinkTarget target_;
  plan::Schema table_;
  delta::Schema schema_;
  std::string root_;
  std::vector<size_t> data_columns_;  ///< Columns of the plan that go into the files.
  std::vector<size_t> partition_columns_;  ///< In the metadata's order.
  duckdb::vector<duckdb::LogicalType> file_types_;
  duckdb::vector<std::string> file_names_;
  duckdb::idx_t group_rows_ = 0;  ///< The most rows of a row group, a part of a file's most rows; 0: no such limit.
  bool has_not_null_ = false;
  std::optional<FileStatistics::Plan> statistics_;
  duckdb::CopyFunction writer_;
  duckdb::unique_ptr<duckdb::FunctionData> bind_;

  std::mutex mutex_;  ///< Of what follows.
  std::unordered_map<std::string, std::unique_ptr<Slot>> slots_;
  std::vector<std::string> made_;  ///< Paths of all files opened.
  SinkResult result_;
  std::atomic<int32_t> next_file_{0};
  std::vector<std::atomic<int64_t>> numbered_;  ///< How many numbers each identity column has given.
};

/// The operator: passes chunks to its run and gives one row, the number of rows written.
class SinkOperator : public duckdb::LogicalExtensionOperator {
 public:
  SinkOperator(std::shared_ptr<SinkRun> run, duckdb::idx_t table_index, duckdb::unique_ptr<duckdb::LogicalOperator> child);
  duckdb::PhysicalOperator& CreatePlan(duckdb::ClientContext& context, duckdb::PhysicalPlanGenerator& planner) override;
  duckdb::vector<duckdb::ColumnBinding> GetColumnBindings() override;
  duckdb::vector<duckdb::idx_t> GetTableIndex() const override;
  std::string GetExtensionName() const override { return "headrace_sink"; }

 protected:
  void ResolveTypes() override;

 private:
  std::shared_ptr<SinkRun> run_;
  duckdb::idx_t table_index_;
};

}  // namespace headrace::engine
