#pragma once

// Internal to the engine: needs duckdb.hpp.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/commands.h"

namespace headrace::engine {

/// What a name stands for in a session: a temporary view, or an entry of the catalog.
struct FoundRelation {
  plan::NameParts given;  ///< As it was written.
  std::shared_ptr<const TempView> temp;  ///< Null for entries of the catalog.
  bool global_temp = false;
  std::optional<catalog::TableInfo> info;
  bool is_view() const { return temp != nullptr || info->is_view(); }
  /// "MANAGED", "EXTERNAL", "VIEW", "TEMPORARY".
  std::string Type() const;
};

/// Nothing when there is no such table or view.
std::optional<FoundRelation> FindRelation(CommandContext& context, const plan::NameParts& name);
/// The schemas that TABLE_OR_VIEW_NOT_FOUND names. Where Spark looks for a relation (`as_relation`: what queries and INSERT
/// name) the path begins with the built-in names, elsewhere (ALTER, TRUNCATE) it does not.
std::vector<plan::NameParts> SearchPath(CommandContext& context, bool as_relation);
/// Throws TABLE_OR_VIEW_NOT_FOUND. `described`: the error's search path begins with the built-in names, as it does for
/// DESCRIBE and REFRESH.
FoundRelation GetRelation(CommandContext& context, const plan::NameParts& name, bool described = false);
/// The columns as queries see them; comments in their metadata.
plan::Schema ColumnsOf(CommandContext& context, const FoundRelation& relation);
/// "`a b`" where a name needs quotes in SQL text, else the name.
std::string IdentifierText(const std::string& name);
/// A column's comment, or nothing.
std::optional<std::string> CommentOf(const plan::StructField& field);

/// Where ANALYZE TABLE keeps what it found, apart from the properties that users see.
inline constexpr char kTotalSize[] = "spark.sql.statistics.totalSize";
inline constexpr char kRowCount[] = "spark.sql.statistics.numRows";

/// A table's properties: those of the Delta log with its protocol's versions, or the catalog's.
std::map<std::string, std::string> PropertiesOf(CommandContext& context, const FoundRelation& relation);

/// Tables, views and temporary views of a schema in the order of SHOW TABLES; `pattern` "" is all. The schema must exist.
std::vector<FoundRelation> ListRelations(CommandContext& context, const catalog::SchemaName& schema, const std::string& pattern,
                                         bool only_views);
/// The schema that SHOW … IN names, or the current one. Global temporary views have one that no catalog lists.
catalog::SchemaName SchemaOfName(CommandContext& context, const plan::NameParts& name);

/// The names of functions that match; all with the pattern "".
std::vector<std::string> FunctionNames(const std::string& pattern);

/// A function as DESCRIBE FUNCTION and spark.catalog show it.
struct FoundFunction {
  std::string name;  ///< In lower case.
  std::string class_name;  ///< What stands where Spark names a Java class.
  std::string usage;
};
/// The function that a name in a command stands for: `upper`, `builtin.upper`, `system.builtin.upper`.
std::optional<FoundFunction> FindFunction(const plan::NameParts& name);
/// UNRESOLVED_ROUTINE.
Error RoutineNotFound(CommandContext& context, const plan::NameParts& name);

/// Values of answers.
plan::Value TextValue(std::string text);
plan::Value TextOrNull(const std::optional<std::string>& text);
inline plan::Value FlagValue(bool flag) { return plan::Value(plan::Value::Data(flag)); }
plan::StructField TextColumn(const char* name, bool nullable = false);
plan::StructField FlagColumn(const char* name);

/// commands_show.cc, commands_describe.cc, commands_session.cc: the columns of an answer without running the command.
plan::Schema ShowSchema(CommandContext& context, const plan::Show& command);
plan::Schema DescribeSchema(const plan::Describe& command);
plan::Schema SetSchema(const plan::SetCommand& command);

}  // namespace headrace::engine
