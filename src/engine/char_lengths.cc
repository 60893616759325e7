#include "engine/precompiled.h"

#include <fmt/format.h>

#include "engine/relation_lookup.h"
#include "engine/sink.h"
#include "engine/typed_build.h"
#include "sql/parser.h"

namespace headrace::engine {

using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

TypedRelationPtr CheckLengths(analysis::Analyzer& analyzer, const TypedRelationPtr& rows, const plan::Schema& schema) {
  std::vector<Attribute> columns = rows->output;
  analysis::TypedProject checked{rows, {}};
  for (const auto& column : columns) checked.expressions.push_back(Reference(column));
  bool any = false;
  for (size_t i = 0; i < schema.size(); ++i) {
    const json::value* declared = schema[i].metadata.if_contains("__CHAR_VARCHAR_TYPE_STRING");
    if (declared == nullptr) continue;
    plan::DataType type = sql::ParseDataType(declared->as_string());
    if (type.id() != plan::TypeId::kChar && type.id() != plan::TypeId::kVarchar) continue;
    any = true;
    Attribute& column = columns[i];
    // A declared length is no more than INT32_MAX.
    auto n = static_cast<int32_t>(type.length());
    plan::ExpressionPtr value = plan::Attribute({column.name});
    auto is_longer = [&](plan::ExpressionPtr text) {
      return plan::Operator(">", {plan::Call("length", {std::move(text)}), plan::IntLiteral(n)});
    };
    plan::ExpressionPtr fits = value;
    if (type.id() == plan::TypeId::kChar) fits = plan::Call("rpad", {value, plan::IntLiteral(n), plan::StringLiteral(" ")});
    std::string shown = IdentifierText(column.name);
    plan::ExpressionPtr fails =
        plan::Call("raise_error",
                   {plan::StringLiteral("DELTA_EXCEED_CHAR_VARCHAR_LIMIT"),
                    plan::Call("map", {plan::StringLiteral("value"), value, plan::StringLiteral("expr"),
                                       plan::StringLiteral(fmt::format("(({0} IS NULL) OR (length({0}) <= {1}))", shown, n))})});
    plan::ExpressionPtr cut = plan::Call("substring", {value, plan::IntLiteral(1), plan::IntLiteral(n)});
    plan::ExpressionPtr longer = plan::Call("if", {is_longer(plan::Call("rtrim", {value})), std::move(fails), std::move(cut)});
    // NULL is not longer.
    checked.expressions[i] =
        analyzer.AnalyzeExpression(plan::Call("if", {is_longer(value), std::move(longer), std::move(fits)}), {column});
    column.id = analyzer.NewId();
  }
  return any ? analysis::MakeTypedRelation(std::move(checked), std::move(columns)) : rows;
}

}  // namespace headrace::engine
