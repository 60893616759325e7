#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/error_context.h"
#include "analysis/names.h"
#include "functions/coercion.h"

namespace headrace::analysis {

/// Which DataFrame (plan id) had which columns: df["x"] finds its attribute here. A tree beside the typed plan that
/// survives the collapsing of projections; `added` lists the columns a withColumn put over `children[0]`'s.
struct Provenance {
  int64_t plan_id = -1;
  std::shared_ptr<const std::vector<Attribute>> columns;  ///< Or null: `added` over the first child's.
  std::vector<Attribute> added;
  std::vector<std::shared_ptr<const Provenance>> children;
};
using ProvenancePtr = std::shared_ptr<const Provenance>;

/// A relation under construction.
struct Frame {
  TypedRelationPtr relation;
  ProvenancePtr provenance;
};

/// A resolved expression with its text. `name` is the column name it gets without an alias.
struct Resolved {
  TypedPtr typed;
  std::string sql;  ///< Spark's pretty SQL, for names and error parameters.
  bool is_literal = false;
  std::optional<std::string> name;  ///< From an alias or a struct field; unset: `sql`.
  std::vector<std::string> names;  ///< A multi-name alias of a generator.
  json::object metadata;  ///< Of an alias.
  bool has_alias = false;
  std::string field_name;  ///< Of a struct field: what struct(s.f) names it.
  bool is_named = false;  ///< A column or an alias: a cast around it keeps the name.
  const Attribute* attribute = nullptr;  ///< A plain column of the input.
  std::string OutputName() const { return name.value_or(sql); }
};

/// Finds columns of one relation's output by name. Built lazily; keeps a pointer to the attributes.
class ColumnIndex {
 public:
  explicit ColumnIndex(const std::vector<Attribute>& attributes) : attributes_(&attributes) {}
  const std::vector<Attribute>& attributes() const { return *attributes_; }
  /// Indices of the columns with this name, ignoring case; hidden ones only when `hidden`.
  const std::vector<size_t>& Find(std::string_view lower_name) const;
  const Attribute* FindId(AttributeId id) const;

 private:
  void Build() const;
  const std::vector<Attribute>* attributes_;
  mutable bool built_ = false;
  mutable std::unordered_map<std::string, std::vector<size_t>> by_name_;
  mutable std::unordered_map<AttributeId, size_t> by_id_;
};

struct LambdaBinding {
  std::string name;
  int64_t id = -1;
  plan::DataType type;
  bool nullable = true;
};

/// An alias of the same select list that later items may use (lateral column alias).
struct LateralAlias {
  std::string name;
  TypedPtr typed;
};

/// What an expression may refer to.
struct Scope {
  const ColumnIndex* input = nullptr;
  ProvenancePtr provenance;
  const Scope* outer = nullptr;
  std::vector<LambdaBinding> lambdas;
  const std::vector<LateralAlias>* laterals = nullptr;
  /// Output columns of an aggregate that HAVING and ORDER BY see before the input's, but not inside aggregates.
  const std::vector<LateralAlias>* preferred = nullptr;
  /// The time windows of GROUP BY, which the select list may call by their names.
  const std::vector<LateralAlias>* time_windows = nullptr;
  /// Named windows of the query (WINDOW w AS ...).
  const std::map<std::string, const plan::Window*>* windows = nullptr;
  /// Set when a column of `outer` was used.
  mutable bool used_outer = false;
  /// Columns a name may mean though they are no longer in the output: df.select("a").filter(df["b"]).
  std::vector<Attribute>* missing = nullptr;
  TypedRelationPtr reach;
  bool reach_metadata_only = false;  ///< Only `_metadata` is looked for there.
  /// The columns that an unknown name may have meant, where they are not the input's.
  const std::vector<Attribute>* suggested = nullptr;
  std::string clause;  ///< For errors: "WHERE", "GROUP BY", ...
  bool over = false;  ///< The call that is resolved next has OVER: it may have aggregates as arguments.
};

/// A select-list item ready for projection.
struct Item {
  TypedPtr typed;
  std::string name;
  json::object metadata;
  std::vector<std::string> names;  ///< Several names of a generator.
  bool has_alias = false;
  std::string sql;
  /// Keeps the attribute's id, qualifier and metadata (a plain column).
  const Attribute* pass = nullptr;
};

struct CteEntry {
  std::string name;
  std::vector<std::string> columns;
  plan::RelationPtr plan;
  int64_t id = -1;
  bool analyzed = false;
  bool recursive = false;
  std::optional<int64_t> max_recursion;  ///< MAX RECURSION LEVEL n.
  bool inline_always = false;  ///< A frame named in spark.sql(text, name=df): analyzed again for each use.
  Frame frame;
  std::vector<Attribute> recursive_columns;
  std::vector<std::shared_ptr<TypedRelation>> references;
};

class Analyzer::Impl {
 public:
  explicit Impl(AnalysisContext& context);

  TypedRelationPtr AnalyzeTop(const plan::RelationPtr& relation);
  TypedPtr AnalyzeExpression(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input);
  TypedPtr AnalyzeAssignment(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input,
                             const plan::StructField& target);
  TypedRelationPtr CastForWrite(const TypedRelationPtr& input, const plan::Schema& target, bool by_name,
                                const std::string& table_name);
  AttributeId NewId() { return next_id_++; }

 private:
  friend class Analyzer;

  // ---- relations.cc: walking the plan ----
  Frame Analyze(const plan::RelationPtr& relation, const Scope* outer = nullptr);
  Frame AnalyzeLeaf(const plan::Relation& relation, const Scope* outer);
  Frame ApplyUnary(const plan::Relation& relation, Frame input, const Scope* outer);
  Frame Finish(TypedRelationPtr relation, int64_t plan_id, std::vector<ProvenancePtr> children);
  Frame Unary(TypedRelation::Node node, std::vector<Attribute> output, const plan::Relation& origin, const Frame& input);
  std::vector<Attribute> NewAttributes(const plan::Schema& schema, const plan::NameParts& qualifier = {});
  Frame WithoutHidden(Frame frame);

  /// What a name in FROM stands for; in a view's query, where the view was made.
  std::optional<ResolvedTable> FindTable(const plan::ReadTable& read);
  Frame ReadTable(const plan::Relation& relation, const plan::ReadTable& read, const Scope* outer);
  Frame FromResolvedTable(const plan::Relation& relation, const ResolvedTable& table);
  Frame Rows(const plan::Relation& relation, const TypedRelationPtr& rows);
  Frame ScanFrame(const plan::Relation& relation, TypedScan scan, const plan::NameParts& qualifier);
  Frame InlineTable(const plan::Relation& relation, const plan::InlineTable& table, const Scope* outer);
  Frame TableFunction(const plan::Relation& relation, const plan::TableFunction& call, const Scope* outer);
  Frame WithCtes(const plan::Relation& relation, const plan::With& with, const Scope* outer);
  Frame RecursiveCte(CteEntry& entry, const Scope* outer);
  /// A recursive query whose step fails where a limit is met (-1: there is none).
  TypedRelationPtr LimitRecursion(const CteEntry& entry, int64_t level_limit, int64_t row_limit);
  Frame CteReference(const plan::Relation& relation, CteEntry& entry, const Scope* outer);
  Frame JoinFrames(const plan::Relation& relation, const plan::Join& join, const Scope* outer);
  Frame AsOfJoinFrames(const plan::Relation& relation, const plan::AsOfJoin& join, const Scope* outer);
  Frame SetOperation(const plan::Relation& relation, const plan::SetOperation& set, const Scope* outer);
  /// The two sides of a union by name with the same columns in the same order, those of structs at any depth too.
  void AlignByName(Frame& left, Frame& right, const plan::SetOperation& set, const plan::Origin& origin);
  /// `value` with the fields of its structs as `target` has them, found by their names; fields it lacks are null.
  TypedPtr FieldsByName(const TypedPtr& value, const plan::DataType& target);
  Frame SubqueryAlias(const plan::Relation& relation, const plan::SubqueryAlias& alias, Frame input);

  // ---- relations_columns.cc: DataFrame's column operations ----
  Frame WithColumns(const std::vector<const plan::Relation*>& chain, Frame input, const Scope* outer);
  Frame WithColumnsRenamed(const plan::Relation& relation, const plan::WithColumnsRenamed& node, Frame input);
  Frame ToDf(const plan::Relation& relation, const plan::ToDf& node, Frame input);
  Frame ToSchema(const plan::Relation& relation, const plan::ToSchema& node, Frame input);
  Frame Drop(const plan::Relation& relation, const plan::Drop& node, Frame input, const Scope* outer);
  Frame Deduplicate(const plan::Relation& relation, const plan::Deduplicate& node, Frame input);
  Frame Unpivot(const plan::Relation& relation, const plan::Unpivot& node, Frame input, const Scope* outer);
  Frame Transpose(const plan::Relation& relation, const plan::Transpose& node, Frame input, const Scope* outer);
  Frame NaFill(const plan::Relation& relation, const plan::NaFill& node, Frame input);
  Frame NaDrop(const plan::Relation& relation, const plan::NaDrop& node, Frame input);
  Frame NaReplace(const plan::Relation& relation, const plan::NaReplace& node, Frame input);
  Frame Observe(const plan::Relation& relation, const plan::CollectMetrics& node, Frame input, const Scope* outer);
  Frame Summary(const plan::Relation& relation, const plan::Statistics& node, Frame input);
  Frame Crosstab(const plan::Relation& relation, const plan::Statistics& node, Frame input);
  Frame Statistics(const plan::Relation& relation, const plan::Statistics& node, Frame input, const Scope* outer);
  void CheckColumns(const std::vector<std::string>& names, const Frame& input, const plan::Origin& origin);
  TypedPtr MatchType(const TypedPtr& value, const Attribute& from, const plan::StructField& to,
                     const std::vector<std::string>& path);

  // ---- select.cc: project, aggregate, sort ----
  Frame Select(const plan::Relation& relation, const plan::Project& node, Frame input, const Scope* outer,
               const plan::Relation* sort);
  Frame Aggregate(const plan::Relation& relation, const plan::Aggregate& node, Frame input, const Scope* outer,
                  const plan::Relation* sort);
  Frame Qualify(const plan::Qualify& node, const Scope* outer);
  Frame Filter(const plan::Relation& relation, const plan::Filter& node, Frame input, const Scope* outer);
  Frame Sort(const plan::Relation& relation, const plan::Sort& node, Frame input, const Scope* outer);
  Frame Limit(const plan::Relation& relation, const plan::ExpressionPtr& count, bool is_limit, Frame input, const Scope* outer);
  Frame LateralView(const plan::Relation& relation, const plan::LateralView& node, Frame input, const Scope* outer);
  Frame Pivot(const plan::Relation& relation, const plan::Aggregate& node, Frame input, const Scope* outer);
  /// Resolves select-list items, stars expanded, lateral aliases known.
  std::vector<Item> ResolveItems(const plan::Expressions& expressions, Scope& scope, bool laterals);
  /// Projects items over `input`: generators, windows, then the projection. Plain columns keep their ids.
  Frame ProjectItems(Frame input, std::vector<Item> items, const plan::Relation& relation);
  /// Rewrites windows in `expressions` into columns of a TypedWindow over `input`.
  Frame ExtractWindows(Frame input, std::vector<TypedPtr*> expressions);
  /// Puts the time windows that `expressions` use below them: window(ts, ...) is a column of the input.
  Frame InsertTimeWindows(Frame input, const std::vector<TypedPtr>& expressions);
  /// Makes the sessions of rows that are grouped by them, which InsertTimeWindows put there, into those of the groups.
  Frame MergeSessions(Frame input, const TypedExpressions& grouping);
  Frame ExtractGenerators(Frame input, std::vector<Item>& items);
  Frame SortAndTrim(Frame projected, size_t visible, std::vector<TypedSortKey> keys, bool global);
  struct AggregateBuild;
  void RewriteOverAggregate(AggregateBuild& build, TypedPtr& expression, const std::string& sql);
  /// ORDER BY ALL, where no column has that name.
  bool IsOrderByAll(const plan::Sort& sort, const Scope& scope);
  std::vector<TypedSortKey> SortKeys(const std::vector<plan::SortOrder>& order, Scope& scope,
                                     const std::vector<Attribute>* ordinals);
  /// The relation with `columns`, found below it, added to its output; or null when that is not possible.
  TypedRelationPtr AddMissing(const TypedRelationPtr& relation, const std::vector<Attribute>& columns);
  /// The hidden `_metadata` column of a scan: one id a scan.
  Attribute MetadataAttribute(const TypedRelation& scan);
  std::vector<Attribute> Reachable(const TypedRelationPtr& relation);
  TypedPtr AsBoolean(const Resolved& condition, const char* where);

  // ---- resolve.cc: expressions ----
  Resolved Resolve(const plan::ExpressionPtr& expression, Scope& scope);
  Resolved ResolveNode(const plan::Expression& expression, Scope& scope);
  Resolved ResolveColumn(const plan::NameParts& name, int64_t plan_id, const plan::Origin& origin, Scope& scope, bool metadata);
  std::optional<Resolved> TryColumn(const plan::NameParts& name, const plan::Origin& origin, const ColumnIndex& index);
  std::optional<Resolved> TryMissing(const plan::NameParts& name, AttributeId id, const plan::Origin& origin, Scope& scope);
  std::optional<Resolved> TryOuter(const plan::NameParts& name, const plan::Origin& origin, Scope& scope);
  std::optional<Resolved> TryVariable(const plan::NameParts& name, const plan::Origin& origin);
  std::optional<Resolved> ByPlanId(const plan::NameParts& name, int64_t plan_id, const plan::Origin& origin, Scope& scope);
  Resolved ColumnOf(const Attribute& attribute, const plan::NameParts& name, size_t used, const plan::Origin& origin);
  Resolved FieldOf(Resolved child, const std::string& field, const plan::Origin& origin);
  Resolved Extract(Resolved child, const plan::ExpressionPtr& extraction, Scope& scope, const plan::Origin& origin);
  std::vector<Resolved> ExpandStar(const plan::Expression& expression, Scope& scope);
  std::vector<Resolved> ResolveArguments(const plan::Expressions& arguments, Scope& scope);
  Resolved ResolveLiteral(const plan::Literal& literal, const plan::Origin& origin);
  /// `written`: as CAST; one written as a function, float(x), leaves no trace in names.
  Resolved ResolveCast(const plan::Cast& cast, const plan::Origin& origin, Scope& scope, bool written = true);
  Resolved ResolveUpdateFields(const plan::UpdateFields& update, const plan::Origin& origin, Scope& scope);
  Resolved ResolveSubquery(const plan::Subquery& subquery, const plan::Origin& origin, Scope& scope);
  Resolved ResolveWindow(const plan::Window& window, const plan::Origin& origin, Scope& scope);
  [[noreturn]] void ThrowUnresolved(const plan::NameParts& name, const plan::Origin& origin, Scope& scope);

  // ---- calls.cc ----
  Resolved ResolveCall(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved ExpandCall(const functions::Function& function, const plan::FunctionCall& call, const plan::Origin& origin,
                      Scope& scope);
  /// percentile_cont, percentile_disc and mode, whose value stands in WITHIN GROUP.
  Resolved InverseDistribution(const functions::Function& function, const plan::FunctionCall& call, const std::string& name,
                               const plan::Origin& origin, Scope& scope);
  [[noreturn]] void ThrowWrongCount(const std::string& name, const std::string& expected, size_t count,
                                    const plan::Origin& origin);
  void CheckArgumentCount(const functions::Function& function, const std::string& name, size_t count, const plan::Origin& origin);
  Resolved MakeCall(const functions::Function& function, const plan::FunctionCall& call, const std::string& name,
                    const plan::Origin& origin, Scope& scope);
  std::vector<Resolved> ResolveLambdas(const functions::Function& function, const plan::FunctionCall& call, Scope& scope,
                                       const plan::Origin& origin);
  Resolved ResolveLambda(const plan::LambdaFunction& lambda, const std::vector<functions::LambdaParameter>& parameters,
                         Scope& scope, const plan::Origin& origin);
  using Special = Resolved (Impl::*)(const plan::FunctionCall&, const plan::Origin&, Scope&);
  static const std::unordered_map<std::string, Special>& Specials();
  Resolved Case(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved If(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved StructOf(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved NamedStruct(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved Constant(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved CastFunction(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved Grouping(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved NotEqual(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  /// LIKE ANY (...) and its like over constant patterns.
  Resolved LikePatterns(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved TimeWindow(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved SessionWindow(const plan::FunctionCall& call, const plan::Origin& origin, Scope& scope);
  Resolved CaseOf(std::vector<std::pair<Resolved, Resolved>> branches, std::optional<Resolved> otherwise,
                  const plan::Origin& origin, std::string sql, const std::string& function);

  // ---- coerce.cc ----
  TypedPtr CastTo(const TypedPtr& value, const plan::DataType& type);
  TypedPtr CastTo(const TypedPtr& value, const plan::DataType& type, plan::EvalMode mode);
  /// What a constant string that is "epoch", "now", "today", "tomorrow" or "yesterday" is as a date or time.
  std::optional<plan::Value> SpecialTime(const TypedPtr& value, const plan::DataType& type);
  plan::EvalMode DefaultMode() const { return environment_.ansi ? plan::EvalMode::kAnsi : plan::EvalMode::kLegacy; }
  TypedPtr StoreAs(const TypedPtr& value, const std::string& value_sql, const plan::StructField& target,
                   const std::string& table);
  /// A call of the table on typed arguments, coerced by its rule: for what the analyzer builds itself.
  TypedPtr BuildCall(const functions::Function& function, const functions::CallSite& site, TypedExpressions arguments,
                     const plan::Origin& origin);
  /// The constant null, also under casts and as a column that a projection below makes of it.
  /// True when a constant null among the arguments makes the call null before anything that could fail is evaluated.
  bool MeetsNull(const functions::Function& function, const TypedExpressions& arguments) const;
  bool IsNullConstant(const TypedPtr& expression) const;
  TypedPtr CallTyped(const std::string& function, TypedExpressions arguments);
  TypedPtr AggregateTyped(const std::string& function, TypedExpressions arguments, bool distinct = false);
  TypedPtr ColumnRef(const Attribute& attribute) const;
  TypedPtr StringValue(const std::string& text) const;
  TypedPtr LongValue(int64_t value) const;
  TypedPtr NullValue(const plan::DataType& type) const;

  AnalysisContext& context_;
  functions::Environment environment_;
  bool group_by_ordinal_ = true, order_by_ordinal_ = true, group_by_aliases_ = true;  ///< spark.sql.groupByOrdinal and so on.
  bool decimal_precision_loss_ = true;  ///< spark.sql.decimalOperations.allowPrecisionLoss.
  const functions::FunctionTable& table_;
  AttributeId next_id_ = 1;
  int64_t next_lambda_ = 1;
  int64_t next_cte_ = 1;
  int depth_ = 0;
  std::vector<ProvenancePtr> tops_;  ///< Of the relations this analyzer was given.
  /// Arguments already resolved, which an expansion refers to by plan ids from kBoundBase downwards.
  static constexpr int64_t kBoundBase = -1000;
  std::vector<Resolved> bound_;
  std::vector<std::vector<std::shared_ptr<CteEntry>>> cte_scopes_;
  std::vector<TypedCteDefinition> cte_definitions_;
  std::map<int64_t, plan::RelationPtr> references_;  ///< WithRelations: plans of sub-queries by plan id.
  /// window(...) calls that became columns, not yet put into a relation.
  std::vector<std::pair<Attribute, TypedPtr>> time_windows_;
  std::set<AttributeId> null_columns_;  ///< Columns that a projection makes of the constant null.
  std::set<std::string> views_in_progress_;
  plan::NameParts view_namespace_;  ///< Catalog and schema of the view whose query is analyzed; empty outside views.
  bool in_temporary_view_ = false;
  std::map<std::vector<AttributeId>, AttributeId> metadata_ids_;
};

/// The columns' names as errors list them: "a, b".
std::string ListedNames(const std::vector<Attribute>& attributes);

// ---- typed_walk.cc: walking typed expressions ----

/// Rebuilds `expression` with each child replaced by `change` (null keeps it).
TypedPtr MapChildren(const TypedPtr& expression, const std::function<TypedPtr(const TypedPtr&)>& change);
/// Calls `visit` on the expression and everything below it (not into sub-queries' plans); a false answer skips children.
void Walk(const TypedPtr& expression, const std::function<bool(const TypedPtr&)>& visit);
/// Equal in meaning: same columns, functions and constants (names and origins do not count).
bool SemanticEquals(const TypedPtr& a, const TypedPtr& b);
bool ContainsAggregate(const TypedPtr& expression);
/// grouping() and grouping_id() have a meaning only where rows are grouped by sets.
[[noreturn]] void ThrowMisusedGrouping(const plan::Origin& origin);
void CheckNoGrouping(const TypedPtr& expression);
bool ContainsWindow(const TypedPtr& expression);
bool ContainsGenerator(const TypedPtr& expression);
bool IsDeterministic(const TypedPtr& expression);
/// An aggregate of columns and constants with the columns' qualifiers, as some of Spark's errors have it: "sum(t.a)". Nothing
/// for other expressions.
std::optional<std::string> QualifiedText(const TypedPtr& expression, const std::vector<Attribute>& attributes);

}  // namespace headrace::analysis
