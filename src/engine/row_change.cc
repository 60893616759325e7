#include "engine/precompiled.h"

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "engine/delta_write.h"
#include "engine/dml.h"
#include "engine/identity.h"
#include "engine/typed_build.h"
#include "engine/write_files.h"

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

namespace {

/// The condition and the relation below it, of an analyzed Filter.
std::pair<TypedPtr, TypedRelationPtr> SplitFilter(TypedRelationPtr relation) {
  // Hidden columns that the condition uses are dropped above the filter.
  if (const auto* project = As<analysis::TypedProject>(relation)) {
    if (As<analysis::TypedFilter>(project->input)) relation = project->input;
  }
  const auto* filter = As<analysis::TypedFilter>(relation);
  if (filter == nullptr) ThrowInternal("a condition that is no filter");
  return {filter->condition, filter->input};
}

[[noreturn]] void ThrowNoSubqueries(const std::string& operation, const std::string& text) {
  throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_SUBQUERY",
              "Subqueries are not supported in the " + operation + " (condition = " + text + ").",
              {{"operation", operation}, {"cond", text}})
      .WithSqlState("0AKDC");
}

}  // namespace

RowChange::RowChange(CommandContext& context, const plan::Target& target, const plan::ExpressionPtr& condition,
                     const std::string& operation)
    : context_(context),
      operation_(operation),
      analysis_(context.engine, context.session, context.options),
      target_([&] {
        if (!condition) return FindDeltaTarget(context, analysis_, target, operation);
        auto [typed, below] = SplitFilter(
            analysis_.analyzer().Analyze(plan::MakeRelation(plan::Filter{target.plan, condition}, condition->origin)));
        condition_ = typed;
        return FindDeltaTarget(context, analysis_, target, operation, below);
      }()),
      txn_(target_.table->Begin(target_.snapshot)),
      started_ms_(context.engine.clock()->NowMillis()) {
  if (condition_) CheckCondition(condition_, condition);
  txn_.SetKeepEmpty(false);
  const auto& properties = target_.snapshot->properties();
  if (properties.ChangeDataFeedEnabled()) ThrowUnsupported(operation + " on a table with delta.enableChangeDataFeed");
  if (properties.RowTrackingEnabled()) ThrowUnsupported(operation + " on a table with delta.enableRowTracking");
}

RowChange::~RowChange() {
  if (!committed_ && !written_.adds.empty()) RemoveWritten(target_.snapshot->location(), written_.adds);
  for (const auto& frame : frames_) context_.session->Attached<SessionFrames>().Remove(frame);
}

void RowChange::CheckCondition(const TypedPtr& condition, const plan::ExpressionPtr& written) const {
  CheckBoolean(condition, written);
  bool subquery = false, aggregate = false;
  VisitExpression(condition, [&](const analysis::TypedExpression& expression) {
    subquery = subquery || std::holds_alternative<analysis::TypedSubquery>(expression.node);
    aggregate = aggregate || std::holds_alternative<analysis::TypedAggregateCall>(expression.node) ||
                std::holds_alternative<analysis::TypedWindowCall>(expression.node);
  });
  if (subquery) {
    ThrowNoSubqueries(operation_, ConditionText(RenameColumns(written, [&](const plan::NameParts& name) {
                        std::string text;
                        for (const auto& column : columns()) {
                          if (!duckdb::StringUtil::CIEquals(column.name, name.back())) continue;
                          for (const auto& part : column.qualifier) text += part + ".";
                          break;
                        }
                        return text + name.back();
                      })));
  }
  if (aggregate) {
    throw Error(ErrorKind::kAnalysis, "DELTA_AGGREGATION_NOT_SUPPORTED",
                "Aggregate functions are not supported in the " + operation_ + " (condition = " + ConditionText(written) + ").",
                {{"operation", operation_}, {"predicate", ConditionText(written)}})
        .WithSqlState("42903");
  }
  if (!IsStable(condition) && operation_ != "MERGE") {
    std::string text = "\"" + ConditionText(written) + "\"";
    throw Error(ErrorKind::kAnalysis, "INVALID_NON_DETERMINISTIC_EXPRESSIONS",
                "The operator expects a deterministic expression, but the actual expression is " + text + ".",
                {{"sqlExprs", text}})
        .WithSqlState("42K0E");
  }
  if (!IsStable(condition)) {
    throw Error(
        ErrorKind::kAnalysis, "DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED",
        "Non-deterministic functions are not supported in the " + operation_ + " (condition = " + ConditionText(written) + ").",
        {{"operation", operation_}, {"expression", ConditionText(written)}})
        .WithSqlState("0AKDC");
  }
}

void RowChange::CheckValue(const TypedPtr& value) {
  VisitExpression(value, [&](const analysis::TypedExpression& expression) {
    if (const auto* subquery = std::get_if<analysis::TypedSubquery>(&expression.node)) {
      if (operation_ != "UPDATE" || subquery->kind != plan::Subquery::Kind::kScalar) ThrowNoSubqueries(operation_, "subquery");
      txn_.NoteWholeTableRead();  // It may read the table itself.
    }
    if (std::holds_alternative<analysis::TypedAggregateCall>(expression.node) ||
        std::holds_alternative<analysis::TypedWindowCall>(expression.node)) {
      throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_EXPR_FOR_OPERATOR",
                  "A query operator contains one or more unsupported expressions: aggregate and window functions cannot "
                  "stand in " +
                      operation_ + ".",
                  {{"invalidExprSqls", operation_}})
          .WithSqlState("42K0E");
    }
  });
}

bool RowChange::UseVectors(const std::vector<delta::FileRef>& files) const {
  if (!target_.snapshot->properties().DeletionVectorsEnabled()) return false;
  return std::all_of(files.begin(), files.end(),
                     [&](const auto& file) { return !file || target_.snapshot->LiveRowsOf(*file).has_value(); });
}

std::unique_ptr<duckdb::MaterializedQueryResult> RowChange::Materialize(const TypedRelationPtr& plan) {
  return context_.engine.Materialize(context_.session, plan, context_.options);
}

RowsOfFiles RowChange::CollectRows(const TypedRelationPtr& plan) {
  auto result = Materialize(plan);
  RowsOfFiles rows;
  std::map<int32_t, std::vector<uint64_t>> batch;
  for (auto& chunk : result->Collection().Chunks()) {
    chunk.Flatten();
    const auto* files = duckdb::FlatVector::GetData<int32_t>(chunk.data[0]);
    const auto* positions = duckdb::FlatVector::GetData<int64_t>(chunk.data[1]);
    batch.clear();
    for (duckdb::idx_t i = 0; i < chunk.size(); ++i) batch[files[i]].push_back(static_cast<uint64_t>(positions[i]));
    for (const auto& [file, list] : batch) rows[file].AddMany(list);
  }
  return rows;
}

TypedRelationPtr RowChange::Keep(std::unique_ptr<duckdb::MaterializedQueryResult> rows, const std::vector<Attribute>& columns) {
  auto frame = std::make_shared<CachedFrame>();
  frame->id = NewUuid();
  for (const auto& column : columns) frame->schema.push_back({column.name, column.type, column.nullable, {}});
  frame->rows = std::shared_ptr<duckdb::ColumnDataCollection>(rows->TakeCollection().release());
  context_.session->Attached<SessionFrames>().Put(frame);
  frames_.push_back(frame->id);
  analysis::TypedRows node;
  node.cached_id = frame->id;
  return MakeTypedRelation(std::move(node), columns);
}

SinkResult RowChange::Write(const TypedRelationPtr& rows, const char* action_column) {
  SinkTarget sink;
  sink.location = target_.snapshot->location();
  sink.metadata = txn_.metadata();
  SetFileOptions(*context_.session, {}, sink);
  plan::Schema schema = plan::DataType::FromJsonText(sink.metadata.schema_string).fields();
  auto plan = PlanWrite(analyzer(), CheckLengths(analyzer(), rows, schema), sink);
  auto place = [&](const std::string& name) -> std::optional<size_t> {
    for (size_t i = schema.size(); i < plan->output.size(); ++i) {
      if (plan->output[i].name == name) return i;
    }
    return std::nullopt;
  };
  if (action_column != nullptr) sink.action_column = place(action_column);
  for (size_t i = 0; i < schema.size(); ++i) {
    if (auto where = place(NumberedColumn(i))) sink.identities.push_back(NumbersFor(schema[i], i, where));
  }
  written_ = RunSink(context_.engine, context_.session, plan, sink, context_.options);
  NoteIdentities(txn_, sink, written_);
  for (const auto& add : written_.adds) txn_.Add(add);
  return written_;
}

void RowChange::RemoveFile(const delta::AddFile& file) {
  ++removed_files_;
  removed_bytes_ += file.size;
  if (file.deletion_vector) ++vectors_removed_;
  txn_.Remove(file);
}

void RowChange::MarkDeleted(const std::vector<delta::FileRef>& files, const RowsOfFiles& rows) {
  std::vector<delta::RowIndexSet> sets;
  std::vector<delta::FileRef> marked;
  const auto& location = target_.snapshot->location();
  for (const auto& [index, fresh] : rows) {
    const delta::FileRef& file = files.at(static_cast<size_t>(index));
    auto live = target_.snapshot->LiveRowsOf(*file);
    if (live && static_cast<int64_t>(fresh.Cardinality()) >= *live) {
      RemoveFile(*file);
      continue;
    }
    delta::RowIndexSet all = fresh;
    if (file->deletion_vector) all.Union(delta::ReadDeletionVector(*location.store, location.path, *file->deletion_vector));
    sets.push_back(std::move(all));
    marked.push_back(file);
  }
  if (marked.empty()) return;
  std::vector<const delta::RowIndexSet*> pointers;
  for (const auto& set : sets) pointers.push_back(&set);
  auto descriptors = delta::WriteDeletionVectors(*location.store, location.path, pointers);
  for (size_t i = 0; i < marked.size(); ++i) {
    ++(marked[i]->deletion_vector ? vectors_updated_ : vectors_added_);
    txn_.SetDeletionVector(*marked[i], std::move(descriptors[i]));
  }
}

void RowChange::EndScan() { scanned_ms_ = context_.engine.clock()->NowMillis(); }

std::optional<std::vector<int64_t>> RowChange::EarlierRun(const std::vector<const char*>& metrics) {
  auto earlier = context_.engine.FindEarlierRun(*target_.table, context_.options);
  if (!earlier) return std::nullopt;
  const json::value* stored = earlier->info.fields.if_contains("operationMetrics");
  std::vector<int64_t> values;
  for (const char* name : metrics) {
    const json::value* text = stored != nullptr && stored->is_object() ? stored->as_object().if_contains(name) : nullptr;
    values.push_back(text != nullptr && text->is_string() ? std::stoll(std::string(text->as_string())) : 0);
  }
  return values;
}

void RowChange::Commit(json::object parameters) {
  int64_t now = context_.engine.clock()->NowMillis();
  if (scanned_ms_ == 0) scanned_ms_ = now;
  SetMetric("executionTimeMs", now - started_ms_);
  SetMetric("scanTimeMs", scanned_ms_ - started_ms_);
  SetMetric("rewriteTimeMs", now - scanned_ms_);
  delta::Operation operation;
  operation.name = operation_;
  operation.parameters = std::move(parameters);
  operation.metrics.assign(metrics_.begin(), metrics_.end());
  auto text = context_.session->conf().Find("spark.databricks.delta.commitInfo.userMetadata");
  if (text && !text->empty()) operation.user_metadata = text;
  operation.operation_id = context_.options.operation_id;
  bool evolved = txn_.metadata() != target_.snapshot->metadata();
  delta::CommitResult done = txn_.Commit(std::move(operation));
  committed_ = true;
  if (evolved && !target_.catalog_id.empty()) UpdateCatalogEntry(context_, target_.catalog_id, *done.snapshot);
}

CommandAnswer RowChange::Answer(const plan::Schema& schema, std::vector<int64_t> counts) {
  std::vector<plan::Value> row;
  for (int64_t count : counts) row.emplace_back(plan::Value::Data(count));
  return context_.engine.Rows(context_.session, schema, {std::move(row)}, context_.options);
}

}  // namespace headrace::engine
