#include "engine/precompiled.h"

#include <algorithm>

#include "base/error.h"
#include "engine/dml.h"
#include "engine/struct_fields.h"
#include "engine/typed_build.h"
#include "plan/names.h"
#include "sql/parser.h"

namespace headrace::engine {

using analysis::As;
using analysis::Attribute;
using analysis::TypedPtr;
using analysis::TypedRelationPtr;

namespace {

/// One assignment resolved: where it goes, and what.
struct Resolved {
  AssignmentPath path;
  TypedPtr value;
  std::string text;  ///< The key as it was written.
};

/// The steps from the table's column down to the struct field that a key names.
bool StepsOf(const TypedPtr& key, const std::vector<Attribute>& columns, AssignmentPath& path) {
  if (const auto* column = As<analysis::TypedColumn>(key)) {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].id != column->id || columns[i].hidden) continue;
      path.steps.push_back(i);
      return true;
    }
    return false;
  }
  const auto* field = As<analysis::TypedFieldAccess>(key);
  if (field == nullptr || !StepsOf(field->child, columns, path)) return false;
  path.steps.push_back(field->index);
  return true;
}

const plan::StructField& FieldAt(const plan::Schema& schema, const AssignmentPath& path) {
  const plan::StructField* field = &schema.at(path.steps[0]);
  for (size_t i = 1; i < path.steps.size(); ++i) field = &field->type.fields().at(path.steps[i]);
  return *field;
}

/// `current` with the assignments below it; all of them have the first `depth` steps in common.
TypedPtr Assign(const TypedPtr& current, const std::vector<Resolved>& list, size_t depth) {
  for (const auto& one : list) {
    if (one.path.steps.size() == depth) return one.value;
  }
  const auto& fields = current->type.fields();
  analysis::TypedStruct made;
  std::vector<plan::StructField> types;
  for (size_t i = 0; i < fields.size(); ++i) {
    TypedPtr member =
        analysis::MakeTyped(analysis::TypedFieldAccess{current, i}, fields[i].type, fields[i].nullable || current->nullable);
    std::vector<Resolved> below;
    for (const auto& one : list) {
      if (one.path.steps[depth] == i) below.push_back(one);
    }
    if (!below.empty()) member = Assign(member, below, depth + 1);
    types.push_back({fields[i].name, member->type, member->nullable, fields[i].metadata});
    made.fields.push_back(std::move(member));
  }
  return analysis::MakeTyped(std::move(made), plan::DataType::Struct(std::move(types)), false);
}

bool IsDefaultKeyword(const plan::ExpressionPtr& value, const std::vector<Attribute>& input) {
  const auto* attribute = plan::As<plan::UnresolvedAttribute>(value);
  if (attribute == nullptr || attribute->name.size() != 1 || !duckdb::StringUtil::CIEquals(attribute->name[0], "default")) {
    return false;
  }
  return std::none_of(input.begin(), input.end(),
                      [](const Attribute& a) { return duckdb::StringUtil::CIEquals(a.name, "default"); });
}

[[noreturn]] void ThrowConflict(const std::string& columns) {
  throw Error(ErrorKind::kAnalysis, "DELTA_CONFLICT_SET_COLUMN", "There is a conflict from these SET columns: " + columns + ".",
              {{"columnList", columns}})
      .WithSqlState("42701");
}

}  // namespace

plan::ExpressionPtr ArrangeFields(analysis::Analyzer& analyzer, const plan::ExpressionPtr& value,
                                  const std::vector<Attribute>& input, const plan::StructField& field, bool may_miss,
                                  const std::optional<FieldsInPlace>& in_place) {
  if (!field.type.IsNested()) return value;
  const plan::DataType type = analyzer.AnalyzeExpression(value, input)->type;
  if (!HasOtherFields(type, field.type)) return value;
  if (!AreFieldsOf(type, field.type, !may_miss)) {
    std::string from = type.SimpleString(), to = field.type.SimpleString();
    throw Error(ErrorKind::kAnalysis, "DELTA_UPDATE_SCHEMA_MISMATCH_EXPRESSION",
                "Cannot cast " + from + " to " + to + ". All nested columns must match.",
                {{"fromCatalog", from}, {"toCatalog", to}})
        .WithSqlState("42846");
  }
  return FieldsByName(value, type, field.type, in_place);
}

namespace {

/// A value as it is stored. Unlike INSERT, SET casts whatever ANSI casts allow: text that is a number, for one.
TypedPtr Stored(analysis::Analyzer& analyzer, const plan::ExpressionPtr& written, const std::vector<Attribute>& input,
                const plan::StructField& field, bool may_miss) {
  plan::ExpressionPtr value = ArrangeFields(analyzer, written, input, field, may_miss);
  try {
    return analyzer.AnalyzeAssignment(value, input, field);
  } catch (const Error& error) {
    if (error.condition() != "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST") throw;
  }
  plan::Cast cast;
  cast.child = value;
  cast.type = field.type;
  cast.mode = plan::EvalMode::kAnsi;
  return analyzer.AnalyzeExpression(plan::Make(std::move(cast), value->origin), input);
}

}  // namespace

TypedPtr DefaultOf(analysis::Analyzer& analyzer, const plan::StructField& field) {
  const json::value* text = field.metadata.if_contains("CURRENT_DEFAULT");
  if (text == nullptr || !text->is_string()) return NullOf(field.type);
  plan::Cast cast;
  cast.child = sql::ParseExpression(text->as_string());
  cast.type = field.type;
  cast.mode = plan::EvalMode::kAnsi;
  return analyzer.AnalyzeExpression(plan::Make(std::move(cast)), {});
}

Assignments ResolveAssignments(analysis::Analyzer& analyzer, const std::vector<plan::Assignment>& assignments,
                               const plan::Schema& schema, const std::vector<Attribute>& columns,
                               const std::vector<Attribute>& input, const std::vector<TypedPtr>* evolved) {
  std::vector<std::vector<Resolved>> by_column(schema.size());
  for (const auto& assignment : assignments) {
    Resolved one;
    one.text = analysis::ExpressionName(assignment.key);
    TypedPtr key = analyzer.AnalyzeExpression(assignment.key, columns);
    if (!StepsOf(key, columns, one.path)) {
      throw Error(ErrorKind::kAnalysis, "DELTA_UNSUPPORTED_NESTED_FIELD_IN_OPERATION",
                  "Only columns and fields of structs can be set, not " + one.text + ".", {{"operation", one.text}})
          .WithSqlState("0AKDC");
    }
    const plan::StructField& field = FieldAt(schema, one.path);
    one.value = IsDefaultKeyword(assignment.value, input) ? DefaultOf(analyzer, field)
                                                          : Stored(analyzer, assignment.value, input, field, evolved != nullptr);
    for (const auto& other : by_column[one.path.steps[0]]) {
      size_t shared = std::min(other.path.steps.size(), one.path.steps.size());
      if (std::equal(one.path.steps.begin(), one.path.steps.begin() + static_cast<std::ptrdiff_t>(shared),
                     other.path.steps.begin())) {
        ThrowConflict("[" + plan::QuotedName(other.text) + ", " + plan::QuotedName(one.text) + "]");
      }
    }
    by_column[one.path.steps[0]].push_back(std::move(one));
  }
  Assignments resolved;
  for (size_t i = 0; i < schema.size(); ++i) {
    TypedPtr value;
    if (!by_column[i].empty()) {
      TypedPtr current = i < columns.size() && !columns[i].hidden ? Reference(columns[i]) : NullOf(schema[i].type);
      if (evolved != nullptr && i < evolved->size()) current = (*evolved)[i];
      value = Assign(current, by_column[i], 1);
    }
    resolved.values.push_back(std::move(value));
  }
  return resolved;
}

TypedRelationPtr ComputeGenerated(analysis::Analyzer& analyzer, const TypedRelationPtr& rows, const plan::Schema& schema,
                                  const std::vector<TypedPtr>& is_set) {
  std::vector<Attribute> table(rows->output.begin(), rows->output.begin() + static_cast<std::ptrdiff_t>(schema.size()));
  Projection projection(analyzer, rows);
  bool any = false;
  for (size_t i = 0; i < rows->output.size(); ++i) {
    const json::value* text = i < schema.size() ? schema[i].metadata.if_contains("delta.generationExpression") : nullptr;
    if (text == nullptr) {
      projection.Keep(rows->output[i]);
      continue;
    }
    any = true;
    plan::StructField field = schema[i];
    field.nullable = true;
    TypedPtr value = analyzer.AnalyzeAssignment(sql::ParseExpression(text->as_string()), table, field);
    if (is_set.at(i)) value = IfElse(is_set[i], Reference(rows->output[i]), value);
    projection.Add(rows->output[i].name, std::move(value));
  }
  return any ? projection.Done() : rows;
}

plan::ExpressionPtr RenameColumns(const plan::ExpressionPtr& expression,
                                  const std::function<std::string(const plan::NameParts&)>& name) {
  auto rename = [&](plan::Expressions& list) {
    for (auto& one : list) one = RenameColumns(one, name);
  };
  if (const auto* attribute = plan::As<plan::UnresolvedAttribute>(expression)) {
    plan::UnresolvedAttribute renamed = *attribute;
    renamed.name = {name(attribute->name)};
    return plan::Make(std::move(renamed), expression->origin);
  }
  if (const auto* call = plan::As<plan::FunctionCall>(expression)) {
    plan::FunctionCall renamed = *call;
    rename(renamed.arguments);
    return plan::Make(std::move(renamed), expression->origin);
  }
  if (const auto* subquery = plan::As<plan::Subquery>(expression)) {
    plan::Subquery renamed = *subquery;
    rename(renamed.in_values);
    return plan::Make(std::move(renamed), expression->origin);
  }
  return expression;
}

std::string ConditionText(const plan::ExpressionPtr& condition) {
  if (const auto* text = plan::As<plan::ExpressionString>(condition)) {
    return analysis::ExpressionName(sql::ParseExpression(text->text));
  }
  return analysis::ExpressionName(condition);
}

void CheckBoolean(const TypedPtr& condition, const plan::ExpressionPtr& written) {
  if (condition->type.id() == plan::TypeId::kBoolean || condition->type.id() == plan::TypeId::kNull) return;
  std::string text = "\"" + ConditionText(written) + "\"", type = "\"" + condition->type.Sql() + "\"";
  throw Error(ErrorKind::kAnalysis, "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
              "Cannot resolve " + text + " due to data type mismatch: Filter expression " + text + " of type " + type +
                  " is not a boolean.",
              {{"sqlExpr", text}, {"filter", text}, {"type", type}})
      .WithSqlState("42K09");
}

std::string PredicateList(const plan::ExpressionPtr& condition) {
  json::array list;
  if (condition) list.emplace_back(ConditionText(condition));
  return json::serialize(list);
}

}  // namespace headrace::engine
