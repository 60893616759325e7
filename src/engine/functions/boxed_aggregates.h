#pragma once

#include <vector>

#include "engine/functions/kernel.h"

namespace headrace::engine {

/// The rows of a group: the aggregate's arguments, boxed.
using AggregateRows = std::vector<std::vector<duckdb::Value>>;
/// The aggregate of all rows of a group; called once a group.
using AggregateSummary = duckdb::Value (*)(const KernelData& data, AggregateRows& rows);

/// An aggregate that sees all rows of a group at once. The last `extra` arguments are constants; a result of ANY has the last
/// extra's type, or the first argument's. Rows whose first argument is null are left out with `skip_nulls`.
void AddBoxedAggregate(KernelRegistry& registry, const std::string& name, duckdb::LogicalType result, AggregateSummary summary,
                       int extra = 0, bool skip_nulls = true);

}  // namespace headrace::engine
