#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/typed_plan.h"

namespace headrace::analysis {

/// A column of a star, as EXCEPT may name it.
struct StarColumn {
  std::string name;
  plan::NameParts qualifier;
};

/// What EXCEPT takes of one column: all of it, or fields of its structs.
struct StarLoss {
  bool whole = false;
  std::vector<plan::NameParts> fields;  ///< Paths below the column.
};

/// By column, what is taken by the names after EXCEPT. A name that is no column's goes to `unresolved`, which throws; throws
/// EXCEPT_OVERLAPPING_COLUMNS when something is named twice.
std::vector<StarLoss> LossesOf(const std::vector<plan::NameParts>& except, const std::vector<StarColumn>& columns,
                               const plan::Origin& origin, const std::function<void(const plan::NameParts&)>& unresolved);

/// A struct without some of its fields, at any depth. `or_null(value, made)` is null where `value` is, else `made`.
TypedPtr WithoutFields(const TypedPtr& value, const std::vector<plan::NameParts>& fields, const plan::Origin& origin,
                       const std::function<TypedPtr(const TypedPtr& value, const TypedPtr& made)>& or_null);

}  // namespace headrace::analysis
