#include "engine/precompiled.h"

#include <chrono>
#include <thread>

#include "engine/result.h"

#include <duckdb/common/arrow/arrow_appender.hpp>
#include <duckdb/main/pending_query_result.hpp>
#include <duckdb/main/stream_query_result.hpp>

#include "engine/arrow/arrow_types.h"
#include "engine/database.h"
#include "engine/duck_types.h"
#include "engine/errors.h"

namespace headrace::engine {

namespace {

/// Rows per Arrow batch: enough to amortise a message, little enough to keep a paused stream small.
size_t RowsPerBatch(const plan::Schema& schema) {
  size_t width = 1;
  for (const auto& field : schema) width += field.type.IsNested() ? 256 : field.type.IsString() ? 48 : 8;
  size_t rows = (4u << 20) / width;
  return std::min<size_t>(std::max<size_t>(rows, STANDARD_VECTOR_SIZE), 32 * STANDARD_VECTOR_SIZE);
}

/// Equality of what the engine carries: struct field names and the void type do not matter.
bool SameLayout(const duckdb::LogicalType& bound, const plan::DataType& type) {
  if (type.id() == plan::TypeId::kNull) return true;
  switch (type.id()) {
    case plan::TypeId::kArray:
      return bound.id() == duckdb::LogicalTypeId::LIST && SameLayout(duckdb::ListType::GetChildType(bound), type.element());
    case plan::TypeId::kMap:
      return bound.id() == duckdb::LogicalTypeId::MAP && SameLayout(duckdb::MapType::KeyType(bound), type.key()) &&
             SameLayout(duckdb::MapType::ValueType(bound), type.value());
    case plan::TypeId::kStruct: {
      if (bound.id() != duckdb::LogicalTypeId::STRUCT) return false;
      const auto& children = duckdb::StructType::GetChildTypes(bound);
      if (children.size() != std::max<size_t>(type.fields().size(), 1)) return false;
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (!SameLayout(children[i].second, type.fields()[i].type)) return false;
      }
      return true;
    }
    default:
      return bound == DuckType(type);
  }
}

}  // namespace

void CheckTypes(const duckdb::vector<duckdb::LogicalType>& bound, const plan::Schema& schema) {
  if (schema.empty()) return;
  if (bound.size() != schema.size()) ThrowInternal("the engine's result has another number of columns than its plan");
  for (size_t i = 0; i < schema.size(); ++i) {
    if (!SameLayout(bound[i], schema[i].type)) {
      ThrowInternal("column " + schema[i].name + " is planned as " + schema[i].type.Sql() + " but the engine gives " +
                    bound[i].ToString());
    }
  }
}

namespace {

/// Sleeps longer the longer nothing happens: 20 µs at first, half a millisecond at most.
class Pause {
 public:
  void Wait() {
    std::this_thread::sleep_for(std::chrono::microseconds(micros_));
    micros_ = std::min(micros_ * 2, 500);
  }
  void Reset() { micros_ = 20; }

 private:
  int micros_ = 20;
};

}  // namespace

duckdb::unique_ptr<duckdb::QueryResult> Drive(duckdb::PendingQueryResult& pending) {
  Pause pause;
  for (;;) {
    auto state = pending.ExecuteTask();
    if (pending.HasError()) pending.ThrowError();
    if (duckdb::PendingQueryResult::IsResultReady(state)) return pending.Execute();
    if (state == duckdb::PendingExecutionResult::BLOCKED) {
      pending.WaitForTask();
    } else if (state == duckdb::PendingExecutionResult::NO_TASKS_AVAILABLE) {
      pause.Wait();
    } else {
      pause.Reset();
    }
  }
}

QueryStream::QueryStream(Database& database, LoweredQuery query, plan::Schema schema, std::string time_zone,
                         std::shared_ptr<CancellationToken> cancellation)
    : cancellation_(std::move(cancellation)),
      query_(std::move(query)),
      schema_(std::move(schema)),
      arrow_schema_(ArrowSchemaOf(schema_, time_zone)),
      connection_(database.Connect()) {
  on_cancel_ = cancellation_->OnCancel([this] { connection_->Interrupt(); });
  try {
    duckdb::QueryParameters parameters(duckdb::QueryResultOutputType::ALLOW_STREAMING);
    auto pending = connection_->context->PendingQuery(std::move(query_.statement), parameters);
    if (pending->HasError()) throw ToError(pending->GetErrorObject(), query_.sites);
    types_ = pending->types;
    CheckTypes(types_, schema_);
    result_ = Drive(*pending);
    if (result_->HasError()) throw ToError(result_->GetErrorObject(), query_.sites);
  } catch (...) {
    cancellation_->ThrowIfCancelled();
    RethrowAsError(query_.sites);
  }
}

QueryStream::~QueryStream() {
  on_cancel_ = {};
  if (!done_ && connection_) connection_->Interrupt();
  result_.reset();
  connection_.reset();
}

duckdb::unique_ptr<duckdb::DataChunk> QueryStream::Fetch() {
  try {
    if (result_->type == duckdb::QueryResultType::STREAM_RESULT) {
      auto& stream = static_cast<duckdb::StreamQueryResult&>(*result_);
      Pause pause;
      while (stream.IsOpen()) {
        auto state = stream.ExecuteTask();
        if (duckdb::StreamQueryResult::IsChunkReady(state)) break;
        if (state == duckdb::StreamExecutionResult::BLOCKED) {
          stream.WaitForTask();
        } else if (state == duckdb::StreamExecutionResult::NO_TASKS_AVAILABLE) {
          pause.Wait();
        } else {
          pause.Reset();
        }
      }
    }
    auto chunk = result_->Fetch();
    if (result_->HasError()) throw ToError(result_->GetErrorObject(), query_.sites);
    return chunk;
  } catch (...) {
    done_ = true;
    cancellation_->ThrowIfCancelled();
    RethrowAsError(query_.sites);
  }
}

std::shared_ptr<arrow::RecordBatch> QueryStream::Next() {
  if (done_) return nullptr;
  const size_t limit = RowsPerBatch(schema_);
  duckdb::ClientProperties properties = connection_->context->GetClientProperties();
  properties.time_zone = "UTC";
  duckdb::unique_ptr<duckdb::ArrowAppender> appender;
  size_t rows = 0;
  while (rows < limit) {
    auto chunk = Fetch();
    if (!chunk || chunk->size() == 0) {
      done_ = true;
      break;
    }
    if (!appender) {
      appender = duckdb::make_uniq<duckdb::ArrowAppender>(
          types_, limit, properties,
          std::unordered_map<duckdb::idx_t, const duckdb::shared_ptr<duckdb::ArrowTypeExtensionData>>());
    }
    appender->Append(*chunk, 0, chunk->size(), chunk->size());
    rows += chunk->size();
  }
  if (rows == 0) return nullptr;
  ArrowArray array = appender->Finalize();
  return ImportBatch(&array, arrow_schema_, static_cast<int64_t>(rows));
}

std::unique_ptr<duckdb::MaterializedQueryResult> RunToEnd(duckdb::Connection& connection, LoweredQuery query,
                                                          const plan::Schema& schema,
                                                          const std::shared_ptr<CancellationToken>& cancellation) {
  auto on_cancel = cancellation->OnCancel([&connection] { connection.Interrupt(); });
  try {
    auto pending = connection.context->PendingQuery(std::move(query.statement),
                                                    duckdb::QueryParameters(duckdb::QueryResultOutputType::FORCE_MATERIALIZED));
    if (pending->HasError()) throw ToError(pending->GetErrorObject(), query.sites);
    auto result = Drive(*pending);
    if (result->HasError()) throw ToError(result->GetErrorObject(), query.sites);
    CheckTypes(result->types, schema);
    return std::unique_ptr<duckdb::MaterializedQueryResult>(static_cast<duckdb::MaterializedQueryResult*>(result.release()));
  } catch (...) {
    cancellation->ThrowIfCancelled();
    RethrowAsError(query.sites);
  }
}

namespace {

class BatchStream : public ResultStream {
 public:
  BatchStream(plan::Schema schema, std::vector<std::shared_ptr<arrow::RecordBatch>> batches, const std::string& time_zone)
      : schema_(std::move(schema)), arrow_schema_(ArrowSchemaOf(schema_, time_zone)), batches_(std::move(batches)) {}
  const plan::Schema& schema() const override { return schema_; }
  std::shared_ptr<arrow::Schema> arrow_schema() const override { return arrow_schema_; }
  std::shared_ptr<arrow::RecordBatch> Next() override { return next_ < batches_.size() ? batches_[next_++] : nullptr; }

 private:
  plan::Schema schema_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<ResultStream> StreamOf(plan::Schema schema, std::vector<std::shared_ptr<arrow::RecordBatch>> batches,
                                       const std::string& time_zone) {
  return std::make_unique<BatchStream>(std::move(schema), std::move(batches), time_zone);
}

}  // namespace headrace::engine
