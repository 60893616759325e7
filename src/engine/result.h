#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "engine/database.h"
#include "engine/lowering.h"
#include "engine/query_service.h"

namespace headrace::engine {

/// Runs a lowered query on a connection of its own and gives its rows as Arrow batches. Rows are computed as they are
/// pulled: a paused reader holds back at most DuckDB's result buffer.
class QueryStream : public ResultStream {
 public:
  /// Binds and starts the query; throws what binding finds.
  QueryStream(Database& database, LoweredQuery query, plan::Schema schema, std::string time_zone,
              std::shared_ptr<CancellationToken> cancellation);
  ~QueryStream() override;

  const plan::Schema& schema() const override { return schema_; }
  std::shared_ptr<arrow::Schema> arrow_schema() const override { return arrow_schema_; }
  std::shared_ptr<arrow::RecordBatch> Next() override;

 private:
  duckdb::unique_ptr<duckdb::DataChunk> Fetch();

  std::shared_ptr<CancellationToken> cancellation_;
  LoweredQuery query_;
  plan::Schema schema_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::unique_ptr<duckdb::Connection> connection_;
  CancellationToken::Registration on_cancel_;
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  duckdb::vector<duckdb::LogicalType> types_;
  bool done_ = false;
};

/// Runs a lowered query to its end and keeps its rows, in memory that DuckDB spills.
std::unique_ptr<duckdb::MaterializedQueryResult> RunToEnd(duckdb::Connection& connection, LoweredQuery query,
                                                          const plan::Schema& schema,
                                                          const std::shared_ptr<CancellationToken>& cancellation);

/// Runs a pending query until its result is there. DuckDB's own loop spins while other threads work on the last tasks;
/// this one sleeps.
duckdb::unique_ptr<duckdb::QueryResult> Drive(duckdb::PendingQueryResult& pending);

/// Throws an internal error when the types DuckDB bound are not those of the typed plan.
void CheckTypes(const duckdb::vector<duckdb::LogicalType>& bound, const plan::Schema& schema);

/// Rows that are there already, as a stream.
std::unique_ptr<ResultStream> StreamOf(plan::Schema schema, std::vector<std::shared_ptr<arrow::RecordBatch>> batches,
                                       const std::string& time_zone);

}  // namespace headrace::engine
