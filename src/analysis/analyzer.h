#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "analysis/typed_plan.h"
#include "plan/command.h"

namespace headrace::analysis {

/// What a name in FROM stands for; made by whoever knows the session and the catalog.
struct ResolvedTable {
  /// A view or a cached or temporary relation: analyzed in place, under `catalog_and_schema` when it is a stored view.
  plan::RelationPtr view;
  std::shared_ptr<const TypedRelation> cached;
  /// Or a table or files: a scan; the output attributes are made by the analyzer from `scan.schema`.
  std::optional<TypedScan> scan;
  plan::NameParts qualifier;  ///< [catalog, schema, table], or the view's name.
  plan::NameParts catalog_and_schema;  ///< Non-empty for stored views.
};

/// What the analyzer asks of its surroundings. Called on the analyzing thread only.
class AnalysisContext {
 public:
  virtual ~AnalysisContext() = default;
  /// Null when there is no such table; throws when the name is not valid or the table cannot be read.
  virtual std::optional<ResolvedTable> FindTable(const plan::ReadTable& table) = 0;
  /// Schema inference and path resolution of spark.read.
  virtual TypedScan ResolveFiles(const plan::ReadFiles& files) = 0;
  /// spark.read.json(df), csv(df): the scan of a frame's strings, which stand still from here on.
  virtual TypedScan ResolveText(const TypedRelationPtr& input, const plan::ParseText& text) = 0;
  /// The Arrow schema of a local relation as Spark's.
  virtual plan::Schema SchemaOfLocal(const plan::LocalRelation& local) = 0;
  virtual std::optional<ResolvedTable> FindCachedRemote(const std::string& id) = 0;
  /// Rows of a catalog call or of a command used as a relation.
  virtual TypedRelationPtr RunCatalogCall(const plan::CatalogCall& call) = 0;
  virtual TypedRelationPtr RunCommand(const plan::Command& command) = 0;
  /// The distinct values of a pivot column, sorted, and other analysis-time evaluation: runs the plan, answers its rows.
  virtual std::vector<std::vector<plan::Value>> Evaluate(const TypedRelationPtr& plan) = 0;
  /// A setting's value, with its default.
  virtual std::string Setting(const std::string& key) = 0;
  virtual bool HasCatalog(const std::string& name) = 0;
  virtual std::string CurrentCatalog() = 0;
  virtual std::string CurrentSchema() = 0;
  virtual std::string CurrentUser() = 0;
  virtual int64_t NowMicros() = 0;  ///< Fixed for one query.
};

/// Turns unresolved plans into typed ones by Spark's rules. One analyzer serves one query; not thread-safe.
class Analyzer {
 public:
  explicit Analyzer(AnalysisContext& context);
  ~Analyzer();

  /// Throws Error(kAnalysis) with Spark's condition, SQLSTATE, parameters and query context.
  TypedRelationPtr Analyze(const plan::RelationPtr& relation);

  /// Resolves an expression against a relation's output (DELETE's condition, a MERGE's clauses, constraints).
  TypedPtr AnalyzeExpression(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input);
  /// The same, cast to `type` as Spark stores into a column (spark.sql.storeAssignmentPolicy).
  TypedPtr AnalyzeAssignment(const plan::ExpressionPtr& expression, const std::vector<Attribute>& input,
                             const plan::StructField& target);
  /// A projection that stores `input` into columns of `target` by position or by name, as INSERT does; throws Spark's and
  /// Delta's errors for missing or extra columns and for types that cannot be stored.
  TypedRelationPtr CastForWrite(const TypedRelationPtr& input, const plan::Schema& target, bool by_name,
                                const std::string& table_name);
  /// A fresh attribute id in this plan.
  AttributeId NewId();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Evaluates a constant expression without the engine where possible (literals, casts, simple arithmetic); nothing when
/// it is not constant.
std::optional<plan::Value> FoldConstant(const TypedPtr& expression);

/// The name Spark gives an expression without an alias: "(a + b)", "count(1)", "sum(total)".
std::string ExpressionName(const plan::ExpressionPtr& expression);

}  // namespace headrace::analysis
