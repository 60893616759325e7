#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <cstdint>

namespace headrace::engine {

/// Spark's xxhash64 and murmur3 of one value, chained by the seed; a null leaves the seed as it is.
int64_t XxHash64(const duckdb::Value& value, const duckdb::LogicalType& type, int64_t seed);
int32_t Murmur3(const duckdb::Value& value, const duckdb::LogicalType& type, int32_t seed);

}  // namespace headrace::engine
