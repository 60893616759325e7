#include "engine/precompiled.h"

#include <algorithm>

#include "analysis/typed_inputs.h"
#include "engine/lowering.h"

// Random numbers of a seed. Spark draws them in the order of a partition's rows, so a plan run twice draws the same ones: a frame
// split by `rand(7) < 0.8`, or by randomSplit, falls into parts without a row in both or in none. Here a row's number among the
// rows decides. Rows are numbered by a window without order, which one thread computes in the order of its input.

namespace headrace::engine {

using analysis::TypedRelation;
using analysis::TypedRelationPtr;

Lowering::Block Lowering::WithDraws(const analysis::TypedExpressions& expressions, const TypedRelation& input, Block block) {
  // The few rows of a plan that holds them are one thread's.
  if (small_ || std::none_of(expressions.begin(), expressions.end(), DrawsFromSeed)) return block;
  return WithSequence(input, std::move(block));
}

Lowering::Block Lowering::WithSequence(const TypedRelation& input, Block block) {
  analysis::AttributeId position = Number(block, input.output);
  block.columns[kSequence] =
      Column{CallOf("spark_row_id", ListOf(Constant(duckdb::Value::INTEGER(0)), block.columns.at(position).expression->Copy())),
             1, true};
  return block;
}

bool Lowering::HasFixedOrder(const TypedRelation& relation) const {
  const auto& node = relation.node;
  if (std::get_if<analysis::TypedWith>(&node) || std::get_if<analysis::TypedCteReference>(&node)) return false;
  auto inputs = analysis::InputsOf(relation);
  if (inputs.empty()) return true;
  bool passes = std::get_if<analysis::TypedGenerate>(&node) || std::get_if<analysis::TypedObserve>(&node) ||
                std::get_if<analysis::TypedSample>(&node);
  // A sub-query may be a join below.
  if (const auto* project = std::get_if<analysis::TypedProject>(&node)) {
    passes = std::none_of(project->expressions.begin(), project->expressions.end(), HasSubquery);
  } else if (const auto* filter = std::get_if<analysis::TypedFilter>(&node)) {
    passes = !HasSubquery(filter->condition);
  } else if (const auto* set = std::get_if<analysis::TypedSetOperation>(&node)) {
    passes = set->kind == plan::SetOperation::Kind::kUnion && set->all;
  }
  return passes &&
         std::all_of(inputs.begin(), inputs.end(), [&](const TypedRelationPtr& input) { return HasFixedOrder(*input); });
}

}  // namespace headrace::engine
