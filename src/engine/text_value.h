#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>

namespace headrace::engine {

/// A string of any bytes, as Spark's strings are: DuckDB's own constructor takes UTF-8 alone. Defined beside DuckValue.
duckdb::Value TextValue(const std::string& text);

}  // namespace headrace::engine
