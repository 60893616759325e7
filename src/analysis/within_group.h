#pragma once

#include <string>
#include <string_view>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

/// percentile_cont, percentile_disc and mode: WITHIN GROUP says whose value they take.
bool IsInverseDistribution(std::string_view name);

/// Throws INVALID_WITHIN_GROUP_EXPRESSION, or what Spark says of a function that takes no WITHIN GROUP, unless the call has as
/// many keys as its function wants.
void CheckWithinGroup(const plan::FunctionCall& call, const std::string& name, const plan::Origin& origin);

/// Of a call with DISTINCT: throws unless it is ordered by its own argument.
void CheckDistinctOrder(const std::string& name, const TypedAggregateCall& call, const Resolved& argument, const Resolved& key);

}  // namespace headrace::analysis
