#include "engine/precompiled.h"

#include "catalog/errors.h"
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
    std::string name = catalog::QuotedName({column.name});
    std::string n = std::to_string(type.length());
    std::string fits = type.id() == plan::TypeId::kChar ? "rpad(" + name + ", " + n + ", ' ')" : name;
    std::string text = "CASE WHEN length(" + name + ") <= " + n + " THEN " + fits + " WHEN length(rtrim(" + name + ")) <= " + n +
                       " THEN substring(" + name + ", 1, " + n + ") ELSE raise_error('DELTA_EXCEED_CHAR_VARCHAR_LIMIT', " +
                       "map('value', " + name + ", 'expr', '((" + column.name + " IS NULL) OR (length(" + column.name +
                       ") <= " + n + "))')) END";
    checked.expressions[i] =
        analyzer.AnalyzeExpression(sql::ParseExpression("if(" + name + " IS NULL, NULL, " + text + ")"), {column});
    column.id = analyzer.NewId();
  }
  return any ? analysis::MakeTypedRelation(std::move(checked), std::move(columns)) : rows;
}

}  // namespace headrace::engine
