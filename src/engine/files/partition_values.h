#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>
#include <vector>

#include "analysis/typed_plan.h"

namespace headrace::engine {

/// What a scan's folders say of its files.
struct PartitionValues {
  std::vector<int> of_column;  ///< By column of the schema: index into a file's values, -1 for data.
  std::vector<bool> in_files;  ///< By column: a folder's value, though the files have a column of the name too.
  std::vector<std::vector<duckdb::Value>> of_file;  ///< By path of the scan, in the columns' types.
};

/// The columns of a scan whose values are in the folders' names, and those of them that the files have too; they travel with the
/// scan's options.
void SetPartitionColumns(const std::vector<std::string>& names, const std::vector<std::string>& in_files,
                         analysis::TypedScan& scan);
std::vector<std::string> PartitionColumnsOf(const analysis::TypedScan& scan);

/// Throws CAST_INVALID_INPUT-like errors of Spark for a folder whose text is no value of its column.
PartitionValues PartitionValuesOf(const analysis::TypedScan& scan, const std::string& session_zone);

}  // namespace headrace::engine
