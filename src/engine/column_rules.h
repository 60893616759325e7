#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <string>
#include <vector>

#include "engine/commands.h"
#include "plan/command.h"

namespace headrace::engine {

/// Throws Spark's INVALID_DEFAULT_VALUE unless a column's DEFAULT is a constant that can be stored into it. `statement` is what
/// the error names: "CREATE TABLE".
void CheckDefault(CommandContext& context, const plan::ColumnDefinition& column, const std::string& statement);

/// The same for the columns of a statement that makes a table. Generation expressions must be made of other columns alone,
/// always give the same, and have their columns' types.
void CheckColumns(CommandContext& context, const plan::CreateTable& command);

/// Throws WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED.
[[noreturn]] void ThrowDefaultsNotEnabled(const std::string& statement);

/// An INSERT's query with the keyword DEFAULT, where it stands for a column's whole value, replaced by the defaults of
/// `columns`, the target's by position.
plan::RelationPtr ReplaceDefaults(CommandContext& context, const plan::RelationPtr& source, const plan::Schema& columns);

}  // namespace headrace::engine
