#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "plan/command.h"

namespace headrace::sql {

/// The settings of the session that change how text is read.
struct ParserOptions {
  bool ansi = true;  ///< spark.sql.ansi.enabled.
  bool enforce_reserved_keywords = false;  ///< spark.sql.ansi.enforceReservedKeywords.
  bool double_quoted_identifiers = false;  ///< spark.sql.ansi.doubleQuotedIdentifiers.
  bool escaped_string_literals = false;  ///< spark.sql.parser.escapedStringLiterals.
  bool quoted_regex_columns = false;  ///< spark.sql.parser.quotedRegexColumnNames.
  /// spark.sql.timestampType = TIMESTAMP_NTZ: what TIMESTAMP means in types and literals.
  bool timestamp_is_ntz = false;
  std::string time_zone = "UTC";  ///< spark.sql.session.timeZone, for TIMESTAMP '...' literals.
  /// The setting that `${name}` in the text stands for. Unset (spark.sql.variable.substitute is false): it stands for itself.
  std::function<std::string(const std::string&)> setting;
  /// Values of `:name` and `?`; they stand wherever the text has a marker. Null: markers become ParameterMarker nodes.
  const std::map<std::string, plan::ExpressionPtr>* named_parameters = nullptr;
  const plan::Expressions* positional_parameters = nullptr;
};

/// The options that a session's settings mean. `setting` gives a setting's value, "" when it has none; it is kept.
ParserOptions OptionsOf(std::function<std::string(const std::string&)> setting);

/// A query, or a command.
using Statement = std::variant<plan::RelationPtr, plan::CommandPtr>;

// All functions are thread-safe and throw Error(kParse): PARSE_SYNTAX_ERROR and Spark's other conditions for text that is
// not Spark SQL, with the place in the text.

/// One statement, with or without a semicolon at its end.
Statement ParseStatement(std::string_view text, const ParserOptions& options = {});
/// A query only; commands are a syntax error.
plan::RelationPtr ParseQuery(std::string_view text, const ParserOptions& options = {});
/// An expression with or without a name: `expr("a + 1 AS b")`. Several names give a multi-name Alias.
plan::ExpressionPtr ParseExpression(std::string_view text, const ParserOptions& options = {});
/// `a ASC NULLS LAST`; an expression alone sorts ascending.
plan::SortOrder ParseSortOrder(std::string_view text, const ParserOptions& options = {});
/// One type: "array<int>", "a INT, b STRING" (a struct), "struct<a:int>".
plan::DataType ParseDataType(std::string_view text, const ParserOptions& options = {});
/// Columns: "a INT NOT NULL COMMENT 'x', b STRING", "struct<a:int>"; a single type gives one column named "value".
plan::Schema ParseSchema(std::string_view text, const ParserOptions& options = {});
/// "a.`b.c`.d" → [a, b.c, d].
plan::NameParts ParseMultipartIdentifier(std::string_view text, const ParserOptions& options = {});

}  // namespace headrace::sql
