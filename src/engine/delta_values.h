#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <optional>

#include "delta/value.h"
#include "plan/types.h"

namespace headrace::engine {

/// A partition value or literal of Delta's as the engine's, of exactly DuckType(type).
duckdb::Value FromDelta(const delta::Value& value, const plan::DataType& type);

/// A constant of DuckDB's as Delta's; nothing for types that have none (nested ones, binary).
std::optional<delta::Value> ToDelta(const duckdb::Value& value);

}  // namespace headrace::engine
