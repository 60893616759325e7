#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "delta/table.h"
#include "engine/commands.h"

namespace headrace::engine {

/// A Delta table as a statement names it: in the catalog, or delta.`/path`.
struct TableTarget {
  std::optional<catalog::TableName> name;  ///< Unset for a path.
  std::optional<catalog::TableInfo> info;  ///< The catalog's entry, when there is one.
  std::shared_ptr<delta::Table> table;  ///< Null for a name the catalog does not have.
  std::string shown;  ///< "`spark_catalog`.`default`.`t`" or "delta.`/path`".
  bool exists() const { return table != nullptr && (info.has_value() || table->Exists()); }
};

/// Finds what a name stands for; throws EXPECT_TABLE_NOT_VIEW for views and names tables that are no Delta tables.
TableTarget FindTableTarget(CommandContext& context, const plan::NameParts& name);
/// The same; throws TABLE_OR_VIEW_NOT_FOUND (DELTA_MISSING_DELTA_TABLE for a path) when there is nothing. `as_relation`: as of
/// SearchPath.
TableTarget GetTableTarget(CommandContext& context, const plan::NameParts& name, bool as_relation = false);

/// TABLE_OR_VIEW_ALREADY_EXISTS of a Delta table: the session catalog's are told without their catalog.
Error TableAlreadyExists(const catalog::TableName& name);

/// The columns of PARTITIONED BY; transforms other than identity are refused by name.
std::vector<std::string> PartitionColumns(const plan::Expressions& partitioning);

}  // namespace headrace::engine
