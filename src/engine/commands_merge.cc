#include "engine/precompiled.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "delta/schema_evolution.h"
#include "engine/commands_delta.h"
#include "engine/delta_write.h"
#include "engine/dml.h"
#include "engine/identity.h"
#include "engine/row_numbers.h"
#include "engine/row_size.h"
#include "engine/typed_build.h"

namespace headrace::engine {

using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;
using Action = plan::Merge::Action;

namespace {

constexpr char kSourceRow[] = "__source_row";  ///< BIGINT: identifies a row of the kept source.
constexpr char kClause[] = "__clause";  ///< INT: which clause applies to a row; -1: none.
constexpr char kAction[] = "__action";  ///< INT: what became of a row.

/// Values of kAction.
constexpr int32_t kCopied = 0;
constexpr int32_t kUpdated = 1;
constexpr int32_t kUpdatedBySource = 2;
constexpr int32_t kInserted = 3;
constexpr int32_t kDeleted = -1;
constexpr int32_t kDeletedBySource = -2;
constexpr int32_t kLeftOut = -3;  ///< A source row that no clause inserts.

/// One WHEN clause, resolved.
struct Clause {
  Action::Kind kind;
  TypedPtr condition;  ///< Null: always.
  std::vector<TypedPtr> values;  ///< A value for each column of the table; null where an update keeps the old one.
  std::vector<bool> is_given;  ///< Columns that the clause names itself.
  int32_t action = kCopied;
  bool deletes() const { return kind == Action::Kind::kDelete; }
};

bool IsStar(const Action& action) { return action.kind == Action::Kind::kUpdateStar || action.kind == Action::Kind::kInsertStar; }

/// The relation's columns by their names of `input` in scope of analysis, without hidden ones.
std::vector<Attribute> Visible(const std::vector<Attribute>& columns) {
  std::vector<Attribute> visible;
  for (const auto& column : columns) {
    if (!column.hidden) visible.push_back(column);
  }
  return visible;
}

/// The number of the first of `clauses` whose condition holds, counted from `first`; -1 where none does.
TypedPtr ClauseNumber(const std::vector<Clause>& clauses, int32_t first) {
  analysis::TypedCase number;
  int32_t next = first;
  for (const auto& clause : clauses) {
    number.branches.emplace_back(clause.condition ? clause.condition : BoolValue(true), IntValue(next++));
  }
  if (number.branches.empty()) return IntValue(-1);
  number.otherwise = IntValue(-1);
  return analysis::MakeTyped(std::move(number), plan::TypeId::kInteger, false);
}

/// CASE number WHEN first THEN pick(clause) …, `otherwise` where none applies.
template <typename Pick>
TypedPtr ByClause(const Attribute& number, const std::vector<const Clause*>& clauses, Pick pick, const TypedPtr& otherwise) {
  analysis::TypedCase cases;
  bool nullable = otherwise->nullable;
  for (size_t i = 0; i < clauses.size(); ++i) {
    TypedPtr value = pick(*clauses[i]);
    if (!value) continue;
    nullable = nullable || value->nullable;
    cases.branches.emplace_back(Equal(Reference(number), IntValue(static_cast<int32_t>(i))), std::move(value));
  }
  if (cases.branches.empty()) return otherwise;
  cases.otherwise = otherwise;
  return analysis::MakeTyped(std::move(cases), otherwise->type, nullable);
}

class MergeRun {
 public:
  MergeRun(CommandContext& context, const plan::Merge& command)
      : command_(command), change_(context, command.target, nullptr, "MERGE") {}

  CommandAnswer Run() {
    auto earlier = change_.EarlierRun({"numTargetRowsUpdated", "numTargetRowsDeleted", "numTargetRowsInserted"});
    if (earlier) return Counts((*earlier)[0], (*earlier)[1], (*earlier)[2]);
    Resolve();
    NumberSource();
    delta::Predicate predicate = by_source_.empty() ? FilePredicate(condition_, target_columns_) : delta::Predicate::True();
    candidates_ = change_.txn().ReadFiles(predicate);
    bool inserts_only = matched_.empty() && by_source_.empty();
    bool passes = inserts_only && SourceOutweighsTarget();
    int64_t before = change_.context().engine.clock()->NowMillis();
    if (!passes) KeepSource();
    change_.SetMetric("materializeSourceTimeMs", change_.context().engine.clock()->NowMillis() - before);
    if (inserts_only) {
      change_.EndScan();
      passes ? PassSource() : WriteRows({InsertedRows(Unmatched(Matches()))});
    } else {
      bool vectors = change_.UseVectors(candidates_);
      FindChanges();
      change_.EndScan();
      vectors ? WriteWithVectors() : Rewrite();
    }
    return Finish();
  }

 private:
  analysis::Analyzer& analyzer() { return change_.analyzer(); }

  // ---- Resolution ----

  void Resolve() {
    target_columns_ = Visible(change_.columns());
    source_ = analyzer().Analyze(command_.source);
    source_columns_ = Visible(source_->output);
    both_ = target_columns_;
    both_.insert(both_.end(), source_columns_.begin(), source_columns_.end());
    condition_ = ResolveCondition(command_.condition, both_);
    if (command_.matched.empty() && command_.not_matched.empty() && command_.not_matched_by_source.empty()) {
      throw Error(ErrorKind::kAnalysis, "DELTA_MERGE_MISSING_WHEN",
                  "There must be at least one WHEN clause in a MERGE statement.")
          .WithSqlState("42601");
    }
    CheckOrder(command_.matched, "DELTA_NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION", "MATCHED");
    CheckOrder(command_.not_matched, "DELTA_NON_LAST_NOT_MATCHED_CLAUSE_OMIT_CONDITION", "NOT MATCHED");
    CheckOrder(command_.not_matched_by_source, "DELTA_NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION",
               "NOT MATCHED BY SOURCE");
    EvolveSchema();
    for (const auto& action : command_.matched) {
      matched_.push_back(ResolveClause(action, both_, action.kind == Action::Kind::kDelete ? kDeleted : kUpdated));
    }
    for (const auto& action : command_.not_matched) {
      not_matched_.push_back(ResolveClause(action, source_columns_, kInserted));
    }
    for (const auto& action : command_.not_matched_by_source) {
      by_source_.push_back(
          ResolveClause(action, target_columns_, action.kind == Action::Kind::kDelete ? kDeletedBySource : kUpdatedBySource));
    }
  }

  static void CheckOrder(const std::vector<Action>& actions, const char* condition, const std::string& kind) {
    for (size_t i = 0; i + 1 < actions.size(); ++i) {
      if (actions[i].condition) continue;
      throw Error(ErrorKind::kAnalysis, condition,
                  "When there are more than one " + kind + " clauses in a MERGE statement, only the last " + kind +
                      " clause can omit the condition.")
          .WithSqlState("42601");
    }
  }

  TypedPtr ResolveCondition(const plan::ExpressionPtr& written, const std::vector<Attribute>& input) {
    if (!written) return nullptr;
    TypedPtr condition = analyzer().AnalyzeExpression(written, input);
    change_.CheckCondition(condition, written);
    return condition;
  }

  bool Evolves() {
    if (command_.schema_evolution) return true;
    auto text = change_.context().session->conf().Find("spark.databricks.delta.schema.autoMerge.enabled");
    return text && duckdb::StringUtil::CIEquals(*text, "true");
  }

  /// The table's columns after this merge: the source's new ones are added when the schema may evolve and a clause
  /// uses them.
  void EvolveSchema() {
    schema_ = change_.target().schema;
    evolves_ = Evolves();
    if (evolves_) {
      std::set<std::string> assigned;
      bool star = false;
      for (const auto* list : {&command_.matched, &command_.not_matched, &command_.not_matched_by_source}) {
        for (const auto& action : *list) {
          star = star || IsStar(action);
          for (const auto& assignment : action.assignments) {
            const auto* key = plan::As<plan::UnresolvedAttribute>(assignment.key);
            if (key != nullptr) assigned.insert(duckdb::StringUtil::Lower(key->name.back()));
          }
        }
      }
      plan::Schema incoming;
      for (const auto& column : source_columns_) {
        if (!star && assigned.count(duckdb::StringUtil::Lower(column.name)) == 0) continue;
        incoming.push_back({column.name, column.type.AsNullable(), true, {}});
      }
      delta::MergeSchemaOptions options;
      options.keep_existing_type = true;
      options.allow_implicit_conversions = true;
      delta::Schema merged = delta::MergeSchemas(change_.target().snapshot->schema(), ToDeltaSchema(incoming), options);
      if (merged.ToJson() != change_.target().snapshot->schema().ToJson()) {
        delta::Metadata metadata = change_.target().snapshot->metadata();
        metadata.schema_string = merged.ToJson();
        change_.txn().SetMetadata(std::move(metadata));
        schema_ = plan::DataType::FromJsonText(change_.txn().metadata().schema_string).fields();
      }
    }
    for (auto& field : schema_) field.nullable = true;  // NOT NULL is checked row by row as they are written.
    // The target's columns as the new schema has them.
    table_ = target_columns_;
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (i < table_.size()) {
        table_[i].type = schema_[i].type;
        old_.push_back(Evolved(target_columns_[i], schema_[i]));
        continue;
      }
      Attribute added{analyzer().NewId(), schema_[i].name, schema_[i].type, true, {}, {}, false};
      if (!target_columns_.empty()) added.qualifier = target_columns_[0].qualifier;
      table_.push_back(std::move(added));
    }
  }

  /// A column of the target as the new schema has it.
  TypedPtr Evolved(Attribute column, const plan::StructField& field) {
    if (!HasOtherFields(column.type, field.type)) return Reference(column);
    column.name = "__old";
    column.qualifier.clear();
    plan::ExpressionPtr value = FieldsByName(plan::Attribute({column.name}), column.type, field.type);
    return analyzer().AnalyzeAssignment(value, {column}, field);
  }

  const Attribute* SourceColumn(const std::string& name) const {
    for (const auto& column : source_columns_) {
      if (duckdb::StringUtil::CIEquals(column.name, name)) return &column;
    }
    return nullptr;
  }

  Clause ResolveClause(const Action& action, const std::vector<Attribute>& input, int32_t code) {
    Clause clause;
    clause.kind = action.kind;
    clause.condition = ResolveCondition(action.condition, input);
    clause.action = code;
    clause.values.resize(schema_.size());
    clause.is_given.resize(schema_.size());
    if (clause.deletes()) return clause;
    bool inserts = code == kInserted;
    if (IsStar(action)) {
      for (size_t i = 0; i < schema_.size(); ++i) {
        const Attribute* column = SourceColumn(schema_[i].name);
        if (column != nullptr) {
          clause.values[i] = StarValue(*column, i, inserts);
          clause.is_given[i] = true;
        } else if (!evolves_ && !schema_[i].metadata.contains("delta.generationExpression")) {
          ThrowUnresolved(schema_[i].name, inserts, source_columns_);
        }
      }
    } else {
      std::vector<plan::Assignment> assignments = action.assignments;
      Assignments resolved = ResolveSet(assignments, input, inserts);
      for (size_t i = 0; i < schema_.size(); ++i) {
        if (!resolved.values[i]) continue;
        change_.CheckValue(resolved.values[i]);
        clause.values[i] = resolved.values[i];
        clause.is_given[i] = true;
      }
    }
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (!clause.is_given[i] || !IsIdentity(schema_[i])) continue;
      if (!inserts) ThrowIdentityUpdate(schema_[i].name);
      if (!TakesExplicitIdentity(schema_[i])) ThrowIdentityInsert(schema_[i].name);
    }
    if (inserts) {
      for (size_t i = 0; i < schema_.size(); ++i) {
        if (!clause.values[i]) clause.values[i] = DefaultOf(analyzer(), schema_[i]);
      }
    }
    return clause;
  }

  /// A source column as UPDATE SET * and INSERT * store it. Fields that it lacks stay as they are, or are NULL.
  TypedPtr StarValue(Attribute column, size_t i, bool inserts) {
    if (!HasOtherFields(column.type, schema_[i].type)) {
      return analyzer().AnalyzeAssignment(plan::Attribute({column.name}), source_columns_, schema_[i]);
    }
    column.name = "__new";
    std::vector<Attribute> input = {column};
    std::optional<FieldsInPlace> in_place;
    if (!inserts && i < target_columns_.size()) {
      input.push_back(target_columns_[i]);
      input.back().name = "__old";
      in_place = FieldsInPlace{plan::Attribute({"__old"}), target_columns_[i].type};
    }
    for (auto& one : input) one.qualifier.clear();
    auto value = ArrangeFields(analyzer(), plan::Attribute({column.name}), input, schema_[i], evolves_, in_place);
    return analyzer().AnalyzeAssignment(value, input, schema_[i]);
  }

  /// The columns that are set must be the table's; Delta's error names the clause.
  Assignments ResolveSet(const std::vector<plan::Assignment>& assignments, const std::vector<Attribute>& input, bool inserts) {
    for (const auto& assignment : assignments) {
      try {
        analyzer().AnalyzeExpression(assignment.key, table_);
      } catch (const Error& error) {
        if (error.condition().rfind("UNRESOLVED_COLUMN", 0) != 0) throw;
        ThrowUnresolved(analysis::ExpressionName(assignment.key), inserts, table_);
      }
    }
    return ResolveAssignments(analyzer(), assignments, schema_, table_, input, evolves_ ? &old_ : nullptr);
  }

  [[noreturn]] static void ThrowUnresolved(const std::string& column, bool inserts, const std::vector<Attribute>& given) {
    std::string columns;
    for (const auto& one : given) columns += (columns.empty() ? "" : ", ") + one.name;
    std::string clause = inserts ? "INSERT clause" : "UPDATE clause";
    throw Error(ErrorKind::kAnalysis, "DELTA_MERGE_UNRESOLVED_EXPRESSION",
                "Cannot resolve " + column + " in " + clause + " given columns: " + columns + ".",
                {{"sqlExpr", column}, {"clause", clause}, {"cols", columns}})
        .WithSqlState("42601");
  }

  // ---- The source ----

  /// The columns of the source that this merge uses, with a number for each row.
  void NumberSource() {
    std::set<analysis::AttributeId> used;
    auto note = [&](const TypedPtr& expression) {
      VisitExpression(expression, [&](const analysis::TypedExpression& e) {
        if (const auto* column = std::get_if<analysis::TypedColumn>(&e.node)) used.insert(column->id);
      });
    };
    note(condition_);
    for (const auto* clauses : {&matched_, &not_matched_}) {
      for (const auto& clause : *clauses) {
        note(clause.condition);
        for (const auto& value : clause.values) note(value);
      }
    }
    Projection projection(analyzer(), source_);
    for (const auto& column : source_columns_) {
      if (used.count(column.id)) projection.Keep(column);
    }
    source_ = projection.Add(kSourceRow, numbers_.Next()).Done();
  }

  /// Computes the source, once for all that reads it from here on.
  void KeepSource() {
    auto rows = change_.Materialize(source_);
    source_ = change_.Keep(std::move(rows), source_->output);
  }

  // ---- What matches ----

  /// Target rows that match source rows: (__file, __row, __source_row, __clause).
  TypedRelationPtr Matches() {
    TypedRelationPtr target = RowScan(analyzer(), change_.target(), candidates_);
    TypedRelationPtr joined = JoinOf(target, source_, plan::JoinType::kInner, condition_);
    return Projection(analyzer(), joined)
        .Keep(ColumnNamed(target, kFileColumn))
        .Keep(ColumnNamed(target, kRowColumn))
        .Add(kSourceRow, Reference(ColumnNamed(source_, kSourceRow)))
        .Add(kClause, ClauseNumber(matched_, 0))
        .Done();
  }

  /// Runs the join once: which rows match, which clause applies to each, and which have no match at all.
  void FindChanges() {
    TypedRelationPtr plan = Matches();
    auto matches = change_.Materialize(plan);
    bool several = CountMatches(*matches);
    matches_ = change_.Keep(std::move(matches), plan->output);
    if (several) {
      // Only deletes may match several times: one of the matches stands for all.
      analysis::TypedDeduplicate once{matches_, {matches_->output[0].id, matches_->output[1].id}};
      changes_ = MakeTypedRelation(std::move(once), matches_->output);
    } else {
      changes_ = matches_;
    }
    changes_ = FilterOf(changes_, NotNegative(changes_));
    if (!by_source_.empty()) AddUnmatched();
  }

  TypedPtr NotNegative(const TypedRelationPtr& relation, const char* name = kClause) {
    const Attribute& column = ColumnNamed(relation, name);
    return analyzer().AnalyzeExpression(plan::Operator(">=", {plan::Attribute({name}), plan::IntLiteral(0)}), {column});
  }

  /// Counts by clause; whether some target row matches several source rows. Throws where that is ambiguous.
  bool CountMatches(duckdb::MaterializedQueryResult& matches) {
    bool allowed = matched_.size() == 1 && matched_[0].deletes() && !matched_[0].condition;
    bool several = false;
    for (auto& chunk : matches.Collection().Chunks()) {
      chunk.Flatten();
      const auto* files = duckdb::FlatVector::GetData<int32_t>(chunk.data[0]);
      const auto* rows = duckdb::FlatVector::GetData<int64_t>(chunk.data[1]);
      const auto* clauses = duckdb::FlatVector::GetData<int32_t>(chunk.data[3]);
      for (duckdb::idx_t i = 0; i < chunk.size(); ++i) {
        auto row = static_cast<uint64_t>(rows[i]);
        delta::RowIndexSet& seen = seen_[files[i]];
        if (seen.Contains(row)) {
          several = true;
          if (!allowed && !matched_.empty()) ThrowMultipleMatches();
          continue;
        }
        seen.Add(row);
        if (clauses[i] >= 0) NoteChange(files[i], row, matched_[static_cast<size_t>(clauses[i])]);
      }
    }
    seen_.clear();
    return several;
  }

  void NoteChange(int32_t file, uint64_t row, const Clause& clause) {
    changed_[file].Add(row);
    ++counts_[clause.action];
  }

  [[noreturn]] static void ThrowMultipleMatches() {
    throw Error(ErrorKind::kUnsupported, "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
                "Cannot perform Merge as multiple source rows matched and attempted to modify the same\ntarget row in the "
                "Delta table in possibly conflicting ways. By SQL semantics of Merge,\nwhen multiple source rows match on "
                "the same target row, the result may be ambiguous\nas it is unclear which source row should be used to "
                "update or delete the matching\ntarget row. You can preprocess the source table to eliminate the "
                "possibility of\nmultiple matches. Please refer to\n"
                "https://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge",
                {{"usageReference", "https://docs.delta.io/latest/delta-update.html#upsert-into-a-table-using-merge"}})
        .WithSqlState("21506");
  }

  /// Rows of the target without a match to which a clause BY SOURCE applies.
  void AddUnmatched() {
    TypedRelationPtr target = RowScan(analyzer(), change_.target(), candidates_);
    const Attribute& file = ColumnNamed(target, kFileColumn);
    const Attribute& row = ColumnNamed(target, kRowColumn);
    TypedRelationPtr unmatched = JoinOf(
        target, matches_, plan::JoinType::kLeftAnti,
        And(Equal(Reference(file), Reference(matches_->output[0])), Equal(Reference(row), Reference(matches_->output[1]))));
    auto first = static_cast<int32_t>(matched_.size());
    TypedRelationPtr plan = Projection(analyzer(), unmatched)
                                .Keep(file)
                                .Keep(row)
                                .Add(kSourceRow, NullOf(plan::TypeId::kLong))
                                .Add(kClause, ClauseNumber(by_source_, first))
                                .Done();
    plan = FilterOf(plan, NotNegative(plan));
    auto rows = change_.Materialize(plan);
    for (auto& chunk : rows->Collection().Chunks()) {
      chunk.Flatten();
      const auto* files = duckdb::FlatVector::GetData<int32_t>(chunk.data[0]);
      const auto* positions = duckdb::FlatVector::GetData<int64_t>(chunk.data[1]);
      const auto* clauses = duckdb::FlatVector::GetData<int32_t>(chunk.data[3]);
      for (duckdb::idx_t i = 0; i < chunk.size(); ++i) {
        NoteChange(files[i], static_cast<uint64_t>(positions[i]), by_source_.at(static_cast<size_t>(clauses[i] - first)));
      }
    }
    changes_ = UnionOf(analyzer(), {changes_, change_.Keep(std::move(rows), plan->output)});
  }

  // ---- Writing ----

  std::vector<const Clause*> ChangeClauses() const {
    std::vector<const Clause*> clauses;
    for (const auto& clause : matched_) clauses.push_back(&clause);
    for (const auto& clause : by_source_) clauses.push_back(&clause);
    return clauses;
  }

  /// The table's columns of target rows joined with their change, values by clause, then kAction and kClause.
  TypedRelationPtr ChangedRows(const std::vector<delta::FileRef>& files, plan::JoinType type) {
    TypedRelationPtr target = RowScan(analyzer(), change_.target(), files);
    const Attribute& file = ColumnNamed(target, kFileColumn);
    const Attribute& row = ColumnNamed(target, kRowColumn);
    TypedRelationPtr joined = JoinOf(
        target, changes_, type,
        And(Equal(Reference(file), Reference(changes_->output[0])), Equal(Reference(row), Reference(changes_->output[1]))));
    joined = JoinOf(joined, source_, plan::JoinType::kLeft,
                    Equal(Reference(changes_->output[2]), Reference(ColumnNamed(source_, kSourceRow))));
    Attribute number = changes_->output[3];
    number.nullable = true;
    std::vector<const Clause*> clauses = ChangeClauses();
    Projection projection(analyzer(), joined);
    for (size_t i = 0; i < schema_.size(); ++i) {
      TypedPtr old = i < old_.size() ? old_[i] : NullOf(schema_[i].type);
      projection.Add(schema_[i].name, ByClause(
                                          number, clauses, [&](const Clause& c) { return c.values[i]; }, old));
    }
    projection.Add(kAction, ByClause(
                                number, clauses, [](const Clause& c) { return IntValue(c.action); }, IntValue(kCopied)));
    projection.Add(kClause, IfElse(IsNull(Reference(number)), IntValue(-1), Reference(number)));
    return projection.Done();
  }

  /// The source rows that none of the matches has.
  TypedRelationPtr Unmatched(const TypedRelationPtr& matches) {
    return JoinOf(source_, matches, plan::JoinType::kLeftAnti,
                  Equal(Reference(ColumnNamed(source_, kSourceRow)), Reference(ColumnNamed(matches, kSourceRow))));
  }

  /// The rows that insert clauses make of source rows without a match.
  TypedRelationPtr InsertedRows(const TypedRelationPtr& unmatched) {
    Projection numbered(analyzer(), unmatched);
    for (const auto& column : unmatched->output) numbered.Keep(column);
    TypedRelationPtr rows = numbered.Add(kClause, ClauseNumber(not_matched_, 0)).Done();
    Attribute number = rows->output.back();
    std::vector<const Clause*> clauses;
    for (const auto& clause : not_matched_) clauses.push_back(&clause);
    Projection projection(analyzer(), rows);
    for (size_t i = 0; i < schema_.size(); ++i) {
      projection.Add(schema_[i].name,
                     ByClause(
                         number, clauses, [&](const Clause& c) { return c.values[i]; }, NullOf(schema_[i].type)));
    }
    // The sink leaves out what no clause takes: a filter here would keep rows of the source from being counted.
    projection.Add(kAction, IfElse(NotNegative(rows), IntValue(kInserted), IntValue(kLeftOut)));
    // Numbered behind the other clauses.
    projection.Add(kClause,
                   analyzer().AnalyzeExpression(
                       plan::Operator("+", {plan::Attribute({kClause}),
                                            plan::IntLiteral(static_cast<int32_t>(matched_.size() + by_source_.size()))}),
                       {number}));
    return projection.Done();
  }

  void WriteRows(std::vector<TypedRelationPtr> parts) {
    if (parts.empty()) return;
    TypedRelationPtr rows = UnionOf(analyzer(), std::move(parts));
    std::vector<const Clause*> clauses = ChangeClauses();
    for (const auto& clause : not_matched_) clauses.push_back(&clause);
    std::vector<TypedPtr> is_set(schema_.size());
    const Attribute number = rows->output.back();
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (!schema_[i].metadata.contains("delta.generationExpression")) continue;
      is_set[i] = ByClause(
          number, clauses, [&](const Clause& c) { return BoolValue(c.is_given[i]); }, BoolValue(false));
    }
    rows = ComputeGenerated(analyzer(), rows, schema_, is_set);
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (!IsIdentity(schema_[i])) continue;
      TypedPtr where = ByClause(
          number, clauses, [&](const Clause& c) { return BoolValue(c.action == kInserted && !c.is_given[i]); }, BoolValue(false));
      Projection wider(analyzer(), rows);
      for (const auto& column : rows->output) wider.Keep(column);
      rows = wider.Add(NumberedColumn(i), std::move(where)).Done();
    }
    SinkResult written = change_.Write(rows, kAction);
    for (const auto& [action, count] : written.actions) {
      if (action == kInserted || action == kCopied) counts_[action] += count;
    }
  }

  /// Whether the source's files have as many bytes as the target's. A kept source spares reading most of a large target, as its
  /// bounds are known before; to keep a large one costs more than that.
  bool SourceOutweighsTarget() const {
    double target = 0;
    for (const auto& file : candidates_) target += static_cast<double>(file->size);
    return FileBytes(*source_) >= target;
  }

  /// Inserts without keeping anything: rows go from the source past the target into files.
  void PassSource() {
    // A condition on its number, which is never false, has every row of the source numbered and so counted.
    TypedRelationPtr counted = FilterOf(source_, NotNegative(source_, kSourceRow));
    TypedRelationPtr target = RowScan(analyzer(), change_.target(), candidates_);
    WriteRows({InsertedRows(JoinOf(counted, target, plan::JoinType::kLeftAnti, condition_))});
  }

  void Rewrite() {
    std::vector<delta::FileRef> touched(candidates_.size());
    for (const auto& [index, rows] : changed_) touched[static_cast<size_t>(index)] = candidates_[static_cast<size_t>(index)];
    std::vector<TypedRelationPtr> parts;
    if (!changed_.empty()) parts.push_back(ChangedRows(touched, plan::JoinType::kLeft));
    if (!not_matched_.empty()) parts.push_back(InsertedRows(Unmatched(matches_)));
    WriteRows(std::move(parts));
    for (const auto& file : touched) {
      if (file) change_.RemoveFile(*file);
    }
  }

  void WriteWithVectors() {
    std::vector<delta::FileRef> touched(candidates_.size());
    for (const auto& [index, rows] : changed_) touched[static_cast<size_t>(index)] = candidates_[static_cast<size_t>(index)];
    std::vector<TypedRelationPtr> parts;
    if (counts_[kUpdated] + counts_[kUpdatedBySource] > 0) parts.push_back(ChangedRows(touched, plan::JoinType::kInner));
    if (!not_matched_.empty()) parts.push_back(InsertedRows(Unmatched(matches_)));
    WriteRows(std::move(parts));
    change_.MarkDeleted(candidates_, changed_);
  }

  // ---- The commit and the answer ----

  static json::array ClauseList(const std::vector<Action>& actions) {
    json::array list;
    for (const auto& action : actions) {
      json::object entry;
      if (action.condition) entry["predicate"] = ConditionText(action.condition);
      entry["actionType"] = action.kind == Action::Kind::kDelete                                               ? "delete"
                            : action.kind == Action::Kind::kInsert || action.kind == Action::Kind::kInsertStar ? "insert"
                                                                                                               : "update";
      list.push_back(std::move(entry));
    }
    return list;
  }

  CommandAnswer Finish() {
    int64_t inserted = counts_[kInserted];
    int64_t updated = counts_[kUpdated] + counts_[kUpdatedBySource];
    int64_t deleted = counts_[kDeleted] + counts_[kDeletedBySource];
    change_.SetMetric("numSourceRows", numbers_.count());
    change_.SetMetric("numTargetRowsInserted", inserted);
    change_.SetMetric("numTargetRowsUpdated", updated);
    change_.SetMetric("numTargetRowsMatchedUpdated", counts_[kUpdated]);
    change_.SetMetric("numTargetRowsNotMatchedBySourceUpdated", counts_[kUpdatedBySource]);
    change_.SetMetric("numTargetRowsDeleted", deleted);
    change_.SetMetric("numTargetRowsMatchedDeleted", counts_[kDeleted]);
    change_.SetMetric("numTargetRowsNotMatchedBySourceDeleted", counts_[kDeletedBySource]);
    change_.SetMetric("numTargetRowsCopied", counts_[kCopied]);
    change_.SetMetric("numOutputRows", change_.written().rows);
    change_.SetMetric("numTargetFilesAdded", static_cast<int64_t>(change_.written().adds.size()));
    change_.SetMetric("numTargetFilesRemoved", change_.removed_files());
    change_.SetMetric("numTargetBytesAdded", change_.written().bytes);
    change_.SetMetric("numTargetBytesRemoved", change_.removed_bytes());
    change_.SetMetric("numTargetChangeFilesAdded", 0);
    change_.SetMetric("numTargetDeletionVectorsAdded", change_.vectors_added() + change_.vectors_updated());
    change_.SetMetric("numTargetDeletionVectorsRemoved", change_.vectors_removed() + change_.vectors_updated());
    change_.SetMetric("numTargetDeletionVectorsUpdated", change_.vectors_updated());
    json::object parameters;
    parameters["predicate"] = PredicateList(command_.condition);
    parameters["matchedPredicates"] = json::serialize(ClauseList(command_.matched));
    parameters["notMatchedPredicates"] = json::serialize(ClauseList(command_.not_matched));
    parameters["notMatchedBySourcePredicates"] = json::serialize(ClauseList(command_.not_matched_by_source));
    change_.Commit(std::move(parameters));
    return Counts(updated, deleted, inserted);
  }

  CommandAnswer Counts(int64_t updated, int64_t deleted, int64_t inserted) {
    return change_.Answer(MergeAnswerSchema(), {inserted + updated + deleted, updated, deleted, inserted});
  }

  const plan::Merge& command_;
  RowChange change_;
  std::vector<Attribute> target_columns_;
  std::vector<Attribute> source_columns_;
  std::vector<Attribute> both_;
  std::vector<Attribute> table_;  ///< target_columns_, then columns that this merge adds.
  std::vector<TypedPtr> old_;  ///< The target's columns as the new schema has them.
  plan::Schema schema_;  ///< The table's columns after this merge.
  bool evolves_ = false;
  TypedRelationPtr source_;  ///< With kSourceRow; kept, unless it is read once.
  RowNumbers numbers_;
  TypedPtr condition_;
  std::vector<Clause> matched_, not_matched_, by_source_;
  std::vector<delta::FileRef> candidates_;
  TypedRelationPtr matches_;  ///< (__file, __row, __source_row, __clause) of all matches, kept.
  TypedRelationPtr changes_;  ///< The same columns: rows that change.
  RowsOfFiles seen_, changed_;
  std::map<int32_t, int64_t> counts_;  ///< Rows by action.
};

}  // namespace

CommandAnswer Run(CommandContext& context, const plan::Merge& command) { return MergeRun(context, command).Run(); }

}  // namespace headrace::engine
