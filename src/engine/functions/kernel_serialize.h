#pragma once

// Internal to the engine: needs duckdb.hpp.

#include "engine/functions/kernel.h"

namespace headrace::engine {

/// DuckDB copies plans, and finds those that are alike, by their bytes. Without what a kernel's bind took out of the arguments
/// two calls that differ in a constant alone would be one.
void WriteKernelData(duckdb::Serializer& serializer, const KernelData& data);
void ReadKernelData(duckdb::Deserializer& deserializer, KernelData& data);

}  // namespace headrace::engine
