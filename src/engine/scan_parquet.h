#pragma once

// Internal to the engine: needs duckdb.hpp.

#include "engine/engine.h"

namespace headrace::engine {

/// Puts the table function that scans plain Parquet files into the system catalog; called once a database.
void RegisterParquetScan(duckdb::DatabaseInstance& database);

/// Parquet files below folders, by DuckDB's own reader.
duckdb::unique_ptr<duckdb::TableRef> LowerParquetScan(Engine& engine, const std::shared_ptr<Session>& session,
                                                      const analysis::TypedScan& scan, bool with_metadata,
                                                      std::vector<std::shared_ptr<void>>& resources);

}  // namespace headrace::engine
