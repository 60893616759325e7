#include "analysis/parse_internal.h"

#include "base/error.h"

#include "sql/parser.h"

namespace headrace::analysis {

namespace {

sql::ParserOptions OptionsOf(const functions::Environment& environment, AnalysisContext& context) {
  sql::ParserOptions options;
  options.ansi = environment.ansi;
  options.time_zone = environment.time_zone;
  options.enforce_reserved_keywords = context.Setting("spark.sql.ansi.enforceReservedKeywords") == "true";
  options.double_quoted_identifiers = context.Setting("spark.sql.ansi.doubleQuotedIdentifiers") == "true";
  options.escaped_string_literals = context.Setting("spark.sql.parser.escapedStringLiterals") == "true";
  options.quoted_regex_columns = context.Setting("spark.sql.parser.quotedRegexColumnNames") == "true";
  options.timestamp_is_ntz = context.Setting("spark.sql.timestampType") == "TIMESTAMP_NTZ";
  return options;
}

}  // namespace

plan::ExpressionPtr ParseExpressionText(const std::string& text, const functions::Environment& environment,
                                        AnalysisContext& context) {
  return sql::ParseExpression(text, OptionsOf(environment, context));
}

plan::RelationPtr ParseQueryText(const plan::SqlText& text, const functions::Environment& environment, AnalysisContext& context) {
  sql::ParserOptions options = OptionsOf(environment, context);
  if (!text.named_arguments.empty()) options.named_parameters = &text.named_arguments;
  if (!text.positional_arguments.empty()) options.positional_parameters = &text.positional_arguments;
  auto statement = sql::ParseStatement(text.text, options);
  if (auto* relation = std::get_if<plan::RelationPtr>(&statement)) return *relation;
  return plan::MakeRelation(plan::CommandResult{std::get<plan::CommandPtr>(statement)});
}

plan::NameParts ParseName(const std::string& text) {
  plan::NameParts parts(1);
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '`') {
      if (quoted && i + 1 < text.size() && text[i + 1] == '`') {
        parts.back() += c;
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace headrace::analysis
