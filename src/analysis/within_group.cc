#include "analysis/within_group.h"

#include <fmt/format.h>

#include "functions/internal_functions.h"

namespace headrace::analysis {

namespace {

Error WithinGroupError(const std::string& kind, std::string_view function, const std::string& text, Error::Parameters parameters,
                       const plan::Origin& origin) {
  std::string name = plan::QuotedName(std::string(function));
  parameters["funcName"] = name;
  return AnalysisError("INVALID_WITHIN_GROUP_EXPRESSION." + kind,
                       fmt::format("Invalid function {} with WITHIN GROUP. {}", name, text), std::move(parameters), origin)
      .WithSqlState("42K0K");
}

}  // namespace

bool IsInverseDistribution(std::string_view name) {
  return name == "percentile_cont" || name == "percentile_disc" || name == "mode";
}

void CheckWithinGroup(const plan::FunctionCall& call, const std::string& name, const plan::Origin& origin) {
  size_t count = call.within_group.size();
  if (!IsInverseDistribution(name)) {
    if (count == 0 || name == "listagg" || name == "string_agg") return;
    throw AnalysisError(
        "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
        fmt::format("Invalid SQL syntax: The function {} does not support WITHIN GROUP (ORDER BY ...).", plan::QuotedName(name)),
        {{"prettyName", plan::QuotedName(name)}, {"syntax", "WITHIN GROUP (ORDER BY ...)"}}, origin)
        .WithSqlState("42000");
  }
  if (call.distinct) {
    throw WithinGroupError("DISTINCT_UNSUPPORTED", name, "The function does not support DISTINCT with WITHIN GROUP.", {}, origin);
  }
  bool filled = name == "mode" && !call.arguments.empty();
  if (count == 0 && !filled) {
    throw WithinGroupError("WITHIN_GROUP_MISSING", name, "WITHIN GROUP is required for the function.", {}, origin);
  }
  if (name != "mode" && call.arguments.size() != 1) {
    Error error = functions::WrongArgumentCount(name, "1", call.arguments.size());
    throw AnalysisError(error.condition(), error.message(), error.parameters(), origin);
  }
  size_t expected = filled ? 0 : 1;
  if (count != expected) {
    throw WithinGroupError("WRONG_NUM_ORDERINGS", name == "mode" && !filled ? "Mode" : name,
                           fmt::format("The function requires {} orderings in WITHIN GROUP but got {}.", expected, count),
                           {{"expectedNum", std::to_string(expected)}, {"actualNum", std::to_string(count)}}, origin);
  }
}

void CheckDistinctOrder(const std::string& name, const TypedAggregateCall& call, const Resolved& argument, const Resolved& key) {
  if (call.order_by.size() == 1 && SemanticEquals(key.typed, argument.typed)) {
    if (SemanticEquals(key.typed, call.arguments.at(0))) return;
    ThrowUnsupported(fmt::format("{}(DISTINCT ...) WITHIN GROUP of values that are no strings", name));
  }
  throw WithinGroupError(
      "MISMATCH_WITH_DISTINCT_INPUT", "listagg",
      fmt::format(
          "The function is invoked with DISTINCT and WITHIN GROUP but expressions {} and {} do not match. The WITHIN GROUP "
          "ordering expression must be picked from the function inputs.",
          QuotedExpression(argument.sql), QuotedExpression(key.sql)),
      {{"funcArg", QuotedExpression(argument.sql)}, {"orderingExpr", QuotedExpression(key.sql)}}, {});
}

}  // namespace headrace::analysis
