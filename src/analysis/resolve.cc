#include <fmt/format.h>

#include "analysis/analyzer_internal.h"
#include "analysis/parse_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

namespace {

TypedPtr WithOrigin(const TypedPtr& expression, const plan::Origin& origin) {
  TypedExpression copy = *expression;
  copy.origin = origin;
  return std::make_shared<const TypedExpression>(std::move(copy));
}

}  // namespace

Resolved Analyzer::Impl::ResolveLiteral(const plan::Literal& literal, const plan::Origin& origin) {
  Resolved resolved;
  resolved.typed = MakeTyped(TypedLiteral{literal.value}, literal.type, literal.value.is_null(), origin);
  resolved.sql = LiteralText(literal.value, literal.type, environment_.time_zone);
  resolved.is_literal = true;
  return resolved;
}

Resolved Analyzer::Impl::FieldOf(Resolved child, const std::string& field, const plan::Origin& origin) {
  const DataType type = child.typed->type;
  Resolved resolved;
  resolved.sql = child.sql + "." + field;
  resolved.field_name = field;
  const DataType& structure = type.id() == TypeId::kArray ? type.element() : type;
  if (structure.id() == TypeId::kStruct) {
    size_t index = 0, matches = 0;
    std::string names;
    for (size_t i = 0; i < structure.fields().size(); ++i) {
      names += (names.empty() ? "" : ", ") + plan::QuotedName(structure.fields()[i].name);
      if (EqualNames(structure.fields()[i].name, field)) {
        index = i;
        ++matches;
      }
    }
    if (matches == 0) {
      throw AnalysisError("FIELD_NOT_FOUND", fmt::format("No such struct field {} in {}.", plan::QuotedName(field), names),
                          {{"fieldName", plan::QuotedName(field)}, {"fields", names}}, origin);
    }
    if (matches > 1) {
      throw AnalysisError("AMBIGUOUS_REFERENCE_TO_FIELDS",
                          fmt::format("Ambiguous reference to the field {}. It appears {} times in the schema.",
                                      plan::QuotedName(field), matches),
                          {{"field", plan::QuotedName(field)}, {"count", std::to_string(matches)}}, origin)
          .WithSqlState("42000");
    }
    const auto& found = structure.fields()[index];
    if (type.id() == TypeId::kStruct) {
      resolved.typed =
          MakeTyped(TypedFieldAccess{child.typed, index}, found.type, child.typed->nullable || found.nullable, origin);
      return resolved;
    }
    DataType result = DataType::Array(found.type, type.contains_null() || found.nullable);
    // Each element's field: transform(child, x -> x.field).
    int64_t id = next_lambda_++;
    TypedPtr element = MakeTyped(TypedLambdaVariable{id}, structure, type.contains_null(), origin);
    TypedPtr body = MakeTyped(TypedFieldAccess{element, index}, found.type, type.contains_null() || found.nullable, origin);
    TypedPtr lambda = MakeTyped(TypedLambda{body, {id}}, body->type, body->nullable, origin);
    TypedExpression call = *CallTyped("transform", {child.typed, lambda});
    call.type = result;
    call.nullable = child.typed->nullable;
    resolved.typed = std::make_shared<const TypedExpression>(std::move(call));
    return resolved;
  }
  if (type.id() == TypeId::kMap) {
    Resolved key;
    key.typed = CastTo(StringValue(field), type.key());
    resolved.typed = WithOrigin(CallTyped("getmapvalue", {child.typed, key.typed}), origin);
    resolved.sql = fmt::format("{}[{}]", child.sql, field);
    return resolved;
  }
  throw AnalysisError("INVALID_EXTRACT_BASE_FIELD_TYPE",
                      fmt::format("Can't extract a value from {}. Need a complex type [STRUCT, ARRAY, MAP] but got {}.",
                                  QuotedExpression(child.sql), QuotedType(type)),
                      {{"base", QuotedExpression(child.sql)}, {"other", QuotedType(type)}}, origin)
      .WithSqlState("42000");
}

Resolved Analyzer::Impl::Extract(Resolved child, const plan::ExpressionPtr& extraction, Scope& scope,
                                 const plan::Origin& origin) {
  DataType type = child.typed->type;
  const auto* literal = plan::As<plan::Literal>(extraction);
  bool text = literal != nullptr && literal->type.IsString() && !literal->value.is_null();
  if (text && (type.id() == TypeId::kStruct || (type.id() == TypeId::kArray && type.element().id() == TypeId::kStruct))) {
    return FieldOf(std::move(child), std::get<std::string>(literal->value.data), origin);
  }
  if (type.id() == TypeId::kStruct) {
    Resolved index = Resolve(extraction, scope);
    throw AnalysisError("INVALID_EXTRACT_FIELD_TYPE",
                        fmt::format("Field name should be a non-null string literal, but it's {}.", QuotedExpression(index.sql)),
                        {{"extraction", QuotedExpression(index.sql)}}, origin)
        .WithSqlState("42000");
  }
  if (type.id() != TypeId::kArray && type.id() != TypeId::kMap) {
    if (text) return FieldOf(std::move(child), std::get<std::string>(literal->value.data), origin);
    throw AnalysisError("INVALID_EXTRACT_BASE_FIELD_TYPE",
                        fmt::format("Can't extract a value from {}. Need a complex type [STRUCT, ARRAY, MAP] but got {}.",
                                    QuotedExpression(child.sql), QuotedType(type)),
                        {{"base", QuotedExpression(child.sql)}, {"other", QuotedType(type)}}, origin)
        .WithSqlState("42000");
  }
  Resolved key = Resolve(extraction, scope);
  Resolved resolved;
  resolved.sql = fmt::format("{}[{}]", child.sql, key.sql);
  if (type.id() == TypeId::kMap) {
    auto common = functions::ImplicitCast(key.typed->type, type.key(), environment_.ansi);
    if (!common) {
      throw AnalysisError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                          fmt::format("Cannot resolve {} due to data type mismatch: The second parameter requires the {} type, "
                                      "however {} has the type {}.",
                                      QuotedExpression(resolved.sql), QuotedType(type.key()), QuotedExpression(key.sql),
                                      QuotedType(key.typed->type)),
                          {{"sqlExpr", QuotedExpression(resolved.sql)},
                           {"paramIndex", "second"},
                           {"requiredType", QuotedType(type.key())},
                           {"inputSql", QuotedExpression(key.sql)},
                           {"inputType", QuotedType(key.typed->type)}},
                          origin);
    }
    resolved.typed = WithOrigin(CallTyped("getmapvalue", {child.typed, CastTo(key.typed, type.key())}), origin);
    return resolved;
  }
  TypedPtr index = key.typed;
  bool integral = index->type.IsIntegral() || index->type.id() == TypeId::kNull || (index->type.IsString() && environment_.ansi);
  if (!integral) {
    throw AnalysisError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                        fmt::format("Cannot resolve {} due to data type mismatch: The second parameter requires the \"INTEGRAL\" "
                                    "type, however {} has the type {}.",
                                    QuotedExpression(resolved.sql), QuotedExpression(key.sql), QuotedType(index->type)),
                        {{"sqlExpr", QuotedExpression(resolved.sql)},
                         {"paramIndex", "second"},
                         {"requiredType", "\"INTEGRAL\""},
                         {"inputSql", QuotedExpression(key.sql)},
                         {"inputType", QuotedType(index->type)}},
                        origin);
  }
  resolved.typed = WithOrigin(CallTyped("getarrayitem", {child.typed, CastTo(index, TypeId::kInteger)}), origin);
  return resolved;
}

namespace {

/// The functions that Spark suggests instead of a cast, or "".
std::string InsteadOfCast(const DataType& from, const DataType& to) {
  if (from.IsNumeric() && to.id() == TypeId::kTimestamp) return "`TIMESTAMP_SECONDS`/`TIMESTAMP_MILLIS`/`TIMESTAMP_MICROS`";
  if (from.id() == TypeId::kTimestamp && to.IsNumeric()) return "`UNIX_SECONDS`/`UNIX_MILLIS`/`UNIX_MICROS`";
  if (from.IsNumeric() && to.id() == TypeId::kDate) return "`DATE_FROM_UNIX_DATE`";
  if (from.id() == TypeId::kDate && to.IsNumeric()) return "`UNIX_DATE`";
  return "";
}

[[noreturn]] void ThrowCannotCast(const DataType& from, const DataType& to, plan::EvalMode mode, const std::string& sql,
                                  const plan::Origin& origin) {
  std::string source = QuotedType(from), target = QuotedType(to);
  std::string text =
      fmt::format("Cannot resolve {} due to data type mismatch: cannot cast {} to {}", QuotedExpression(sql), source, target);
  Error::Parameters parameters = {{"sqlExpr", QuotedExpression(sql)}, {"srcType", source}, {"targetType", target}};
  std::string instead = mode == plan::EvalMode::kLegacy ? "" : InsteadOfCast(from, to);
  if (!instead.empty()) {
    parameters["functionNames"] = instead;
    throw AnalysisError(
        "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION",
        text + fmt::format(".\nTo convert values from {} to {}, you can use the functions {} instead.", source, target, instead),
        std::move(parameters), origin);
  }
  if (mode == plan::EvalMode::kAnsi && functions::CanCast(from, to, plan::EvalMode::kLegacy)) {
    std::string config = "\"spark.sql.ansi.enabled\"";
    parameters["config"] = config;
    parameters["configVal"] = "'false'";
    throw AnalysisError("DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION",
                        text + fmt::format(" with ANSI mode on.\nIf you have to cast {} to {}, you can set {} as 'false'.",
                                           source, target, config),
                        std::move(parameters), origin);
  }
  throw AnalysisError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", text + ".", std::move(parameters), origin);
}

}  // namespace

Resolved Analyzer::Impl::ResolveCast(const plan::Cast& cast, const plan::Origin& origin, Scope& scope, bool written) {
  Resolved child = Resolve(cast.child, scope);
  plan::EvalMode mode = cast.mode.value_or(DefaultMode());
  DataType type = cast.type;
  if (type.id() == TypeId::kChar || type.id() == TypeId::kVarchar) type = TypeId::kString;
  Resolved resolved;
  // Spark writes no cast to a nested type.
  const char* name = cast.mode == plan::EvalMode::kTry ? "TRY_CAST" : "CAST";
  resolved.sql = type.IsNested() || !written ? child.sql : fmt::format("{}({} AS {})", name, child.sql, type.Sql());
  if (child.is_named) {
    resolved.name = child.OutputName();
  }
  if (!functions::CanCast(child.typed->type, type, mode)) {
    ThrowCannotCast(child.typed->type, type, mode, resolved.sql, origin);
  }
  if (child.typed->type == type) {
    resolved.typed = child.typed;
    return resolved;
  }
  if (child.typed->type.SameType(type) && !type.IsNested()) {
    resolved.typed = child.typed;
    return resolved;
  }
  bool nullable = functions::CastNullable(child.typed->type, child.typed->nullable, type, mode);
  auto moment = SpecialTime(child.typed, type);
  resolved.typed = moment ? MakeTyped(TypedLiteral{*moment}, type, nullable, origin)
                          : MakeTyped(TypedCast{child.typed, mode}, type, nullable, origin);
  return resolved;
}

Resolved Analyzer::Impl::ResolveUpdateFields(const plan::UpdateFields& update, const plan::Origin& origin, Scope& scope) {
  Resolved child = Resolve(update.child, scope);
  if (child.typed->type.id() != TypeId::kStruct) {
    throw AnalysisError(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        fmt::format("Cannot resolve \"update_fields({})\" due to data type mismatch: The first parameter requires the "
                    "\"STRUCT\" type, however {} has the type {}.",
                    child.sql, QuotedExpression(child.sql), QuotedType(child.typed->type)),
        {{"sqlExpr", QuotedExpression("update_fields(" + child.sql + ")")},
         {"paramIndex", "first"},
         {"requiredType", "\"STRUCT\""},
         {"inputSql", QuotedExpression(child.sql)},
         {"inputType", QuotedType(child.typed->type)}},
        origin);
  }
  // "a.b.c" reaches into nested structs.
  std::vector<std::string> path = ParseName(update.field);
  std::optional<Resolved> value;
  if (update.value) value = Resolve(update.value, scope);
  std::function<TypedPtr(const TypedPtr&, size_t)> rebuild = [&](const TypedPtr& structure, size_t level) -> TypedPtr {
    std::vector<plan::StructField> fields;
    TypedExpressions parts;
    bool found = false;
    const auto& old = structure->type.fields();
    for (size_t i = 0; i < old.size(); ++i) {
      TypedPtr part = MakeTyped(TypedFieldAccess{structure, i}, old[i].type, structure->nullable || old[i].nullable, origin);
      plan::StructField field = old[i];
      if (EqualNames(old[i].name, path[level])) {
        found = true;
        if (level + 1 < path.size()) {
          if (old[i].type.id() != TypeId::kStruct) FieldOf(Resolved{part, child.sql}, path[level + 1], origin);
          part = rebuild(part, level + 1);
        } else if (value) {
          part = value->typed;
          field.name = path[level];
        } else {
          continue;
        }
        field.type = part->type;
        field.nullable = part->nullable;
      }
      fields.push_back(std::move(field));
      parts.push_back(std::move(part));
    }
    if (!found && level + 1 < path.size()) FieldOf(Resolved{structure, child.sql}, path[level], origin);
    if (!found && value) {
      fields.push_back({path[level], value->typed->type, value->typed->nullable, {}});
      parts.push_back(value->typed);
    }
    if (parts.empty()) {
      throw AnalysisError(
          "DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS",
          fmt::format("Cannot resolve \"update_fields({}, dropfield())\" due to data type mismatch: Cannot drop all "
                      "fields in struct.",
                      child.sql),
          {{"sqlExpr", QuotedExpression("update_fields(" + child.sql + ", dropfield())")}}, origin);
    }
    TypedPtr made = MakeTyped(TypedStruct{std::move(parts)}, DataType::Struct(std::move(fields)), false, origin);
    if (!structure->nullable) return made;
    TypedCase choice{{{CallTyped("isnull", {structure}), NullValue(made->type)}}, made};
    return MakeTyped(std::move(choice), made->type, true, origin);
  };
  Resolved resolved;
  resolved.typed = rebuild(child.typed, 0);
  resolved.sql = value ? fmt::format("update_fields({}, WithField({}))", child.sql, value->sql)
                       : fmt::format("update_fields({}, dropfield())", child.sql);
  return resolved;
}

Resolved Analyzer::Impl::Resolve(const plan::ExpressionPtr& expression, Scope& scope) {
  constexpr int kDeepest = 4000;
  if (++depth_ > kDeepest) {
    depth_ = 0;
    throw AnalysisError("FAILED_TO_PARSE_TOO_COMPLEX",
                        "The statement, including potential SQL functions and referenced views, was too complex to parse.", {},
                        expression->origin)
        .WithSqlState("54001");
  }
  Resolved resolved = ResolveNode(*expression, scope);
  --depth_;
  return resolved;
}

Resolved Analyzer::Impl::ResolveNode(const plan::Expression& expression, Scope& scope) {
  const plan::Origin& origin = expression.origin;
  const auto& node = expression.node;
  if (const auto* n = std::get_if<plan::Literal>(&node)) return ResolveLiteral(*n, origin);
  if (const auto* n = std::get_if<plan::UnresolvedAttribute>(&node)) {
    return ResolveColumn(n->name, n->plan_id, origin, scope, n->is_metadata_column);
  }
  if (const auto* n = std::get_if<plan::FunctionCall>(&node)) return ResolveCall(*n, origin, scope);
  if (const auto* n = std::get_if<plan::Cast>(&node)) return ResolveCast(*n, origin, scope);
  if (const auto* n = std::get_if<plan::Alias>(&node)) {
    Resolved child = Resolve(n->child, scope);
    std::string name = n->names.empty() ? child.OutputName() : n->names[0];
    child.metadata = n->metadata;
    if (child.metadata.empty() && child.attribute != nullptr) child.metadata = child.attribute->metadata;
    child.sql = n->names.size() == 1 ? child.sql + " AS " + name : child.sql;
    child.name = name;
    child.names = n->names.size() > 1 ? n->names : std::vector<std::string>();
    child.has_alias = true;
    child.is_named = true;
    child.attribute = nullptr;
    child.is_literal = false;
    return child;
  }
  if (const auto* n = std::get_if<plan::ExtractValue>(&node))
    return Extract(Resolve(n->child, scope), n->extraction, scope, origin);
  if (const auto* n = std::get_if<plan::UpdateFields>(&node)) return ResolveUpdateFields(*n, origin, scope);
  if (const auto* n = std::get_if<plan::LambdaVariable>(&node)) return ResolveColumn(n->name, -1, origin, scope, false);
  if (const auto* n = std::get_if<plan::Window>(&node)) return ResolveWindow(*n, origin, scope);
  if (const auto* n = std::get_if<plan::Subquery>(&node)) return ResolveSubquery(*n, origin, scope);
  if (const auto* n = std::get_if<plan::ExpressionString>(&node)) {
    return Resolve(ParseExpressionText(n->text, context_), scope);
  }
  if (const auto* n = std::get_if<plan::NamedArgument>(&node)) return Resolve(n->value, scope);
  if (const auto* n = std::get_if<plan::ParameterMarker>(&node)) {
    std::string name = n->name.empty() ? "_" + std::to_string(n->position) : n->name;
    throw AnalysisError(
        "UNBOUND_SQL_PARAMETER",
        fmt::format("Found the unbound parameter: {}. Please, fix `args` and provide a mapping of the parameter to "
                    "either a SQL literal or collection constructor functions such as `map()`, `array()`, `struct()`.",
                    name),
        {{"name", name}}, origin)
        .WithSqlState("42P02");
  }
  if (const auto* n = std::get_if<plan::InlineUdf>(&node)) ThrowUnsupported(fmt::format("{} ({})", n->kind, n->name));
  if (const auto* n = std::get_if<plan::IdentifierClause>(&node)) {
    Resolved name = Resolve(n->name, scope);
    auto value = FoldConstant(name.typed);
    if (!value || !std::holds_alternative<std::string>(value->data)) {
      throw AnalysisError(
          "NOT_A_CONSTANT_STRING.NOT_CONSTANT",
          fmt::format("The expression {} used for the routine or clause IDENTIFIER must be a constant STRING which is "
                      "NOT NULL. To be considered constant the expression must not depend on any columns, contain a "
                      "subquery, or invoke a non deterministic function such as rand().",
                      QuotedExpression(name.sql)),
          {{"name", "IDENTIFIER"}, {"expr", QuotedExpression(name.sql)}}, origin)
          .WithSqlState("42601");
    }
    return ResolveColumn(ParseName(std::get<std::string>(value->data)), -1, origin, scope, false);
  }
  if (std::get_if<plan::Star>(&node)) {
    throw AnalysisError("INVALID_USAGE_OF_STAR_OR_REGEX", "Invalid usage of '*' in expression.",
                        {{"elem", "'*'"}, {"prettyName", "expression"}}, origin)
        .WithSqlState("42000");
  }
  if (const auto* n = std::get_if<plan::SortOrder>(&node)) return Resolve(n->child, scope);
  ThrowUnsupported("this kind of expression here");
}

Resolved Analyzer::Impl::ResolveSubquery(const plan::Subquery& subquery, const plan::Origin& origin, Scope& scope) {
  plan::RelationPtr plan = subquery.plan;
  if (!plan) {
    auto found = references_.find(subquery.plan_id);
    if (found == references_.end()) ThrowInternal(fmt::format("sub-query plan {} is missing", subquery.plan_id));
    plan = found->second;
  }
  if (subquery.kind == plan::Subquery::Kind::kTableArgument) ThrowUnsupported("table arguments");
  Frame frame = WithoutHidden(Analyze(plan, &scope));
  const auto& output = frame.relation->output;
  Resolved resolved;
  TypedSubquery node{subquery.kind, frame.relation, {}, subquery.negated};
  if (subquery.kind == plan::Subquery::Kind::kScalar) {
    if (output.size() != 1) {
      throw AnalysisError(
          "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
          fmt::format("Invalid subquery: Scalar subquery must return only one column, but got {}.", output.size()),
          {{"number", std::to_string(output.size())}}, origin)
          .WithSqlState("42823");
    }
    resolved.sql = "scalarsubquery()";
    resolved.name = "scalarsubquery()";
    resolved.typed = MakeTyped(std::move(node), output[0].type, true, origin);
    return resolved;
  }
  if (subquery.kind == plan::Subquery::Kind::kExists) {
    resolved.sql = "exists()";
    resolved.typed = MakeTyped(std::move(node), TypeId::kBoolean, false, origin);
    return resolved;
  }
  std::vector<Resolved> values;
  for (const auto& value : subquery.in_values) values.push_back(Resolve(value, scope));
  if (values.size() == 1 && output.size() > 1 && values[0].typed->type.id() == TypeId::kStruct) {
    Resolved structure = values[0];
    values.clear();
    for (const auto& field : structure.typed->type.fields()) values.push_back(FieldOf(structure, field.name, origin));
  }
  if (values.size() != output.size()) {
    throw AnalysisError(
        "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
        fmt::format("Cannot resolve due to data type mismatch: The number of columns in the left hand side of an IN "
                    "subquery does not match the number of columns in the output of subquery. Left hand side "
                    "columns(length: {}), right hand side columns(length: {}).",
                    values.size(), output.size()),
        {{"leftLength", std::to_string(values.size())}, {"rightLength", std::to_string(output.size())}}, origin);
  }
  bool nullable = false;
  TypedExpressions casts;
  bool changed = false;
  std::vector<Attribute> attributes;
  std::string left;
  for (size_t i = 0; i < values.size(); ++i) {
    left += (left.empty() ? "" : ", ") + values[i].sql;
    auto common = functions::WiderType(values[i].typed->type, output[i].type, environment_.ansi);
    if (!common) {
      throw AnalysisError(
          "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
          fmt::format("Cannot resolve due to data type mismatch: The data type of one or more elements in the left hand "
                      "side of an IN subquery is not compatible with the data type of the output of the subquery. "
                      "Mismatched columns: [{}, {}], left side: [{}], right side: [{}].",
                      values[i].sql, output[i].name, QuotedType(values[i].typed->type), QuotedType(output[i].type)),
          {{"leftType", QuotedType(values[i].typed->type)}, {"rightType", QuotedType(output[i].type)}}, origin);
    }
    node.in_values.push_back(CastTo(values[i].typed, *common));
    TypedPtr cast = CastTo(ColumnRef(output[i]), *common);
    changed |= As<TypedColumn>(cast) == nullptr;
    casts.push_back(cast);
    nullable |= values[i].typed->nullable || output[i].nullable;
    attributes.push_back({NewId(), output[i].name, *common, cast->nullable, {}, {}, false});
  }
  if (changed) node.plan = MakeTypedRelation(TypedProject{node.plan, std::move(casts)}, std::move(attributes));
  resolved.sql = fmt::format("({} IN (listquery()))", left);
  if (subquery.negated) resolved.sql = fmt::format("(NOT {})", resolved.sql);
  resolved.typed = MakeTyped(std::move(node), TypeId::kBoolean, nullable, origin);
  return resolved;
}

}  // namespace headrace::analysis
