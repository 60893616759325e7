#include "engine/precompiled.h"

#include "base/error.h"
#include "engine/commands_delta.h"
#include "engine/dml.h"
#include "engine/identity.h"
#include "engine/typed_build.h"

namespace headrace::engine {

using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

namespace {

/// The rows of some files that a condition is true for (null: all), as (__file, __row).
TypedRelationPtr Positions(RowChange& change, const std::vector<delta::FileRef>& files, const TypedPtr& condition) {
  TypedRelationPtr rows = RowScan(change.analyzer(), change.target(), files);
  Attribute file = ColumnNamed(rows, kFileColumn);
  Attribute row = ColumnNamed(rows, kRowColumn);
  if (condition) rows = FilterOf(rows, condition);
  return Projection(change.analyzer(), rows).Keep(file).Keep(row).Done();
}

/// How many of these rows each file has.
std::map<int32_t, int64_t> CountByFile(RowChange& change, const TypedRelationPtr& positions) {
  analysis::TypedAggregate aggregate;
  aggregate.input = positions;
  aggregate.grouping = {Reference(positions->output[0])};
  TypedPtr count = change.analyzer().AnalyzeExpression(plan::Call("count", {plan::IntLiteral(1)}), positions->output);
  aggregate.aggregates = {count};
  std::vector<Attribute> output = {positions->output[0]};
  output.push_back({change.analyzer().NewId(), "count", count->type, false, {}, {}, false});
  auto rows = change.context().engine.Collect(
      change.context().session, MakeTypedRelation(std::move(aggregate), std::move(output)), change.context().options);
  std::map<int32_t, int64_t> counts;
  for (const auto& row : rows) {
    counts[static_cast<int32_t>(std::get<int64_t>(row.at(0).data))] = std::get<int64_t>(row.at(1).data);
  }
  return counts;
}

/// The table's visible columns.
std::vector<Attribute> TableColumns(const RowChange& change) {
  std::vector<Attribute> columns;
  for (const auto& column : change.columns()) {
    if (!column.hidden) columns.push_back(column);
  }
  return columns;
}

json::object PredicateParameter(const plan::ExpressionPtr& condition) {
  json::object parameters;
  parameters["predicate"] = PredicateList(condition);
  return parameters;
}

void SetFileMetrics(RowChange& change) {
  change.SetMetric("numRemovedFiles", change.removed_files());
  change.SetMetric("numRemovedBytes", change.removed_bytes());
  change.SetMetric("numAddedFiles", static_cast<int64_t>(change.written().adds.size()));
  change.SetMetric("numAddedBytes", change.written().bytes);
  change.SetMetric("numAddedChangeFiles", 0);
  change.SetMetric("numDeletionVectorsAdded", change.vectors_added() + change.vectors_updated());
  change.SetMetric("numDeletionVectorsUpdated", change.vectors_updated());
  change.SetMetric("numDeletionVectorsRemoved", change.vectors_removed() + change.vectors_updated());
}

/// A DELETE's work, once its files are chosen.
class DeleteRows {
 public:
  explicit DeleteRows(RowChange& change) : change_(change) {}

  void Run() {
    const delta::Snapshot& snapshot = *change_.target().snapshot;
    delta::Predicate predicate = FilePredicate(change_.condition(), change_.columns());
    std::vector<delta::FileRef> rest;
    for (const auto& file : change_.txn().ReadFiles(predicate)) {
      auto rows = snapshot.LiveRowsOf(*file);
      auto stats = snapshot.StatsOf(*file);
      if (rows && delta::SurelyMatchesAll(predicate, snapshot.layout(), file->partition_values, stats.get())) {
        deleted_ += *rows;
        change_.RemoveFile(*file);
      } else {
        rest.push_back(file);
      }
    }
    if (rest.empty()) {
      change_.EndScan();
    } else if (change_.UseVectors(rest)) {
      RowsOfFiles rows = change_.CollectRows(Positions(change_, rest, change_.condition()));
      change_.EndScan();
      for (const auto& [file, set] : rows) deleted_ += static_cast<int64_t>(set.Cardinality());
      change_.MarkDeleted(rest, rows);
    } else {
      Rewrite(rest);
    }
  }

  int64_t deleted() const { return deleted_; }

 private:
  void Rewrite(const std::vector<delta::FileRef>& files) {
    auto counts = CountByFile(change_, Positions(change_, files, change_.condition()));
    change_.EndScan();
    std::vector<delta::FileRef> kept_of;
    for (const auto& [index, count] : counts) {
      const delta::FileRef& file = files.at(static_cast<size_t>(index));
      deleted_ += count;
      change_.RemoveFile(*file);
      auto live = change_.target().snapshot->LiveRowsOf(*file);
      if (change_.condition() && (!live || count < *live)) kept_of.push_back(file);
    }
    if (kept_of.empty()) return;
    TypedRelationPtr rows = RowScan(change_.analyzer(), change_.target(), kept_of);
    rows = FilterOf(rows, IfElse(change_.condition(), BoolValue(false), BoolValue(true)));
    Projection projection(change_.analyzer(), rows);
    for (const auto& column : TableColumns(change_)) projection.Keep(column);
    change_.Write(projection.Done());
  }

  RowChange& change_;
  int64_t deleted_ = 0;
};

constexpr char kAction[] = "__action";  ///< 0: copied; 1: updated.

/// The rows of `files` with their new values where the condition holds; `only_changed` leaves the others out.
TypedRelationPtr Updated(RowChange& change, const std::vector<delta::FileRef>& files, const Assignments& assignments,
                         bool only_changed) {
  TypedRelationPtr rows = RowScan(change.analyzer(), change.target(), files);
  const TypedPtr& condition = change.condition();
  if (only_changed && condition) rows = FilterOf(rows, condition);
  bool all = only_changed || !condition;
  std::vector<Attribute> columns = TableColumns(change);
  Projection projection(change.analyzer(), rows);
  std::vector<TypedPtr> is_set(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    const TypedPtr& value = assignments.values[i];
    if (!value) {
      projection.Keep(columns[i]);
    } else {
      is_set[i] = BoolValue(true);
      projection.Add(columns[i].name, all ? value : IfElse(condition, value, Reference(columns[i])));
    }
  }
  projection.Add(kAction, all ? IntValue(1) : IfElse(condition, IntValue(1), IntValue(0)));
  return ComputeGenerated(change.analyzer(), projection.Done(), change.target().schema, is_set);
}

}  // namespace

CommandAnswer Run(CommandContext& context, const plan::Delete& command) {
  RowChange change(context, command.target, command.condition, "DELETE");
  if (auto earlier = change.EarlierRun({"numDeletedRows"})) return change.Answer(ChangedRowsSchema(), *earlier);
  DeleteRows rows(change);
  rows.Run();
  SetFileMetrics(change);
  change.SetMetric("numDeletedRows", rows.deleted());
  change.SetMetric("numCopiedRows", change.written().rows);
  json::object parameters = PredicateParameter(command.condition);
  if (!command.condition) parameters["predicate"] = "[\"true\"]";
  change.Commit(std::move(parameters));
  return change.Answer(ChangedRowsSchema(), {rows.deleted()});
}

CommandAnswer Run(CommandContext& context, const plan::Update& command) {
  RowChange change(context, command.target, command.condition, "UPDATE");
  if (auto earlier = change.EarlierRun({"numUpdatedRows"})) return change.Answer(ChangedRowsSchema(), *earlier);
  std::vector<Attribute> columns = TableColumns(change);
  plan::Schema schema = change.target().schema;
  for (auto& field : schema) field.nullable = true;  // NOT NULL is checked row by row as they are written.
  Assignments assignments = ResolveAssignments(change.analyzer(), command.assignments, schema, columns, change.columns());
  for (size_t i = 0; i < schema.size(); ++i) {
    if (!assignments.values[i]) continue;
    change.CheckValue(assignments.values[i]);
    if (IsIdentity(schema[i])) ThrowIdentityUpdate(schema[i].name);
  }
  std::vector<delta::FileRef> candidates = change.Candidates();
  int64_t updated = 0;
  if (change.UseVectors(candidates)) {
    RowsOfFiles rows = change.CollectRows(Positions(change, candidates, change.condition()));
    change.EndScan();
    std::vector<delta::FileRef> touched(candidates.size());
    for (const auto& [index, set] : rows) {
      updated += static_cast<int64_t>(set.Cardinality());
      touched[static_cast<size_t>(index)] = candidates[static_cast<size_t>(index)];
    }
    if (updated > 0) {
      change.Write(Updated(change, touched, assignments, true), kAction);
      change.MarkDeleted(candidates, rows);
    }
    change.SetMetric("numCopiedRows", 0);
  } else {
    std::vector<delta::FileRef> touched;
    if (change.condition()) {
      for (const auto& [index, count] : CountByFile(change, Positions(change, candidates, change.condition()))) {
        touched.push_back(candidates.at(static_cast<size_t>(index)));
      }
    } else {
      touched = candidates;
    }
    change.EndScan();
    int64_t copied = 0;
    if (!touched.empty()) {
      SinkResult written = change.Write(Updated(change, touched, assignments, false), kAction);
      updated = written.actions[1];
      copied = written.actions[0];
      for (const auto& file : touched) change.RemoveFile(*file);
    }
    change.SetMetric("numCopiedRows", copied);
  }
  SetFileMetrics(change);
  // A file whose rows are marked counts as touched.
  change.SetMetric("numRemovedFiles", change.removed_files() + change.vectors_added() + change.vectors_updated());
  change.SetMetric("numUpdatedRows", updated);
  change.Commit(PredicateParameter(command.condition));
  return change.Answer(ChangedRowsSchema(), {updated});
}

}  // namespace headrace::engine
