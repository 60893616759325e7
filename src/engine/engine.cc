#include "engine/precompiled.h"

#include "engine/engine.h"

#include <charconv>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include <duckdb/function/table/arrow.hpp>
#include <duckdb/parser/tableref/list.hpp>

#include "analysis/typed_inputs.h"
#include "base/error.h"
#include "base/ids.h"
#include "engine/arrow/arrow_types.h"
#include "engine/commands.h"
#include "engine/delta_target.h"
#include "engine/duck_types.h"
#include "engine/explain.h"
#include "engine/observe.h"
#include "engine/parser_options.h"
#include "sql/parser.h"

namespace headrace::engine {

using analysis::TypedRelationPtr;

std::shared_ptr<delta::Table> DeltaTables::Open(const std::string& location) {
  storage::Location resolved = storage::Resolve(location);
  std::lock_guard lock(mutex_);
  auto& table = tables_[resolved.path];
  if (!table) table = delta::Table::Open(resolved, clock_);
  return table;
}

std::shared_ptr<const CachedFrame> SessionFrames::Find(const std::string& id) const {
  std::lock_guard lock(mutex_);
  auto found = frames_.find(id);
  return found == frames_.end() ? nullptr : found->second;
}

void SessionFrames::Put(std::shared_ptr<const CachedFrame> frame) {
  std::lock_guard lock(mutex_);
  frames_[frame->id] = std::move(frame);
}

void SessionFrames::Remove(const std::string& id) {
  std::lock_guard lock(mutex_);
  frames_.erase(id);
}

Engine::Engine(const EngineOptions& options, catalog::Catalog* catalog)
    : clock_(options.clock),
      database_({options.spill_directory, options.memory_limit, options.threads}),
      catalog_(catalog),
      tables_(options.clock),
      scratch_folder_(options.spill_directory + "/scratch"),
      started_ms_(clock_->NowMillis()) {
  std::filesystem::remove_all(scratch_folder_);
}

Engine::~Engine() = default;

std::unique_ptr<QueryService> MakeQueryEngine(const EngineOptions& options, catalog::Catalog* catalog) {
  return std::make_unique<Engine>(options, catalog);
}

std::optional<delta::HistoryEntry> Engine::FindEarlierRun(delta::Table& table, const ExecuteOptions& options) {
  // PySpark gives up after about ten minutes of retries.
  constexpr int64_t kRetryMillis = 15 * 60 * 1000;
  if (options.operation_id.empty() || clock_->NowMillis() - started_ms_ > kRetryMillis || !table.Exists()) return std::nullopt;
  return table.FindOperation(options.operation_id, started_ms_ - kRetryMillis, started_ms_);
}

std::string Engine::TimeZone(const Session& session) const { return session.conf().Get("spark.sql.session.timeZone"); }

namespace {

/// Keeps a local table for DuckDB's Arrow scan, which asks for a stream by the factory's address.
duckdb::unique_ptr<duckdb::ArrowArrayStreamWrapper> ProduceStream(uintptr_t factory, duckdb::ArrowStreamParameters&) {
  auto wrapper = duckdb::make_uniq<duckdb::ArrowArrayStreamWrapper>();
  reinterpret_cast<const LocalTable*>(factory)->Export(reinterpret_cast<::ArrowArrayStream*>(&wrapper->arrow_array_stream));
  return wrapper;
}

void ProduceSchema(ArrowArrayStream* factory, ArrowSchema& schema) {
  ArrowArrayStream stream;
  reinterpret_cast<const LocalTable*>(factory)->Export(reinterpret_cast<::ArrowArrayStream*>(&stream));
  stream.get_schema(&stream, &schema);
  stream.release(&stream);
}

std::vector<std::shared_ptr<const std::string>> StreamsOf(const plan::LocalRelation& local) {
  if (!local.chunks.empty()) return local.chunks;
  if (local.arrow_ipc) return {local.arrow_ipc};
  return {};
}

}  // namespace

LoweringContext Engine::MakeLoweringContext(const std::shared_ptr<Session>& session) {
  LoweringContext context;
  context.time_zone = TimeZone(*session);
  // "auto" is Databricks' way to leave it open.
  std::string partitions = session->conf().Get("spark.sql.shuffle.partitions");
  int64_t count = 0;
  auto [end, error] = std::from_chars(partitions.data(), partitions.data() + partitions.size(), count);
  if (error == std::errc() && count > 0) context.shuffle_partitions = count;
  context.scan = [this, session](const analysis::TypedScan& scan, bool with_metadata,
                                 std::vector<std::shared_ptr<void>>& resources) {
    return LowerScan(*this, session, scan, with_metadata, resources);
  };
  context.local = [](const analysis::TypedLocal& local, const plan::Schema& schema,
                     std::vector<std::shared_ptr<void>>& resources) -> duckdb::unique_ptr<duckdb::TableRef> {
    auto table = LocalTable::FromIpc(StreamsOf(local.data), &schema);
    resources.push_back(std::const_pointer_cast<LocalTable>(table));
    auto scan = duckdb::make_uniq<duckdb::TableFunctionRef>();
    scan->function = duckdb::make_uniq<duckdb::FunctionExpression>(
        "arrow_scan_dumb", ListOf(Constant(duckdb::Value::POINTER(reinterpret_cast<uintptr_t>(table.get()))),
                                  Constant(duckdb::Value::POINTER(reinterpret_cast<uintptr_t>(&ProduceStream))),
                                  Constant(duckdb::Value::POINTER(reinterpret_cast<uintptr_t>(&ProduceSchema)))));
    return scan;
  };
  context.local_rows = [](const analysis::TypedLocal& local) -> std::optional<int64_t> {
    constexpr size_t kFewBytes = 1 << 18;
    size_t bytes = 0;
    for (const auto& stream : StreamsOf(local.data)) bytes += stream->size();
    if (bytes > kFewBytes) return std::nullopt;
    return LocalTable::FromIpc(StreamsOf(local.data), nullptr)->rows();
  };
  context.cached = [session](const std::string& id,
                             std::vector<std::shared_ptr<void>>& resources) -> duckdb::unique_ptr<duckdb::TableRef> {
    auto frame = session->Attached<SessionFrames>().Find(id);
    if (!frame) ThrowInternal("no cached frame " + id);
    resources.push_back(std::const_pointer_cast<CachedFrame>(frame));
    duckdb::vector<std::string> names;
    for (size_t i = 0; i < frame->schema.size(); ++i) names.push_back("k" + std::to_string(i));
    return duckdb::make_uniq<duckdb::ColumnDataRef>(duckdb::optionally_owned_ptr<duckdb::ColumnDataCollection>(*frame->rows),
                                                    std::move(names));
  };
  return context;
}

std::unique_ptr<ResultStream> Engine::Run(const std::shared_ptr<Session>& session, const TypedRelationPtr& plan,
                                          const ExecuteOptions& options) {
  LoweringContext context = MakeLoweringContext(session);
  Lowering lowering(context);
  return std::make_unique<QueryStream>(database_, lowering.Lower(UseCached(session, plan, options)), SchemaOf(*plan),
                                       context.time_zone, options.cancellation);
}

std::unique_ptr<duckdb::MaterializedQueryResult> Engine::Materialize(const std::shared_ptr<Session>& session,
                                                                     const TypedRelationPtr& plan,
                                                                     const ExecuteOptions& options) {
  LoweringContext context = MakeLoweringContext(session);
  Lowering lowering(context);
  auto connection = database_.Connect();
  return RunToEnd(*connection, lowering.Lower(plan), SchemaOf(*plan), options.cancellation);
}

std::vector<std::vector<plan::Value>> Engine::Collect(const std::shared_ptr<Session>& session, const TypedRelationPtr& plan,
                                                      const ExecuteOptions& options) {
  auto result = Materialize(session, plan, options);
  plan::Schema schema = SchemaOf(*plan);
  std::vector<std::vector<plan::Value>> rows;
  for (auto& chunk : result->Collection().Chunks()) {
    for (duckdb::idx_t row = 0; row < chunk.size(); ++row) {
      std::vector<plan::Value> values;
      for (size_t column = 0; column < schema.size(); ++column) {
        values.push_back(PlanValue(chunk.GetValue(column, row), schema[column].type));
      }
      rows.push_back(std::move(values));
    }
  }
  return rows;
}

TypedRelationPtr RowsRelation(const plan::Schema& schema, std::vector<std::vector<plan::Value>> rows) {
  static std::atomic<int64_t> next_id{-1};
  std::vector<analysis::Attribute> output;
  for (const auto& field : schema) {
    analysis::Attribute attribute;
    attribute.id = next_id.fetch_sub(1, std::memory_order_relaxed);
    attribute.name = field.name;
    attribute.type = field.type;
    attribute.nullable = field.nullable;
    attribute.metadata = field.metadata;
    output.push_back(std::move(attribute));
  }
  analysis::TypedRows node;
  node.rows = std::move(rows);
  return analysis::MakeTypedRelation(std::move(node), std::move(output));
}

std::unique_ptr<ResultStream> Engine::Rows(const std::shared_ptr<Session>& session, const plan::Schema& schema,
                                           std::vector<std::vector<plan::Value>> rows, const ExecuteOptions& options) {
  return Run(session, RowsRelation(schema, std::move(rows)), options);
}

std::unique_ptr<ResultStream> Engine::Execute(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                                              const ExecuteOptions& options) {
  if (const auto* show = plan::As<plan::ShowString>(relation)) return RunShowString(*this, session, *show, options);
  if (const auto* result = plan::As<plan::CommandResult>(relation)) {
    auto answer = ExecuteCommand(session, result->command, options);
    return answer ? std::move(answer) : Rows(session, {}, {}, options);
  }
  SessionAnalysis analysis(*this, session, options);
  auto typed = analysis.analyzer().Analyze(relation);
  return WithObservations(*this, session, typed, options, Run(session, typed, options));
}

std::unique_ptr<ResultStream> Engine::ExecuteCommand(const std::shared_ptr<Session>& session, const plan::CommandPtr& command,
                                                     const ExecuteOptions& options) {
  CommandContext context{*this, session, options};
  auto metrics = ObserveSource(*this, session, *command, options);
  CommandAnswer answer = RunCommand(context, *command);
  if (metrics.empty()) return answer;
  return WithMetrics(std::move(metrics), answer ? std::move(answer) : Rows(session, {}, {}, options));
}

sql::ParserOptions ParserOptionsOf(const Session& session) {
  return sql::OptionsOf([&session](const std::string& name) { return session.conf().Find(name).value_or(""); });
}

std::unique_ptr<ResultStream> Engine::ExecuteSql(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation,
                                                 const ExecuteOptions& options) {
  const auto* text = plan::As<plan::SqlText>(relation);
  if (text == nullptr) {
    if (const auto* with = plan::As<plan::WithRelations>(relation)) text = plan::As<plan::SqlText>(with->root);
  }
  if (text == nullptr) ThrowInternal("a SQL command without a text");
  sql::ParserOptions parser = ParserOptionsOf(*session);
  parser.named_parameters = &text->named_arguments;
  parser.positional_parameters = &text->positional_arguments;
  sql::Statement statement = sql::ParseStatement(text->text, parser);
  if (std::holds_alternative<plan::RelationPtr>(statement)) {
    // A query is answered later as a relation, but its errors are the caller's now, as in Spark.
    SessionAnalysis analysis(*this, session, options);
    analysis.analyzer().Analyze(relation);
    return nullptr;
  }
  auto answer = ExecuteCommand(session, std::get<plan::CommandPtr>(statement), options);
  return answer ? std::move(answer) : Rows(session, {}, {}, options);
}

plan::Schema Engine::AnalyzeSchema(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) {
  ExecuteOptions options;
  if (plan::As<plan::ShowString>(relation)) return {{"show_string", plan::DataType::String(), false, {}}};
  if (const auto* result = plan::As<plan::CommandResult>(relation)) {
    CommandContext context{*this, session, options};
    return CommandSchema(context, *result->command);
  }
  SessionAnalysis analysis(*this, session, options);
  return SchemaOf(*analysis.analyzer().Analyze(relation));
}

std::string Engine::Explain(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, const std::string& mode) {
  ExecuteOptions options;
  SessionAnalysis analysis(*this, session, options);
  auto typed = analysis.analyzer().Analyze(relation);
  return ExplainText(typed, UseCached(session, typed, options, false), mode, TimeZone(*session));
}

bool Engine::IsLocal(const std::shared_ptr<Session>&, const plan::RelationPtr& relation) {
  return plan::As<plan::LocalRelation>(relation) != nullptr || plan::As<plan::CommandResult>(relation) != nullptr ||
         plan::As<plan::CatalogCall>(relation) != nullptr;
}

bool Engine::IsStreaming(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) {
  // Analysis refuses streaming reads by name; what it takes is none.
  AnalyzeSchema(session, relation);
  return false;
}

namespace {

/// Calls `visit` on every relation of the plan, from the top.
void ForEachRelation(const TypedRelationPtr& plan, const std::function<void(const analysis::TypedRelation&)>& visit) {
  visit(*plan);
  for (const auto& input : analysis::InputsOf(*plan)) ForEachRelation(input, visit);
}

/// The scan that filters and projections alone stand on, if any.
const analysis::TypedRelation* ScanBelow(const analysis::TypedRelation& plan) {
  if (std::holds_alternative<analysis::TypedScan>(plan.node)) return &plan;
  if (const auto* filter = std::get_if<analysis::TypedFilter>(&plan.node)) return ScanBelow(*filter->input);
  if (const auto* project = std::get_if<analysis::TypedProject>(&plan.node)) return ScanBelow(*project->input);
  return nullptr;
}

}  // namespace

std::vector<std::string> Engine::InputFiles(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) {
  ExecuteOptions options;
  SessionAnalysis analysis(*this, session, options);
  std::vector<std::string> files;
  std::set<std::string> seen;
  auto add = [&](std::string file) {
    if (seen.insert(file).second) files.push_back(std::move(file));
  };
  // Conditions stand above their scans, so they are met first.
  std::map<const analysis::TypedRelation*, std::vector<delta::Predicate>> conditions;
  ForEachRelation(analysis.analyzer().Analyze(relation), [&](const analysis::TypedRelation& node) {
    if (const auto* filter = std::get_if<analysis::TypedFilter>(&node.node)) {
      const auto* below = ScanBelow(*filter->input);
      if (below != nullptr) conditions[below].push_back(FilePredicate(filter->condition, below->output));
      return;
    }
    const auto* scan = std::get_if<analysis::TypedScan>(&node.node);
    if (scan == nullptr) return;
    if (scan->format == "delta") {
      auto snapshot = std::static_pointer_cast<const delta::Snapshot>(scan->snapshot);
      for (const auto& file : snapshot->Prune(delta::Predicate::And(conditions[&node]))) add(snapshot->FileUri(file->path));
    } else {
      for (const auto& path : scan->paths) add("file://" + path);
    }
  });
  return files;
}

bool Engine::SameSemantics(const std::shared_ptr<Session>& session, const plan::RelationPtr& left,
                           const plan::RelationPtr& right) {
  ExecuteOptions options;
  SessionAnalysis first(*this, session, options);
  SessionAnalysis second(*this, session, options);
  return PlanText(first.analyzer().Analyze(left), PlanTextStyle::kSemantics) ==
         PlanText(second.analyzer().Analyze(right), PlanTextStyle::kSemantics);
}

int32_t Engine::SemanticHash(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation) {
  ExecuteOptions options;
  SessionAnalysis analysis(*this, session, options);
  return static_cast<int32_t>(
      std::hash<std::string>()(PlanText(analysis.analyzer().Analyze(relation), PlanTextStyle::kSemantics)));
}

std::string Engine::Checkpoint(const std::shared_ptr<Session>& session, const plan::RelationPtr& relation, bool, bool,
                               const ExecuteOptions& options) {
  SessionAnalysis analysis(*this, session, options);
  auto typed = analysis.analyzer().Analyze(relation);
  auto result = Materialize(session, typed, options);
  auto frame = std::make_shared<CachedFrame>();
  frame->id = NewUuid();
  frame->schema = SchemaOf(*typed);
  frame->rows = std::shared_ptr<duckdb::ColumnDataCollection>(result->TakeCollection().release());
  session->Attached<SessionFrames>().Put(frame);
  return frame->id;
}

void Engine::RemoveCachedRemote(const std::shared_ptr<Session>& session, const std::string& id) {
  session->Attached<SessionFrames>().Remove(id);
}

void Engine::CloseSession(const std::shared_ptr<Session>&) {}

}  // namespace headrace::engine
