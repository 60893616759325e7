#pragma once

namespace duckdb {
class DatabaseInstance;
}

namespace headrace::engine {

/// Puts the table function that scans Delta snapshots into the system catalog; called once a database.
void RegisterDeltaScan(duckdb::DatabaseInstance& database);

}  // namespace headrace::engine
