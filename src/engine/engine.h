#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "base/clock.h"
#include "catalog/catalog.h"
#include "delta/table.h"
#include "engine/database.h"
#include "engine/lowering.h"
#include "engine/query_engine.h"
#include "engine/query_service.h"
#include "engine/result.h"

namespace headrace::engine {

/// Delta tables by location, each opened once, so that its log is read incrementally. Thread-safe.
class DeltaTables {
 public:
  explicit DeltaTables(std::shared_ptr<const Clock> clock) : clock_(std::move(clock)) {}
  /// `location` is a path or file: URI.
  std::shared_ptr<delta::Table> Open(const std::string& location);

 private:
  std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<delta::Table>> tables_;
};

class Engine;

/// Rows kept by the engine for a cached or checkpointed frame; DuckDB spills them.
struct CachedFrame {
  std::string id;
  plan::Schema schema;
  std::shared_ptr<duckdb::ColumnDataCollection> rows;
};

/// What one session keeps in the engine: cached frames and SQL variables.
class SessionFrames {
 public:
  std::shared_ptr<const CachedFrame> Find(const std::string& id) const;
  void Put(std::shared_ptr<const CachedFrame> frame);
  void Remove(const std::string& id);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const CachedFrame>> frames_;
};

/// One query's analysis: the analyzer with its view of session and catalog. One thread.
class SessionAnalysis : public analysis::AnalysisContext {
 public:
  SessionAnalysis(Engine& engine, std::shared_ptr<Session> session, ExecuteOptions options);

  analysis::Analyzer& analyzer() { return analyzer_; }

  std::optional<analysis::ResolvedTable> FindTable(const plan::ReadTable& table) override;
  analysis::TypedScan ResolveFiles(const plan::ReadFiles& files) override;
  analysis::TypedScan ResolveText(const analysis::TypedRelationPtr& input, const plan::ParseText& text) override;
  plan::Schema SchemaOfLocal(const plan::LocalRelation& local) override;
  std::optional<analysis::ResolvedTable> FindCachedRemote(const std::string& id) override;
  analysis::TypedRelationPtr RunCatalogCall(const plan::CatalogCall& call) override;
  analysis::TypedRelationPtr RunCommand(const plan::Command& command) override;
  std::vector<std::vector<plan::Value>> Evaluate(const analysis::TypedRelationPtr& plan) override;
  std::string Setting(const std::string& key) override;
  bool HasCatalog(const std::string& name) override;
  std::string CurrentCatalog() override;
  std::string CurrentSchema() override;
  std::string CurrentUser() override;
  int64_t NowMicros() override { return now_micros_; }

 private:
  Engine& engine_;
  std::shared_ptr<Session> session_;
  ExecuteOptions options_;
  int64_t now_micros_;
  analysis::Analyzer analyzer_;
};

/// The query service over DuckDB. Its parts (lowering, scans, commands) are free functions over this class.
class Engine : public QueryService {
 public:
  Engine(const EngineOptions& options, catalog::Catalog* catalog);
  ~Engine() override;

  std::unique_ptr<ResultStream> Execute(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                                        const ExecuteOptions& options) override;
  std::unique_ptr<ResultStream> ExecuteCommand(const std::shared_ptr<Session>& session, const plan::CommandPtr& command,
                                               const ExecuteOptions& options) override;
  std::unique_ptr<ResultStream> ExecuteSql(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                                           const ExecuteOptions& options) override;
  plan::Schema AnalyzeSchema(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) override;
  std::string Explain(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                      const std::string& mode) override;
  bool IsLocal(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) override;
  bool IsStreaming(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) override;
  std::vector<std::string> InputFiles(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) override;
  bool SameSemantics(const std::shared_ptr<Session>& session, const plan::RelationPtr& left,
                     const plan::RelationPtr& right) override;
  int32_t SemanticHash(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) override;
  void Persist(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, const StorageLevel& level) override;
  void Unpersist(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, bool blocking) override;
  StorageLevel GetStorageLevel(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) override;
  std::string Checkpoint(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, bool eager, bool local,
                         const ExecuteOptions& options) override;
  void RemoveCachedRemote(const std::shared_ptr<Session>& session, const std::string& id) override;
  void CloseSession(const std::shared_ptr<Session>& session) override;

  // ---- For the engine's other files. ----
  Database& database() { return database_; }
  catalog::Catalog& catalog() { return *catalog_; }
  DeltaTables& tables() { return tables_; }
  const std::shared_ptr<const Clock>& clock() const { return clock_; }
  /// A folder for what queries put aside; emptied at every start.
  const std::string& scratch_folder() const { return scratch_folder_; }
  LoweringContext MakeLoweringContext(const std::shared_ptr<Session>& session);
  std::string TimeZone(const Session& session) const;
  /// The commit that this very request made before the server was restarted: a client that lost the answer sends it
  /// again under its operation id. Looked for only while a client may still do so.
  std::optional<delta::HistoryEntry> FindEarlierRun(delta::Table& table, const ExecuteOptions& options);
  /// Runs a typed plan as a stream.
  std::unique_ptr<ResultStream> Run(const std::shared_ptr<Session>& session, const analysis::TypedRelationPtr& plan,
                                    const ExecuteOptions& options);
  /// Runs a typed plan to its end; the rows stay in spillable memory.
  std::unique_ptr<duckdb::MaterializedQueryResult> Materialize(const std::shared_ptr<Session>& session,
                                                               const analysis::TypedRelationPtr& plan,
                                                               const ExecuteOptions& options);
  /// Runs a typed plan to its end and gives its rows as values: for the small results of analysis and commands.
  std::vector<std::vector<plan::Value>> Collect(const std::shared_ptr<Session>& session, const analysis::TypedRelationPtr& plan,
                                                const ExecuteOptions& options);
  /// The plan with cached frames in place of the sub-plans they hold; a cached frame is filled on first use.
  /// With `fill` false only what would be used is marked.
  analysis::TypedRelationPtr UseCached(const std::shared_ptr<Session>& session, const analysis::TypedRelationPtr& plan,
                                       const ExecuteOptions& options, bool fill = true);
  /// Constant rows as a stream: the answers of SHOW, DESCRIBE, SET.
  std::unique_ptr<ResultStream> Rows(const std::shared_ptr<Session>& session, const plan::Schema& schema,
                                     std::vector<std::vector<plan::Value>> rows, const ExecuteOptions& options);

 private:
  std::shared_ptr<const Clock> clock_;
  Database database_;
  catalog::Catalog* catalog_;
  DeltaTables tables_;
  std::string scratch_folder_;
  int64_t started_ms_;
};

/// A relation of constant rows with fresh attribute ids below zero.
analysis::TypedRelationPtr RowsRelation(const plan::Schema& schema, std::vector<std::vector<plan::Value>> rows);

/// show.cc: df.show() and df._repr_html_(): one row, one string column.
std::unique_ptr<ResultStream> RunShowString(Engine& engine, const std::shared_ptr<Session>& session, const plan::ShowString& show,
                                            const ExecuteOptions& options);

/// scan.cc: the table of a scan, by its format.
duckdb::unique_ptr<duckdb::TableRef> LowerScan(Engine& engine, const std::shared_ptr<Session>& session,
                                               const analysis::TypedScan& scan, bool with_metadata,
                                               std::vector<std::shared_ptr<void>>& resources);
/// scan.cc: spark.read: finds files and the schema.
analysis::TypedScan ResolveScan(Engine& engine, const std::shared_ptr<Session>& session, const plan::ReadFiles& files);
/// scan_delta.cc: a Delta table's scan at the newest version, or where `options` (versionAsOf, timestampAsOf) point.
analysis::TypedScan ResolveDeltaScan(Engine& engine, const std::shared_ptr<Session>& session, const std::string& location,
                                     const plan::Options& options, const plan::TimeTravel& travel, const std::string& table_name);
duckdb::unique_ptr<duckdb::TableRef> LowerDeltaScan(Engine& engine, const std::shared_ptr<Session>& session,
                                                    const analysis::TypedScan& scan, bool with_metadata,
                                                    std::vector<std::shared_ptr<void>>& resources);

/// scan_text.cc: csv, json, text: the schema Spark infers, and the scan.
plan::Schema InferTextSchema(Engine& engine, const std::shared_ptr<Session>& session, const analysis::TypedScan& scan);
duckdb::unique_ptr<duckdb::TableRef> LowerTextScan(Engine& engine, const std::shared_ptr<Session>& session,
                                                   const analysis::TypedScan& scan, bool with_metadata,
                                                   std::vector<std::shared_ptr<void>>& resources);

/// scan_parquet.cc: Parquet files below folders, by DuckDB's own reader.
duckdb::unique_ptr<duckdb::TableRef> LowerParquetScan(Engine& engine, const std::shared_ptr<Session>& session,
                                                      const analysis::TypedScan& scan, bool with_metadata,
                                                      std::vector<std::shared_ptr<void>>& resources);
/// scan.cc: a table of no rows.
duckdb::unique_ptr<duckdb::TableRef> EmptyTable(const plan::Schema& schema);

/// cache.cc: forgets every cached frame of the session.
void ClearCache(const std::shared_ptr<Session>& session);

/// plan_text.cc: the typed plan as a tree, attribute ids renumbered by first use; equal texts mean equal plans.
enum class PlanTextStyle {
  kLogical,
  kSemantics,  ///< Without the columns' names, which do not matter for what a plan gives.
};
std::string PlanText(const analysis::TypedRelationPtr& plan, PlanTextStyle style = PlanTextStyle::kLogical);

}  // namespace headrace::engine
