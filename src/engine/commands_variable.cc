#include "engine/precompiled.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/errors.h"
#include "engine/commands.h"
#include "engine/parser_options.h"
#include "engine/variables.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

namespace {

using duckdb::StringUtil;

std::string FullName(const std::string& name) { return plan::QuotedName({"system", "session", name}); }

/// The variable's own name behind `session.` and `system.session.`; throws for another qualifier.
std::string VariableName(const plan::NameParts& name) {
  bool known = name.size() == 1 || (name.size() == 2 && StringUtil::Lower(name[0]) == "session") ||
               (name.size() == 3 && StringUtil::Lower(name[0]) == "system" && StringUtil::Lower(name[1]) == "session");
  if (known) return name.back();
  std::string text = plan::QuotedName(name), path = "[`system`.`session`]";
  throw Error(ErrorKind::kAnalysis, "UNRESOLVED_VARIABLE", "Cannot resolve variable " + text + " on search path " + path + ".",
              {{"variableName", text}, {"searchPath", path}})
      .WithSqlState("42883");
}

std::shared_ptr<const Variable> Require(CommandContext& context, const plan::NameParts& name) {
  auto found = context.session->Attached<SessionVariables>().Find(VariableName(name));
  if (found) return found;
  catalog::SchemaName current = context.current();
  std::string text = plan::QuotedName(name);
  std::string path = "[`system`.`builtin`, `system`.`session`, " + plan::QuotedName({current.catalog, current.schema}) + "]";
  throw Error(ErrorKind::kAnalysis, "UNRESOLVED_VARIABLE", "Cannot resolve variable " + text + " on search path " + path + ".",
              {{"variableName", text}, {"searchPath", path}})
      .WithSqlState("42883");
}

/// Types and values of one row.
struct Row {
  std::vector<plan::DataType> types;
  std::vector<plan::Value> values;
};

/// The row that a query gives; nulls when it has none. More than one is an error.
Row OnlyRow(CommandContext& context, const plan::RelationPtr& query) {
  SessionAnalysis analysis(context.engine, context.session, context.options);
  plan::Literal two{plan::Value(plan::Value::Data(int64_t{2})), plan::TypeId::kInteger};
  auto typed = analysis.analyzer().Analyze(plan::MakeRelation(plan::Limit{query, plan::Make(two, {})}));
  Row row;
  for (const auto& attribute : typed->output) row.types.push_back(attribute.type);
  auto rows = context.engine.Collect(context.session, typed, context.options);
  if (rows.size() > 1) {
    throw Error(ErrorKind::kRuntime, "ROW_SUBQUERY_TOO_MANY_ROWS", "More than one row returned by a subquery used as a row.")
        .WithSqlState("21000")
        .WithExceptionClass("org.apache.spark.SparkException");
  }
  row.values = rows.empty() ? std::vector<plan::Value>(row.types.size()) : std::move(rows[0]);
  return row;
}

Row Evaluate(CommandContext& context, plan::Expressions expressions) {
  return OnlyRow(context, plan::MakeRelation(plan::Project{nullptr, std::move(expressions)}));
}

/// The whole statement, which Spark names when a variable cannot take a value.
plan::Origin WholeStatement(const plan::ExpressionPtr& part) {
  plan::Origin origin = part->origin;
  if (origin.text) {
    origin.start = 0;
    origin.stop = static_cast<int32_t>(origin.text->size()) - 1;
  }
  return origin;
}

/// The value as the type, by the rules of CAST.
plan::Value Converted(CommandContext& context, const plan::ExpressionPtr& value, const plan::DataType& type) {
  return Evaluate(context, {plan::Make(plan::Cast{value, type, {}}, WholeStatement(value))}).values.at(0);
}

void Declare(CommandContext& context, const plan::VariableCommand& command) {
  auto& variables = context.session->Attached<SessionVariables>();
  for (const auto& parts : command.names) {
    std::string name = VariableName(parts);
    if (!command.replace && variables.Find(name)) {
      throw Error(ErrorKind::kAnalysis, "VARIABLE_ALREADY_EXISTS",
                  "Cannot create the variable " + FullName(name) +
                      " because it already exists.\nChoose a different name, or drop or replace the existing variable.",
                  {{"variableName", FullName(name)}})
          .WithSqlState("42723");
    }
  }
  Variable made;
  made.default_value = command.value;
  if (command.value && !command.type) {
    Row row = Evaluate(context, {command.value});
    made.type = row.types.at(0);
    made.value = row.values.at(0);
  } else {
    made.type = *command.type;
    if (command.value) made.value = Converted(context, command.value, made.type);
  }
  for (const auto& parts : command.names) {
    made.name = VariableName(parts);
    variables.Put(std::make_shared<const Variable>(made));
  }
}

/// Puts a row's values into variables.
void Assign(CommandContext& context, const std::vector<plan::NameParts>& names, const Row& row,
            const std::vector<plan::ExpressionPtr>& written) {
  std::vector<std::shared_ptr<const Variable>> targets;
  for (const auto& name : names) targets.push_back(Require(context, name));
  std::set<std::string> seen;
  for (const auto& target : targets) {
    if (seen.insert(StringUtil::Lower(target->name)).second) continue;
    std::string name = plan::QuotedName({target->name});
    throw Error(ErrorKind::kAnalysis, "DUPLICATE_ASSIGNMENTS",
                "The columns or variables " + name + " appear more than once as assignment targets.", {{"nameList", name}})
        .WithSqlState("42701");
  }
  if (targets.size() != row.values.size()) {
    std::string wanted = std::to_string(targets.size()), given = std::to_string(row.values.size());
    throw Error(ErrorKind::kAnalysis, "ASSIGNMENT_ARITY_MISMATCH",
                "The number of columns or variables assigned or aliased: " + wanted +
                    " does not match the number of source expressions: " + given + ".",
                {{"numTarget", wanted}, {"numExpr", given}})
        .WithSqlState("42802");
  }
  std::vector<std::shared_ptr<const Variable>> changed;
  for (size_t i = 0; i < targets.size(); ++i) {
    Variable next = *targets[i];
    next.value = row.values[i];
    if (!row.types[i].SameType(next.type)) {
      plan::Origin origin = i < written.size() ? written[i]->origin : plan::Origin();
      next.value = Converted(context, plan::Make(plan::Literal{row.values[i], row.types[i]}, origin), next.type);
    }
    changed.push_back(std::make_shared<const Variable>(std::move(next)));
  }
  for (auto& variable : changed) context.session->Attached<SessionVariables>().Put(std::move(variable));
}

void Set(CommandContext& context, const plan::VariableCommand& command) {
  plan::Expressions values;
  if (command.value) values = {command.value};
  const auto* list = plan::As<plan::Project>(command.query);
  bool several = !command.value && list != nullptr && list->input == nullptr && list->expressions.size() == command.names.size();
  if (several) values = list->expressions;
  if (values.empty()) {
    Assign(context, command.names, OnlyRow(context, command.query), {});
    return;
  }
  plan::Expressions evaluated = values;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto* word = plan::As<plan::UnresolvedAttribute>(values[i]);
    if (word == nullptr || word->name.size() != 1 || StringUtil::Lower(word->name[0]) != "default") continue;
    auto variable = Require(context, command.names[i]);
    evaluated[i] = variable->default_value ? variable->default_value
                                           : plan::Make(plan::Literal{plan::Value(), plan::TypeId::kNull}, values[i]->origin);
  }
  for (const auto& name : command.names) Require(context, name);
  Assign(context, command.names, Evaluate(context, evaluated), values);
}

void Drop(CommandContext& context, const plan::VariableCommand& command) {
  std::string name = VariableName(command.names.at(0));
  if (context.session->Attached<SessionVariables>().Drop(name) || command.if_exists) return;
  throw Error(ErrorKind::kAnalysis, "VARIABLE_NOT_FOUND",
              "The variable " + FullName(name) +
                  " cannot be found. Verify the spelling and correctness of the schema and catalog.\nIf you did not qualify the "
                  "name with a schema and catalog, verify the current_schema() output, or qualify the name with the correct "
                  "schema and catalog.\nTo tolerate the error on drop use DROP VARIABLE IF EXISTS.",
              {{"variableName", FullName(name)}})
      .WithSqlState("42883");
}

/// The text that EXECUTE IMMEDIATE runs.
std::string StatementText(CommandContext& context, const plan::VariableCommand& command) {
  Row row = Evaluate(context, {command.value});
  if (!row.types.at(0).IsString()) {
    std::string type = "\"" + row.types[0].Sql() + "\"";
    throw Error(ErrorKind::kAnalysis, "INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE",
                "Expression type must be string type but got " + type + ".", {{"exprType", type}})
        .WithSqlState("42K09");
  }
  if (row.values[0].is_null()) {
    const auto* variable = plan::As<plan::UnresolvedAttribute>(command.value);
    std::string name = variable ? plan::QuotedName(variable->name) : "NULL";
    throw Error(
        ErrorKind::kAnalysis, "NULL_QUERY_STRING_EXECUTE_IMMEDIATE",
        "Execute immediate requires a non-null variable as the query string, but the provided variable " + name + " is null.",
        {{"varName", name}})
        .WithSqlState("22004");
  }
  return std::get<std::string>(row.values[0].data);
}

CommandAnswer ExecuteImmediate(CommandContext& context, const plan::VariableCommand& command) {
  std::string text = StatementText(context, command);
  std::map<std::string, plan::ExpressionPtr> named;
  plan::Expressions positional;
  if (const auto* arguments = plan::As<plan::Project>(command.query)) {
    plan::Expressions values;
    for (const auto& argument : arguments->expressions) {
      const auto* alias = plan::As<plan::Alias>(argument);
      values.push_back(alias ? alias->child : argument);
    }
    Row row = Evaluate(context, values);
    for (size_t i = 0; i < row.values.size(); ++i) {
      auto literal = plan::Make(plan::Literal{row.values[i], row.types[i]}, {});
      const auto* alias = plan::As<plan::Alias>(arguments->expressions[i]);
      if (alias) named[alias->names.at(0)] = literal;
      positional.push_back(std::move(literal));
    }
    if (!named.empty() && named.size() < positional.size()) {
      throw Error(ErrorKind::kAnalysis, "ALL_PARAMETERS_MUST_BE_NAMED",
                  "Using name parameterized queries requires all parameters to be named.", {{"exprs", ""}})
          .WithSqlState("07001");
    }
    if (!named.empty()) positional.clear();
  }
  sql::ParserOptions options = ParserOptionsOf(*context.session);
  options.named_parameters = &named;
  options.positional_parameters = &positional;
  sql::Statement statement = sql::ParseStatement(text, options);
  if (const auto* query = std::get_if<plan::RelationPtr>(&statement)) {
    if (command.names.empty()) return context.engine.Execute(context.session, *query, context.options);
    Assign(context, command.names, OnlyRow(context, *query), {});
    return nullptr;
  }
  const auto& inner = std::get<plan::CommandPtr>(statement);
  const auto* variable = std::get_if<plan::VariableCommand>(&inner->node);
  if (variable != nullptr && variable->kind == "EXECUTE IMMEDIATE") {
    throw Error(ErrorKind::kAnalysis, "NESTED_EXECUTE_IMMEDIATE",
                "Nested EXECUTE IMMEDIATE commands are not allowed. Please ensure that the SQL query provided (" + text +
                    ") does not contain another EXECUTE IMMEDIATE command.",
                {{"sqlString", text}})
        .WithSqlState("07501");
  }
  if (!command.names.empty()) {
    std::string upper = StringUtil::Upper(text);
    throw Error(
        ErrorKind::kAnalysis, "INVALID_STATEMENT_FOR_EXECUTE_INTO",
        "The INTO clause of EXECUTE IMMEDIATE is only valid for queries but the given statement is not a query: " + upper + ".",
        {{"sqlString", upper}})
        .WithSqlState("07501");
  }
  return RunCommand(context, *inner);
}

}  // namespace

std::shared_ptr<const Variable> SessionVariables::Find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto found = variables_.find(StringUtil::Lower(name));
  return found == variables_.end() ? nullptr : found->second;
}

void SessionVariables::Put(std::shared_ptr<const Variable> variable) {
  std::lock_guard lock(mutex_);
  std::string key = StringUtil::Lower(variable->name);
  variables_[key] = std::move(variable);
}

bool SessionVariables::Drop(const std::string& name) {
  std::lock_guard lock(mutex_);
  return variables_.erase(StringUtil::Lower(name)) != 0;
}

CommandAnswer Run(CommandContext& context, const plan::VariableCommand& command) {
  if (command.kind == "EXECUTE IMMEDIATE") return ExecuteImmediate(context, command);
  if (command.kind == "DECLARE") {
    Declare(context, command);
  } else if (command.kind == "SET") {
    Set(context, command);
  } else {
    Drop(context, command);
  }
  return nullptr;
}

}  // namespace headrace::engine
