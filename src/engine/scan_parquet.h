#pragma once

namespace duckdb {
class DatabaseInstance;
}

namespace headrace::engine {

/// Puts the table function that scans plain Parquet files into the system catalog; called once a database.
void RegisterParquetScan(duckdb::DatabaseInstance& database);

}  // namespace headrace::engine
