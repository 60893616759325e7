#pragma once

namespace duckdb {
class DatabaseInstance;
}

namespace headrace::engine {

class KernelRegistry;

/// Puts every kernel (`spark_*`) into the system catalog of a database. Called once a database, before any query.
void RegisterFunctions(duckdb::DatabaseInstance& database);

}  // namespace headrace::engine
