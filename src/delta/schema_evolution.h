#pragma once

#include <string>
#include <vector>

#include "delta/actions.h"
#include "delta/schema.h"

namespace headrace::delta {

struct MergeSchemaOptions {
  bool allow_implicit_conversions = false;  ///< byte ↔ short ↔ int and the like keep the table's type.
  bool keep_existing_type = false;  ///< Types that differ keep the table's (the engine casts).
  bool allow_type_widening = false;  ///< A wider type of the data wins (feature typeWidening).
};

/// The table's schema with the data's new columns appended, nested ones too (mergeSchema). Existing columns keep their
/// case, order, nullability and metadata. Throws DELTA_FAILED_TO_MERGE_FIELDS (cause DELTA_MERGE_INCOMPATIBLE_DATATYPE)
/// naming the column and both types.
Schema MergeSchemas(const Schema& table, const Schema& data, const MergeSchemaOptions& options = {});

/// Throws DELTA_DUPLICATE_COLUMNS_FOUND, DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES (unless `column_mapping`),
/// DELTA_PARTITION_COLUMN_NOT_FOUND, or the error of a partition column that is no atomic type or of no column left.
void CheckSchema(const Schema& schema, const std::vector<std::string>& partition_columns, bool column_mapping);

/// A schema with ids and physical names for every field that has none. `existing` fields keep theirs.
/// `max_column_id` is read and updated. New tables use the column's name as its physical name only when
/// `physical_is_name` (upgrade of an existing table).
Schema AssignColumnMapping(const Schema& schema, int64_t* max_column_id, bool physical_is_name);

/// The metadata of a new table: fresh id and creation time.
Metadata NewTableMetadata(const Schema& schema, std::vector<std::string> partition_columns,
                          std::map<std::string, std::string> properties, int64_t now_ms);

}  // namespace headrace::delta
