#pragma once

#include <vector>

#include "analysis/typed_plan.h"

namespace headrace::analysis {

/// The relations that a relation reads, in the order they are written: a join's left one first, a WITH's definitions before its
/// body. Sub-queries in expressions are not among them.
std::vector<TypedRelationPtr> InputsOf(const TypedRelation& relation);

}  // namespace headrace::analysis
