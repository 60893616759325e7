#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <optional>
#include <string>
#include <vector>

#include "plan/expression.h"
#include "plan/types.h"

namespace headrace::engine {

/// How a cast of scalars is lowered: function(value, extra..., [time zone], [site]).
struct CastLowering {
  std::string function;  ///< Empty: DuckDB's own cast is exactly Spark's.
  bool time_zone = false;
  bool fallible = false;
  std::vector<duckdb::Value> extra;
};

class KernelRegistry;
/// The kernels between numbers on one side, intervals and instants on the other.
void RegisterUnitCasts(KernelRegistry& registry);

/// Nothing when Spark has no such cast. Nested types are the caller's: it takes them apart.
std::optional<CastLowering> FindCast(const plan::DataType& from, const plan::DataType& to, plan::EvalMode mode);

}  // namespace headrace::engine
