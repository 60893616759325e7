#pragma once

#include "duckdb.hpp"

namespace headrace::engine {

/// Spark's order of values: a null, also one inside an array or a struct, comes before everything else. Below zero when
/// `a` comes first, zero when they are equal.
int CompareNested(const duckdb::Value& a, const duckdb::Value& b);

/// The value with the entries of all maps in it in the order of their keys.
duckdb::Value WithSortedMaps(const duckdb::Value& value);

}  // namespace headrace::engine
