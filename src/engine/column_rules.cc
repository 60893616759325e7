#include "engine/precompiled.h"

#include "engine/column_rules.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "engine/duck_types.h"
#include "engine/typed_build.h"
#include "functions/coercion.h"
#include "functions/function.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

using analysis::TypedExpression;
using analysis::TypedPtr;
using duckdb::StringUtil;
using plan::ExpressionPtr;
using plan::TypeId;

/// Whether `test` holds for the expression or a part of it.
bool Any(const TypedPtr& expression, const std::function<bool(const TypedExpression&)>& test) {
  bool found = false;
  VisitExpression(expression, [&](const TypedExpression& part) { found = found || test(part); });
  return found;
}

bool IsSubquery(const TypedExpression& part) { return std::holds_alternative<analysis::TypedSubquery>(part.node); }

bool IsAggregate(const TypedExpression& part) { return std::holds_alternative<analysis::TypedAggregateCall>(part.node); }

/// What makes rows of rows, or one of many.
bool IsNoValue(const TypedExpression& part) {
  const auto* call = std::get_if<analysis::TypedCall>(&part.node);
  return IsAggregate(part) || std::holds_alternative<analysis::TypedWindowCall>(part.node) ||
         (call != nullptr && call->function != nullptr && call->function->kind == functions::Kind::kGenerator);
}

bool IsRandom(const TypedExpression& part) {
  const auto* call = std::get_if<analysis::TypedCall>(&part.node);
  return call != nullptr && call->function != nullptr && !call->function->deterministic;
}

bool IsLambda(const TypedExpression& part) { return std::holds_alternative<analysis::TypedLambda>(part.node); }

/// The first name of `names` that is called in the expression (or stands there without parentheses), or "".
std::string FindCall(const ExpressionPtr& expression, const std::set<std::string>& names) {
  if (const auto* attribute = plan::As<plan::UnresolvedAttribute>(expression)) {
    std::string name = StringUtil::Lower(attribute->name.back());
    return attribute->name.size() == 1 && names.count(name) != 0 ? name : "";
  }
  if (const auto* cast = plan::As<plan::Cast>(expression)) return FindCall(cast->child, names);
  const auto* call = plan::As<plan::FunctionCall>(expression);
  if (call == nullptr) return "";
  std::string name = StringUtil::Lower(call->name.back());
  if (names.count(name) != 0) return name;
  for (const auto& argument : call->arguments) {
    if (std::string found = FindCall(argument, names); !found.empty()) return found;
  }
  return "";
}

/// "current_date()" where the expression asks for what changes from one statement to the next.
std::string CurrentFunction(const ExpressionPtr& expression) {
  static const std::set<std::string> names = {"current_timestamp", "now",          "localtimestamp",   "current_date",
                                              "curdate",           "current_user", "session_user",     "user",
                                              "current_catalog",   "current_time", "current_database", "current_schema",
                                              "current_timezone"};
  std::string name = FindCall(expression, names);
  return name.empty() ? name : name + "()";
}

bool NamesFile(const ExpressionPtr& expression) { return !FindCall(expression, {"input_file_name"}).empty(); }

Error InvalidDefault(const std::string& kind, const plan::ColumnDefinition& column, const std::string& statement,
                     const std::string& reason, Error::Parameters parameters = {}) {
  std::string name = plan::QuotedName(column.field.name);
  parameters.insert({{"statement", statement}, {"colName", name}, {"defaultValue", column.default_text}});
  return Error(ErrorKind::kAnalysis, "INVALID_DEFAULT_VALUE." + kind,
               "Failed to execute " + statement + " command because the destination column or variable " + name +
                   " has a DEFAULT value " + column.default_text + ", which " + reason,
               std::move(parameters))
      .WithSqlState("42623");
}

/// Whether a constant of another type becomes a value of the column's: '5' of an INT.
bool FitsAsConstant(CommandContext& context, SessionAnalysis& analysis, const ExpressionPtr& value, const plan::DataType& from,
                    const plan::DataType& to) {
  auto excluded = [](const plan::DataType& type) { return type.id() == TypeId::kBoolean || type.IsNested(); };
  if (excluded(from) || excluded(to)) return false;
  plan::Cast cast;
  cast.child = value;
  cast.type = to;
  cast.mode = plan::EvalMode::kTry;
  plan::Project project;
  project.expressions = {plan::Make(std::move(cast), value->origin)};
  try {
    auto rows = context.engine.Collect(context.session, analysis.analyzer().Analyze(plan::MakeRelation(std::move(project))),
                                       context.options);
    return !rows.at(0).at(0).is_null();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kCancelled) throw;
    return false;
  }
}

bool IsDefaultWord(const ExpressionPtr& expression) {
  const auto* attribute = plan::As<plan::UnresolvedAttribute>(expression);
  return attribute != nullptr && attribute->name.size() == 1 && StringUtil::CIEquals(attribute->name[0], "default");
}

/// Whether DEFAULT stands somewhere inside.
bool HasDefaultWord(const ExpressionPtr& expression) {
  if (IsDefaultWord(expression)) return true;
  if (const auto* call = plan::As<plan::FunctionCall>(expression)) {
    return std::any_of(call->arguments.begin(), call->arguments.end(), HasDefaultWord);
  }
  if (const auto* cast = plan::As<plan::Cast>(expression)) return HasDefaultWord(cast->child);
  if (const auto* alias = plan::As<plan::Alias>(expression)) return HasDefaultWord(alias->child);
  return false;
}

/// A list of values with DEFAULT replaced.
plan::Expressions WithDefaults(const plan::Expressions& values, const plan::Schema& columns) {
  plan::Expressions replaced = values;
  for (size_t i = 0; i < values.size(); ++i) {
    if (IsDefaultWord(values[i])) {
      if (i >= columns.size()) continue;
      const json::value* text = columns[i].metadata.if_contains("CURRENT_DEFAULT");
      plan::Cast cast;
      cast.child = text != nullptr ? sql::ParseExpression(text->as_string())
                                   : plan::Make(plan::Literal{plan::Value(), TypeId::kNull}, values[i]->origin);
      cast.type = columns[i].type;
      cast.mode = plan::EvalMode::kAnsi;
      replaced[i] = plan::Make(std::move(cast), values[i]->origin);
    } else if (HasDefaultWord(values[i])) {
      throw Error(
          ErrorKind::kAnalysis, "DEFAULT_PLACEMENT_INVALID",
          "A DEFAULT keyword in a MERGE, INSERT, UPDATE, or SET VARIABLE command could not be directly assigned to a target "
          "column because it was part of an expression.\nFor example: `UPDATE SET c1 = DEFAULT` is allowed, but `UPDATE T "
          "SET c1 = DEFAULT + 1` is not allowed.")
          .WithSqlState("42608");
    }
  }
  return replaced;
}

void CheckGenerated(CommandContext& context, const std::vector<plan::ColumnDefinition>& columns) {
  if (std::all_of(columns.begin(), columns.end(), [](const auto& column) { return column.generated_text.empty(); })) return;
  plan::Schema base;
  for (const auto& column : columns) {
    if (column.generated_text.empty()) base.push_back(column.field);
  }
  SessionAnalysis analysis(context.engine, context.session, context.options);
  auto row = RowsRelation(base, {});
  for (const auto& column : columns) {
    if (column.generated_text.empty()) continue;
    const std::string& name = column.field.name;
    if (!column.default_text.empty()) {
      throw Error(ErrorKind::kAnalysis, "GENERATED_COLUMN_WITH_DEFAULT_VALUE",
                  "A column cannot have both a default value and a generation expression but column " + name +
                      " has default value: (" + column.default_text + ") and generation expression: (" + column.generated_text +
                      ").",
                  {{"colName", name}, {"defaultValue", column.default_text}, {"genExpr", column.generated_text}})
          .WithSqlState("42623");
    }
    auto refused = [&](const std::string& reason) {
      return Error(ErrorKind::kAnalysis, "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN",
                   "Cannot create generated column " + name + " with generation expression " + column.generated_text +
                       " because " + reason + ".",
                   {{"fieldName", name}, {"expressionStr", column.generated_text}, {"reason", reason}})
          .WithSqlState("42621");
    };
    const ExpressionPtr expression = sql::ParseExpression(column.generated_text);
    TypedPtr value;
    try {
      value = analysis.analyzer().AnalyzeExpression(expression, row->output);
    } catch (const Error& error) {
      auto parameter = [&](const char* key) {
        auto found = error.parameters().find(key);
        return found == error.parameters().end() ? std::string() : found->second;
      };
      if (error.condition() == "UNRESOLVED_ROUTINE") {
        throw refused("failed to resolve " + parameter("routineName") + " to a built-in function");
      }
      if (error.condition().rfind("UNRESOLVED_COLUMN", 0) != 0) throw;
      const std::string missing = parameter("objectName");
      if (StringUtil::CIEquals(missing, plan::QuotedName(name))) throw refused("generation expression cannot reference itself");
      for (const auto& other : columns) {
        if (other.generated_text.empty() || !StringUtil::CIEquals(missing, plan::QuotedName(other.field.name))) continue;
        throw refused("generation expression cannot reference another generated column");
      }
      throw;
    }
    if (Any(value, IsSubquery)) throw refused("subquery expressions are not allowed for generated columns");
    const std::string text = analysis::ExpressionName(expression);
    if (Any(value, IsAggregate)) {
      throw Error(ErrorKind::kAnalysis, "DELTA_AGGREGATE_IN_GENERATED_COLUMN",
                  "Found " + text + ". A generated column cannot use an aggregate expression", {{"sqlExpr", text}})
          .WithSqlState("42621");
    }
    if (Any(value, IsRandom)) throw refused("generation expression is not deterministic");
    if (NamesFile(expression)) throw refused("generation expression is not deterministic");
    std::string unsupported = CurrentFunction(expression);
    if (unsupported.empty() && Any(value, IsNoValue)) unsupported = text;
    if (unsupported.empty() && Any(value, IsLambda)) unsupported = "lambdafunction(namedlambdavariable(), namedlambdavariable())";
    if (!unsupported.empty()) {
      throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN",
                  unsupported + " cannot be used in a generated column", {{"expression", unsupported}})
          .WithSqlState("42621");
    }
    const plan::DataType& type = column.field.type;
    if (!functions::CanUpCast(value->type, type.AsNullable())) {
      throw refused("generation expression data type " + value->type.SimpleString() + " is incompatible with column data type " +
                    type.SimpleString());
    }
    if (!value->type.AsNullable().SameType(type.AsNullable())) {
      throw Error(ErrorKind::kAnalysis, "DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH",
                  "The expression type of the generated column " + name + " is " + value->type.Sql() +
                      ", but the column type is " + type.Sql(),
                  {{"columnName", name}, {"expressionType", value->type.Sql()}, {"columnType", type.Sql()}})
          .WithSqlState("42K09");
    }
  }
}

}  // namespace

void CheckColumns(CommandContext& context, const plan::CreateTable& command) {
  const std::string statement = command.must_exist ? "REPLACE TABLE" : "CREATE TABLE";
  CheckGenerated(context, command.columns);
  for (const auto& column : command.columns) {
    if (!column.default_text.empty()) CheckDefault(context, column, statement);
  }
}

void CheckDefault(CommandContext& context, const plan::ColumnDefinition& column, const std::string& statement) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  const ExpressionPtr expression = column.default_value ? column.default_value : sql::ParseExpression(column.default_text);
  TypedPtr value;
  try {
    value = analysis.analyzer().AnalyzeExpression(expression, {});
  } catch (const Error& error) {
    if (error.condition().rfind("UNRESOLVED_COLUMN", 0) != 0) throw;
    throw InvalidDefault("NOT_CONSTANT", column, statement,
                         "is not a constant expression whose equivalent value is known at query planning time.");
  }
  if (Any(value, IsSubquery)) {
    throw InvalidDefault("SUBQUERY_EXPRESSION", column, statement, "contains subquery expressions.");
  }
  const bool no_value = Any(value, IsNoValue), random = Any(value, IsRandom);
  plan::DataType type = column.field.type;
  if (type.id() == TypeId::kChar || type.id() == TypeId::kVarchar) type = plan::DataType::String();
  bool fits = functions::CanUpCast(value->type, type.AsNullable());
  if (!fits && !no_value && !random) fits = FitsAsConstant(context, analysis, expression, value->type, type);
  if (!fits) {
    std::string expected = "\"" + type.Sql() + "\"", actual = "\"" + value->type.Sql() + "\"";
    throw InvalidDefault(
        "DATA_TYPE", column, statement,
        "requires " + expected + " type, but the statement provided a value of incompatible " + actual + " type.",
        {{"expectedType", expected}, {"actualType", actual}});
  }
  if (random) {
    throw InvalidDefault("NON_DETERMINISTIC", column, statement, "contains a non-deterministic expression.");
  }
  if (no_value) {
    std::string text = "\"" + analysis::ExpressionName(expression) + "\"";
    throw Error(ErrorKind::kAnalysis, "UNSUPPORTED_EXPR_FOR_OPERATOR",
                "A query operator contains one or more unsupported expressions.\nConsider to rewrite it to avoid window "
                "functions, aggregate functions, and generator functions in the WHERE clause.\nInvalid expressions: [" +
                    text + "]",
                {{"invalidExprSqls", text}})
        .WithSqlState("42K0E");
  }
}

void ThrowDefaultsNotEnabled(const std::string& statement) {
  throw Error(ErrorKind::kAnalysis, "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED",
              "Failed to execute " + statement +
                  " command because it assigned a column DEFAULT value,\nbut the corresponding table feature was not enabled. "
                  "Please retry the command again\nafter executing ALTER TABLE tableName SET\nTBLPROPERTIES("
                  "'delta.feature.allowColumnDefaults' = 'supported').",
              {{"commandType", statement}})
      .WithSqlState("0AKDE");
}

plan::RelationPtr ReplaceDefaults(CommandContext& context, const plan::RelationPtr& source, const plan::Schema& columns) {
  if (!source) return source;
  // What a list of values may stand below: SELECT * FROM VALUES …, LIMIT, ORDER BY.
  if (const auto* table = plan::As<plan::InlineTable>(source)) {
    const bool any = std::any_of(table->rows.begin(), table->rows.end(), [](const plan::Expressions& row) {
      return std::any_of(row.begin(), row.end(), HasDefaultWord);
    });
    if (!any) return source;
    plan::InlineTable replaced = *table;
    for (auto& row : replaced.rows) row = WithDefaults(row, columns);
    return plan::MakeRelation(std::move(replaced), source->origin);
  }
  auto below = [&](auto node) {
    plan::RelationPtr input = ReplaceDefaults(context, node.input, columns);
    if (input == node.input) return source;
    node.input = std::move(input);
    return plan::MakeRelation(std::move(node), source->origin);
  };
  if (const auto* alias = plan::As<plan::SubqueryAlias>(source)) return below(*alias);
  if (const auto* limit = plan::As<plan::Limit>(source)) return below(*limit);
  if (const auto* offset = plan::As<plan::Offset>(source)) return below(*offset);
  if (const auto* sort = plan::As<plan::Sort>(source)) return below(*sort);
  const auto* project = plan::As<plan::Project>(source);
  if (project == nullptr) return source;
  if (project->expressions.size() == 1 && plan::As<plan::Star>(project->expressions[0])) return below(*project);
  if (std::none_of(project->expressions.begin(), project->expressions.end(), HasDefaultWord)) return source;
  if (project->input) {
    // A column of that name is what is meant.
    for (const auto& field : context.engine.AnalyzeSchema(context.session, project->input)) {
      if (StringUtil::CIEquals(field.name, "default")) return source;
    }
  }
  plan::Project replaced = *project;
  replaced.expressions = WithDefaults(project->expressions, columns);
  return plan::MakeRelation(std::move(replaced), source->origin);
}

}  // namespace headrace::engine
