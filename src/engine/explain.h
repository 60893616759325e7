#pragma once

#include <string>

#include "analysis/typed_plan.h"

namespace headrace::engine {

/// What EXPLAIN and df.explain() show of a plan; equal plans give equal texts. `cached` is the plan with what the session
/// keeps in the cache put in. `mode`: simple, extended, codegen, cost, formatted.
std::string ExplainText(const analysis::TypedRelationPtr& plan, const analysis::TypedRelationPtr& cached, const std::string& mode,
                        const std::string& time_zone);

}  // namespace headrace::engine
