#pragma once

// Internal to the engine: needs duckdb.hpp.

#include "engine/lowering.h"

namespace headrace::engine {

/// The value of a floating-point expression with -0.0 as 0.0; any other expression as it is. Spark keeps the zeros of rows that
/// become one (groups, DISTINCT, set operations) without their sign.
ParsedPtr WithoutSignOfZero(ParsedPtr value, const plan::DataType& type);

}  // namespace headrace::engine
