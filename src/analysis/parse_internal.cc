#include "analysis/parse_internal.h"

#include "base/error.h"

#include "sql/parser.h"

namespace headrace::analysis {

namespace {

sql::ParserOptions OptionsOf(AnalysisContext& context) {
  return sql::OptionsOf([&context](const std::string& name) { return context.Setting(name); });
}

}  // namespace

plan::ExpressionPtr ParseExpressionText(const std::string& text, AnalysisContext& context) {
  return sql::ParseExpression(text, OptionsOf(context));
}

plan::RelationPtr ParseQueryText(const plan::SqlText& text, AnalysisContext& context) {
  sql::ParserOptions options = OptionsOf(context);
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
