#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/delta_write.h"
#include "engine/table_target.h"

namespace headrace::engine {

/// CTAS, saveAsTable and writeTo(...).create*: writes the table's first (or replacing) version, then its catalog entry. A
/// managed table that fails leaves no folder.
void MakeTableAsSelect(CommandContext& context, const plan::RelationPtr& source, DeltaWrite write, TableTarget target,
                       const std::optional<std::string>& location, catalog::CreateMode mode);

/// The folder that a table's LOCATION names: what is relative is below its schema's.
std::string LocationOf(CommandContext& context, const catalog::TableName& name, const std::string& given);

/// Columns as the history and DESCRIBE show them: "s.x".
std::vector<std::string> PathTexts(const std::vector<plan::NameParts>& paths);

/// CLUSTER BY of a table that is made or made anew, once its metadata is set.
void ClusterNewTable(delta::Transaction& txn, const std::vector<plan::NameParts>& columns);

/// The history's parameters of CREATE TABLE and its kin.
json::object CreateParameters(bool is_managed, const std::optional<std::string>& comment,
                              const std::vector<std::string>& partition_columns, const std::vector<plan::NameParts>& clustering,
                              const std::map<std::string, std::string>& properties);

/// Columns of CREATE and ALTER as a schema: comments, defaults, generation expressions and identities in the
/// metadata.
plan::StructField FieldOf(const plan::ColumnDefinition& column);

}  // namespace headrace::engine
