#pragma once

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

/// A column that only its table's name reaches: the other key of a USING join.
bool QualifiedOnly(const Attribute& attribute);
/// True when the first `count` parts of `name` name the attribute's qualifier (its last `count` parts).
bool QualifierMatches(const Attribute& attribute, const plan::NameParts& name, size_t count);
/// Adds the relations with that plan id at or below `node`, each with its depth, the nearest of each branch alone.
void FindPlan(const Provenance* node, int64_t plan_id, int depth, std::vector<std::pair<const Provenance*, int>>& out);

}  // namespace headrace::analysis
