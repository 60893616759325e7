#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "engine/session.h"
#include "plan/command.h"
#include "plan/relation.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace headrace::engine {

/// What an operation runs under.
struct ExecuteOptions {
  /// Identifies the operation: a DML command sent twice with one id is done once, across a restart too.
  std::string operation_id;
  std::vector<std::string> tags;
  /// Cancelled from another thread: running work stops within 200 ms and throws Error(kCancelled). Never null.
  std::shared_ptr<CancellationToken> cancellation = std::make_shared<CancellationToken>();
};

/// The values of df.observe(), known once the stream has ended.
struct ObservedMetrics {
  std::string name;
  int64_t plan_id = -1;
  std::vector<std::string> keys;
  std::vector<plan::Literal> values;
};

/// The rows of an answer, pulled by one thread. Errors are thrown as headrace::Error. Destroying an unfinished stream
/// stops its work.
class ResultStream {
 public:
  virtual ~ResultStream();
  /// The answer's Spark schema, from the typed plan.
  virtual const plan::Schema& schema() const = 0;
  /// Spark's Arrow form of `schema`; known before the first batch.
  virtual std::shared_ptr<arrow::Schema> arrow_schema() const = 0;
  /// The next batch with at least one row, or null at the end. Blocks; nothing is computed far ahead of the caller.
  virtual std::shared_ptr<arrow::RecordBatch> Next() = 0;
  virtual std::vector<ObservedMetrics> observed_metrics() const { return {}; }
};

/// A storage level of persist(); all false is StorageLevel.NONE.
struct StorageLevel {
  bool use_disk = false;
  bool use_memory = false;
  bool use_off_heap = false;
  bool deserialized = false;
  int32_t replication = 1;
};

/// Runs plans: the only thing `connect`, `features`, `jobs` and `http` know of the engine. All calls block their thread
/// (never a reactor's), throw headrace::Error and are thread-safe.
class QueryService {
 public:
  virtual ~QueryService();

  /// Analyzes and starts a query; errors of analysis are thrown here, those of the data by the stream.
  virtual std::unique_ptr<ResultStream> Execute(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                                                const ExecuteOptions& options) = 0;

  /// Runs a command to its end. Its rows (SHOW, DESCRIBE, the counts of DML), or null when it has none.
  virtual std::unique_ptr<ResultStream> ExecuteCommand(const std::shared_ptr<Session>& session, const plan::CommandPtr& command,
                                                       const ExecuteOptions& options) = 0;

  /// spark.sql(): `relation` is a SqlText, or a WithRelations over one. A query gives null and is run later as a relation;
  /// any other statement is run to its end and gives its rows (no columns when it has none).
  virtual std::unique_ptr<ResultStream> ExecuteSql(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                                                   const ExecuteOptions& options) = 0;

  /// df.schema. Never runs a command the relation holds.
  virtual plan::Schema AnalyzeSchema(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) = 0;
  /// `mode`: simple, extended, codegen, cost, formatted.
  virtual std::string Explain(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                              const std::string& mode) = 0;
  /// Whether take and collect need no scan: local data and commands' results.
  virtual bool IsLocal(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) = 0;
  virtual bool IsStreaming(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) = 0;
  /// URIs of the files a scan of the plan would read.
  virtual std::vector<std::string> InputFiles(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) = 0;
  virtual bool SameSemantics(const std::shared_ptr<Session>& session, const plan::RelationPtr& left,
                             const plan::RelationPtr& right) = 0;
  virtual int32_t SemanticHash(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) = 0;

  virtual void Persist(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, const StorageLevel& level) = 0;
  virtual void Unpersist(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, bool blocking) = 0;
  virtual StorageLevel GetStorageLevel(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) = 0;

  /// df.checkpoint(): keeps the frame at the server under the id it answers (plan::CachedRemote reads it).
  virtual std::string Checkpoint(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, bool eager,
                                 bool local, const ExecuteOptions& options) = 0;
  virtual void RemoveCachedRemote(const std::shared_ptr<Session>& session, const std::string& id) = 0;

  /// The session has ended: drops what was kept for it. Called after its operations have stopped.
  virtual void CloseSession(const std::shared_ptr<Session>& session) = 0;
};

}  // namespace headrace::engine
