#pragma once

#include <vector>

#include "analysis/typed_plan.h"
#include "plan/types.h"

namespace headrace::engine {

/// How many bytes Spark takes a value to have when it knows nothing but the type (`DataType.defaultSize`).
double DefaultSize(const plan::DataType& type);

/// The same of a row of these columns.
double RowSize(const std::vector<analysis::Attribute>& output);

/// How many bytes the files of a scan have: those of a whole Delta table, or those at the scan's paths that are files.
double FileBytes(const analysis::TypedScan& scan);

/// The same of all scans that a plan reads, each as often as it stands there; sub-queries in expressions do not count.
double FileBytes(const analysis::TypedRelation& plan);

}  // namespace headrace::engine
