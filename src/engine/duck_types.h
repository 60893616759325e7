#pragma once

// Internal to the engine: needs duckdb.hpp.

#include "plan/types.h"
#include "plan/value.h"

namespace headrace::engine {

/// The DuckDB type that carries a Spark type: TIMESTAMP is TIMESTAMP WITH TIME ZONE, a day-time interval BIGINT
/// microseconds, a year-month interval INTEGER months, void SQLNULL. Throws kUnsupported for variant.
duckdb::LogicalType DuckType(const plan::DataType& type);

/// The names DuckDB's struct has for the fields of a Spark struct: DuckDB wants them to differ, whatever their case; what
/// comes again gets a suffix, which only the plan's own names hide.
duckdb::vector<std::string> DuckFieldNames(const plan::DataType& type);

/// A literal's DuckDB value, of exactly DuckType(type).
duckdb::Value DuckValue(const plan::Value& value, const plan::DataType& type);

/// The reverse, for values read back at analysis time (pivot values, constant folding).
plan::Value PlanValue(const duckdb::Value& value, const plan::DataType& type);

}  // namespace headrace::engine
