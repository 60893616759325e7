#include "analysis/error_context.h"

namespace headrace::analysis {

Error AnalysisError(std::string condition, std::string message, Error::Parameters parameters, const plan::Origin& origin) {
  Error error(ErrorKind::kAnalysis, std::move(condition), std::move(message), std::move(parameters));
  QueryContext context = plan::ContextOf(origin);
  if (!context.summary.empty()) error.WithContext(std::move(context));
  return error;
}

std::string QuotedExpression(const std::string& sql) { return "\"" + sql + "\""; }

std::string QuotedType(const plan::DataType& type) { return "\"" + type.Sql() + "\""; }

Error WithCallText(const Error& error, const std::string& sql) {
  auto parameters = error.parameters();
  std::string before = parameters["sqlExpr"], after = QuotedExpression(sql), message = error.message();
  if (size_t at = message.find(before); at != std::string::npos) message.replace(at, before.size(), after);
  parameters["sqlExpr"] = after;
  Error changed(error.kind(), error.condition(), std::move(message), std::move(parameters));
  for (const auto& context : error.contexts()) changed.WithContext(context);
  return changed;
}

}  // namespace headrace::analysis
