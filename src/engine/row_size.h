#pragma once

#include <vector>

#include "analysis/typed_plan.h"
#include "plan/types.h"

namespace headrace::engine {

/// How many bytes Spark takes a value to have when it knows nothing but the type (`DataType.defaultSize`).
double DefaultSize(const plan::DataType& type);

/// The same of a row of these columns.
double RowSize(const std::vector<analysis::Attribute>& output);

}  // namespace headrace::engine
