#include "analysis/error_context.h"

namespace headrace::analysis {

Error AnalysisError(std::string condition, std::string message, Error::Parameters parameters, const plan::Origin& origin) {
  Error error(ErrorKind::kAnalysis, std::move(condition), std::move(message), std::move(parameters));
  QueryContext context = plan::ContextOf(origin);
  if (!context.summary.empty()) error.WithContext(std::move(context));
  return error;
}

std::string QuotedId(const std::string& name) {
  std::string quoted = "`";
  for (char c : name) {
    quoted += c;
    if (c == '`') quoted += c;
  }
  return quoted + "`";
}

std::string QuotedId(const plan::NameParts& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ".") + QuotedId(part);
  return text;
}

std::string QuotedExpression(const std::string& sql) { return "\"" + sql + "\""; }

std::string QuotedType(const plan::DataType& type) { return "\"" + type.Sql() + "\""; }

}  // namespace headrace::analysis
