#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/typed_plan.h"

namespace headrace::engine {

/// Small makers of typed nodes, for plans that commands build themselves.
analysis::TypedPtr Reference(const analysis::Attribute& attribute);
analysis::TypedPtr IntValue(int32_t value);
analysis::TypedPtr BoolValue(bool value);
analysis::TypedPtr NullOf(const plan::DataType& type);
analysis::TypedPtr Equal(analysis::TypedPtr left, analysis::TypedPtr right);
analysis::TypedPtr And(analysis::TypedPtr left, analysis::TypedPtr right);
analysis::TypedPtr IsNull(analysis::TypedPtr child);
/// CASE WHEN condition THEN then ELSE otherwise END, of `then`'s type.
analysis::TypedPtr IfElse(analysis::TypedPtr condition, analysis::TypedPtr then, analysis::TypedPtr otherwise);
/// TRUE where `condition` is true, FALSE where it is false or NULL.
analysis::TypedPtr IsTrue(analysis::TypedPtr condition);

/// Calls `visit` on the expression and everything below it, not into the plans of sub-queries.
void VisitExpression(const analysis::TypedPtr& expression, const std::function<void(const analysis::TypedExpression&)>& visit);

analysis::TypedRelationPtr FilterOf(analysis::TypedRelationPtr input, analysis::TypedPtr condition);
/// A join on equal columns or any condition; the output is left's columns, then right's (semi and anti: left's alone).
analysis::TypedRelationPtr JoinOf(analysis::TypedRelationPtr left, analysis::TypedRelationPtr right, plan::JoinType type,
                                  analysis::TypedPtr condition);
analysis::TypedRelationPtr UnionOf(analysis::Analyzer& analyzer, std::vector<analysis::TypedRelationPtr> inputs);

/// A projection under construction.
class Projection {
 public:
  Projection(analysis::Analyzer& analyzer, analysis::TypedRelationPtr input) : analyzer_(analyzer), node_{std::move(input), {}} {}
  /// Passes a column on under its id.
  Projection& Keep(const analysis::Attribute& attribute);
  /// Adds a computed column.
  Projection& Add(const std::string& name, analysis::TypedPtr value);
  analysis::TypedRelationPtr Done();

 private:
  analysis::Analyzer& analyzer_;
  analysis::TypedProject node_;
  std::vector<analysis::Attribute> output_;
};

/// The output column of that name; throws an internal error when there is none.
const analysis::Attribute& ColumnNamed(const analysis::TypedRelationPtr& relation, const std::string& name);

}  // namespace headrace::engine
