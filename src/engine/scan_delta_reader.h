#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <duckdb/common/multi_file/multi_file_data.hpp>

#include "plan/types.h"

namespace headrace::engine {

/// Puts the table function that scans Delta snapshots into the system catalog; called once a database.
void RegisterDeltaScan(duckdb::DatabaseInstance& database);

/// A column of a scan of several files, found in each by Delta's physical name or, `by_id`, by field id; null where a file
/// has it not.
duckdb::MultiFileColumnDefinition MultiFileColumn(const plan::StructField& field, bool by_id);

}  // namespace headrace::engine
