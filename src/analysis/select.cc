#include <fmt/format.h>

#include <algorithm>

#include "analysis/analyzer_internal.h"
#include "analysis/column_pattern.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;

std::vector<Item> Analyzer::Impl::ResolveItems(const plan::Expressions& expressions, Scope& scope, bool laterals) {
  std::vector<Item> items;
  std::vector<LateralAlias> aliases;
  if (laterals) scope.laterals = &aliases;
  auto add = [&](Resolved resolved) {
    Item item;
    item.name = resolved.OutputName();
    item.sql = resolved.sql;
    item.metadata = resolved.metadata;
    item.names = resolved.names;
    item.has_alias = resolved.has_alias;
    if (resolved.attribute != nullptr && !resolved.has_alias && As<TypedColumn>(resolved.typed)) item.pass = resolved.attribute;
    item.typed = resolved.typed;
    if (resolved.has_alias && laterals && resolved.names.empty() && !ContainsGenerator(item.typed)) {
      aliases.push_back({item.name, item.typed});
    }
    items.push_back(std::move(item));
  };
  for (const auto& expression : expressions) {
    if (plan::As<plan::Star>(expression)) {
      for (auto& resolved : ExpandStar(*expression, scope)) add(std::move(resolved));
    } else if (const auto* regex = plan::As<plan::ColumnRegex>(expression)) {
      std::string pattern = regex->pattern;
      if (pattern.size() > 1 && pattern.front() == '`' && pattern.back() == '`') pattern = pattern.substr(1, pattern.size() - 2);
      std::optional<ColumnPattern> names = ColumnPattern::Compile(pattern);
      if (!names) {
        throw AnalysisError("INVALID_PARAMETER_VALUE.PATTERN",
                            fmt::format("The value of parameter(s) `regexp` in `colRegex` is invalid: '{}'.", pattern),
                            {{"parameter", "`regexp`"}, {"functionName", "`colRegex`"}, {"value", "'" + pattern + "'"}},
                            expression->origin);
      }
      plan::Expression star{plan::Star{{}, regex->plan_id, {}}, expression->origin};
      for (auto& resolved : ExpandStar(star, scope)) {
        if (names->Matches(resolved.sql)) add(std::move(resolved));
      }
    } else {
      add(Resolve(expression, scope));
    }
  }
  scope.laterals = nullptr;
  return items;
}

Frame Analyzer::Impl::ExtractGenerators(Frame input, std::vector<Item>& items) {
  std::vector<Item> out;
  for (auto& item : items) {
    const auto* call = As<TypedCall>(item.typed);
    bool generator = call && call->function && call->function->kind == functions::Kind::kGenerator;
    if (!generator) {
      if (ContainsGenerator(item.typed)) {
        throw AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                            fmt::format("The generator is not supported: nested in expressions {}.", QuotedExpression(item.sql)),
                            {{"expression", QuotedExpression(item.sql)}});
      }
      out.push_back(std::move(item));
      continue;
    }
    const auto& fields = item.typed->type.fields();
    std::vector<std::string> names = item.names;
    if (names.empty() && item.has_alias) names = {item.name};
    if (!names.empty() && names.size() != fields.size()) {
      throw AnalysisError(
          "UDTF_ALIAS_NUMBER_MISMATCH",
          fmt::format("The number of aliases supplied in the AS clause does not match the number of columns output by "
                      "the UDTF. Expected {} aliases, but got {}. Please ensure that the number of aliases provided "
                      "matches the number of columns output by the UDTF.",
                      fields.size(), fmt::join(names, ",")),
          {{"aliasesSize", std::to_string(fields.size())}, {"aliasesNames", fmt::format("{}", fmt::join(names, ","))}},
          item.typed->origin)
          .WithSqlState("42802");
    }
    // explode_outer is explode that keeps rows without elements.
    TypedPtr generator_call = item.typed;
    const std::string& name = call->function->name;
    bool outer = name.size() > 6 && name.substr(name.size() - 6) == "_outer";
    if (outer) {
      TypedExpression copy = *item.typed;
      auto& base = std::get<TypedCall>(copy.node);
      base.function = table_.Find(name.substr(0, name.size() - 6));
      base.lowering = base.function->name;
      generator_call = std::make_shared<const TypedExpression>(std::move(copy));
    }
    std::vector<Attribute> output = input.relation->output;
    std::vector<Attribute> made;
    for (size_t i = 0; i < fields.size(); ++i) {
      made.push_back({NewId(),
                      names.empty() ? fields[i].name : names[i],
                      fields[i].type,
                      fields[i].nullable || outer,
                      item.metadata,
                      {},
                      false});
    }
    output.insert(output.end(), made.begin(), made.end());
    input.relation = MakeTypedRelation(TypedGenerate{input.relation, generator_call, outer}, std::move(output));
    const auto& kept = input.relation->output;
    for (size_t i = 0; i < made.size(); ++i) {
      Item column;
      column.pass = &kept[kept.size() - made.size() + i];
      column.typed = ColumnRef(*column.pass);
      column.name = column.pass->name;
      column.sql = column.name;
      out.push_back(std::move(column));
    }
  }
  items = std::move(out);
  return input;
}

Frame Analyzer::Impl::ProjectItems(Frame input, std::vector<Item> items, const plan::Relation& relation) {
  TypedRelationPtr alive = input.relation;  // Items point at its attributes.
  bool generators = std::any_of(items.begin(), items.end(), [](const Item& i) { return ContainsGenerator(i.typed); });
  if (generators) input = ExtractGenerators(std::move(input), items);
  TypedRelationPtr generated = input.relation;
  std::vector<TypedPtr> plain;
  for (const auto& item : items) plain.push_back(item.typed);
  input = InsertTimeWindows(std::move(input), plain);
  std::vector<TypedPtr*> expressions;
  for (auto& item : items) expressions.push_back(&item.typed);
  input = ExtractWindows(std::move(input), expressions);
  TypedProject node;
  node.input = input.relation;
  std::vector<Attribute> output;
  for (auto& item : items) {
    if (item.pass != nullptr) {
      Attribute attribute = *item.pass;
      attribute.name = item.name;
      attribute.hidden = false;
      if (attribute.metadata.contains("__qualified_access_only")) attribute.metadata.erase("__qualified_access_only");
      output.push_back(std::move(attribute));
    } else {
      output.push_back({NewId(), item.name, item.typed->type, item.typed->nullable, item.metadata, {}, false});
      if (IsNullConstant(item.typed)) null_columns_.insert(output.back().id);
    }
    node.expressions.push_back(item.typed);
  }
  Frame frame;
  frame.relation = MakeTypedRelation(std::move(node), std::move(output), relation.plan_id);
  return Finish(frame.relation, relation.plan_id, {input.provenance});
}

Frame Analyzer::Impl::Select(const plan::Relation& relation, const plan::Project& node, Frame input, const Scope* outer,
                             const plan::Relation* sort) {
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  scope.clause = "SELECT";
  std::vector<Attribute> missing;
  scope.missing = &missing;
  scope.reach = input.relation;
  std::vector<Item> items = ResolveItems(node.expressions, scope, true);
  if (!missing.empty()) {
    TypedRelationPtr extended = AddMissing(input.relation, missing);
    if (!extended) ThrowInternal("columns below a projection are not reachable");
    input.relation = extended;
  }
  bool aggregate = std::any_of(items.begin(), items.end(), [](const Item& i) { return ContainsAggregate(i.typed); });
  if (aggregate) {
    plan::Aggregate global;
    global.aggregates = node.expressions;
    return Aggregate(relation, global, std::move(input), outer, sort);
  }
  for (const auto& item : items) CheckNoGrouping(item.typed);
  Frame projected = ProjectItems(std::move(input), std::move(items), relation);
  if (sort == nullptr) return projected;
  return Sort(*sort, std::get<plan::Sort>(sort->node), std::move(projected), outer);
}

namespace {

bool HasWindow(const plan::ExpressionPtr& expression) {
  if (!expression) return false;
  if (plan::As<plan::Window>(expression)) return true;
  if (const auto* call = plan::As<plan::FunctionCall>(expression)) {
    return std::any_of(call->arguments.begin(), call->arguments.end(), HasWindow);
  }
  if (const auto* alias = plan::As<plan::Alias>(expression)) return HasWindow(alias->child);
  if (const auto* cast = plan::As<plan::Cast>(expression)) return HasWindow(cast->child);
  if (const auto* part = plan::As<plan::ExtractValue>(expression)) return HasWindow(part->child);
  return false;
}

}  // namespace

Frame Analyzer::Impl::Qualify(const plan::Qualify& node, const Scope* outer) {
  // The condition is one more column of the select list, on which a filter stands.
  plan::Relation widened = *node.input;
  auto* project = std::get_if<plan::Project>(&widened.node);
  auto* aggregate = std::get_if<plan::Aggregate>(&widened.node);
  if (project == nullptr && aggregate == nullptr) ThrowUnsupported("QUALIFY behind another clause");
  plan::Expressions& list = project != nullptr ? project->expressions : aggregate->aggregates;
  if (!HasWindow(node.condition) && std::none_of(list.begin(), list.end(), HasWindow)) {
    throw AnalysisError("QUALIFY_REQUIRES_WINDOW_FUNCTION",
                        "The QUALIFY clause requires at least one window function in the current SELECT list or the QUALIFY "
                        "condition.",
                        {})
        .WithSqlState("42903");
  }
  list.push_back(plan::Make(plan::Alias{node.condition, {"qualify"}, {}}, node.condition->origin));
  Frame frame = Analyze(std::make_shared<const plan::Relation>(std::move(widened)), outer);
  std::vector<Attribute> output = frame.relation->output;
  Resolved condition;
  condition.typed = ColumnRef(output.back());
  condition.sql = ExpressionName(node.condition);
  TypedRelationPtr filtered = MakeTypedRelation(TypedFilter{frame.relation, AsBoolean(condition, "QUALIFY")}, output);
  output.pop_back();
  TypedProject kept{filtered, {}};
  for (const auto& attribute : output) kept.expressions.push_back(ColumnRef(attribute));
  return Finish(MakeTypedRelation(std::move(kept), std::move(output)), -1, {frame.provenance});
}

bool Analyzer::Impl::IsOrderByAll(const plan::Sort& sort, const Scope& scope) {
  if (!sort.global || sort.order.size() != 1) return false;
  const auto* name = plan::As<plan::UnresolvedAttribute>(sort.order[0].child);
  if (name == nullptr || name->plan_id >= 0 || name->name.size() != 1 || !EqualNames(name->name[0], "all")) return false;
  return !TryColumn(name->name, sort.order[0].child->origin, *scope.input);
}

std::vector<TypedSortKey> Analyzer::Impl::SortKeys(const std::vector<plan::SortOrder>& order, Scope& scope,
                                                   const std::vector<Attribute>* ordinals) {
  std::vector<TypedSortKey> keys;
  auto add = [&](TypedPtr child, const plan::SortOrder& written) {
    bool nulls_first = written.nulls_first.value_or(written.ascending);
    keys.push_back({std::move(child), written.ascending, nulls_first});
  };
  for (const auto& written : order) {
    if (const auto* literal = plan::As<plan::Literal>(written.child);
        literal != nullptr && ordinals != nullptr && order_by_ordinal_ && literal->type.id() == TypeId::kInteger &&
        !literal->value.is_null()) {
      int64_t position = std::get<int64_t>(literal->value.data);
      std::vector<const Attribute*> visible;
      for (const auto& attribute : *ordinals) {
        if (!attribute.hidden) visible.push_back(&attribute);
      }
      if (position < 1 || position > static_cast<int64_t>(visible.size())) {
        throw AnalysisError(
            "ORDER_BY_POS_OUT_OF_RANGE",
            fmt::format("ORDER BY position {} is not in select list (valid range is [1, {}]).", position, visible.size()),
            {{"index", std::to_string(position)}, {"size", std::to_string(visible.size())}}, written.child->origin)
            .WithSqlState("42805");
      }
      add(ColumnRef(*visible[static_cast<size_t>(position) - 1]), written);
      continue;
    }
    if (plan::As<plan::Star>(written.child)) {
      for (auto& column : ExpandStar(*written.child, scope)) add(column.typed, written);
      continue;
    }
    plan::SortOrder flat = written;
    while (const auto* nested = plan::As<plan::SortOrder>(flat.child)) flat = *nested;
    Resolved resolved = Resolve(flat.child, scope);
    TypeId id = resolved.typed->type.id();
    if (id == TypeId::kMap || id == TypeId::kCalendarInterval || id == TypeId::kVariant) {
      std::string key = fmt::format("\"{} {} NULLS {}\"", resolved.sql, flat.ascending ? "ASC" : "DESC",
                                    flat.nulls_first.value_or(flat.ascending) ? "FIRST" : "LAST");
      throw AnalysisError(
          "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
          fmt::format("Cannot resolve {} due to data type mismatch: The `sortorder` does not support ordering on type {}.", key,
                      QuotedType(resolved.typed->type)),
          {{"sqlExpr", key}, {"functionName", "`sortorder`"}, {"dataType", QuotedType(resolved.typed->type)}},
          flat.child->origin);
    }
    add(resolved.typed, flat);
  }
  return keys;
}

Frame Analyzer::Impl::Sort(const plan::Relation& relation, const plan::Sort& node, Frame input, const Scope* outer) {
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  scope.clause = "ORDER BY";
  std::vector<Attribute> missing;
  scope.missing = &missing;
  scope.reach = input.relation;
  std::vector<TypedSortKey> keys;
  if (IsOrderByAll(node, scope)) {
    const plan::SortOrder& written = node.order[0];
    for (const auto& attribute : input.relation->output) {
      if (attribute.hidden) continue;
      keys.push_back({ColumnRef(attribute), written.ascending, written.nulls_first.value_or(written.ascending)});
    }
  } else {
    keys = SortKeys(node.order, scope, &input.relation->output);
  }
  std::vector<Attribute> visible = input.relation->output;
  TypedRelationPtr below = input.relation;
  if (!missing.empty()) {
    below = AddMissing(input.relation, missing);
    if (!below) ThrowInternal("sort columns are not reachable");
  }
  for (size_t i = 0; i < keys.size() && i < node.order.size(); ++i) {
    if (!ContainsWindow(keys[i].child)) continue;
    std::string text = QuotedExpression(Resolve(node.order[i].child, scope).sql);
    throw AnalysisError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                        fmt::format("A query operator contains one or more unsupported expressions.\nConsider to rewrite it to "
                                    "avoid window functions, aggregate functions, and generator functions in the WHERE "
                                    "clause.\nInvalid expressions: [{}]",
                                    text),
                        {{"invalidExprSqls", text}}, relation.origin)
        .WithSqlState("42K0E");
  }
  Frame extended{below, input.provenance};
  std::vector<TypedPtr*> expressions;
  for (auto& key : keys) expressions.push_back(&key.child);
  extended = ExtractWindows(std::move(extended), expressions);
  bool trim = extended.relation->output.size() != visible.size();
  TypedRelationPtr sorted =
      MakeTypedRelation(TypedSort{extended.relation, std::move(keys), node.global}, extended.relation->output, relation.plan_id);
  if (trim) {
    TypedProject project{sorted, {}};
    for (const auto& attribute : visible) project.expressions.push_back(ColumnRef(attribute));
    sorted = MakeTypedRelation(std::move(project), visible, relation.plan_id);
  }
  return Finish(sorted, relation.plan_id, {input.provenance});
}

Frame Analyzer::Impl::Filter(const plan::Relation& relation, const plan::Filter& node, Frame input, const Scope* outer) {
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  scope.clause = "WHERE";
  std::vector<Attribute> missing;
  scope.missing = &missing;
  scope.reach = input.relation;
  Resolved condition = Resolve(node.condition, scope);
  TypedPtr typed = AsBoolean(condition, "WHERE");
  CheckNoGrouping(typed);
  if (ContainsAggregate(typed) || ContainsWindow(typed) || ContainsGenerator(typed)) {
    if (ContainsAggregate(typed)) {
      std::string invalid;
      Walk(typed, [&](const TypedPtr& e) {
        if (As<TypedAggregateCall>(e) == nullptr) return true;
        invalid += (invalid.empty() ? "" : ", ") + QualifiedText(e, input.relation->output).value_or(condition.sql);
        return false;
      });
      throw AnalysisError(
          "INVALID_WHERE_CONDITION",
          fmt::format("The WHERE condition {} contains invalid expressions: {}.\nRewrite the query to avoid window "
                      "functions, aggregate functions, and generator functions in the WHERE clause.",
                      QuotedExpression(condition.sql), invalid),
          {{"condition", QuotedExpression(condition.sql)}, {"expressionList", invalid}}, plan::Origin())
          .WithSqlState("42903");
    }
    if (ContainsGenerator(typed)) {
      std::string plan = "'Filter " + condition.sql;
      throw AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
                          fmt::format("The generator is not supported: outside the SELECT clause, found: {}.", plan),
                          {{"plan", plan}});
    }
    throw AnalysisError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", "It is not allowed to use window functions inside WHERE clause.",
                        {{"clauseName", "WHERE"}});
  }
  std::vector<Attribute> visible = input.relation->output;
  TypedRelationPtr below = missing.empty() ? input.relation : AddMissing(input.relation, missing);
  TypedRelationPtr filtered = MakeTypedRelation(TypedFilter{below, typed}, below->output, relation.plan_id);
  if (!missing.empty()) {
    TypedProject project{filtered, {}};
    for (const auto& attribute : visible) project.expressions.push_back(ColumnRef(attribute));
    filtered = MakeTypedRelation(std::move(project), visible, relation.plan_id);
  }
  return Finish(filtered, relation.plan_id, {input.provenance});
}

Frame Analyzer::Impl::Limit(const plan::Relation& relation, const plan::ExpressionPtr& count, bool is_limit, Frame input,
                            const Scope* outer) {
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  Resolved resolved = Resolve(count, scope);
  auto value = FoldConstant(resolved.typed);
  std::string name = is_limit ? "limit" : "offset";
  auto fail = [&](const char* kind, const std::string& text, Error::Parameters parameters) {
    parameters["name"] = name;
    parameters["expr"] = QuotedExpression(resolved.sql);
    throw AnalysisError(fmt::format("INVALID_LIMIT_LIKE_EXPRESSION.{}", kind),
                        "The limit like expression " + QuotedExpression(resolved.sql) + " is invalid: " + text,
                        std::move(parameters), count->origin)
        .WithSqlState("42K0E");
  };
  if (!value) fail("IS_UNFOLDABLE", fmt::format("The {} expression must evaluate to a constant value.", name), {});
  if (!resolved.typed->type.IsIntegral() || resolved.typed->type.id() == TypeId::kLong) {
    bool small = resolved.typed->type.id() == TypeId::kLong && std::holds_alternative<int64_t>(value->data) &&
                 std::get<int64_t>(value->data) <= INT32_MAX;
    if (!small) {
      fail("DATA_TYPE",
           fmt::format("The {} expression must be integer type, but got {}.", name, QuotedType(resolved.typed->type)),
           {{"dataType", QuotedType(resolved.typed->type)}});
    }
  }
  if (value->is_null()) fail("IS_NULL", fmt::format("The evaluated {} expression must not be null.", name), {});
  int64_t number = std::get<int64_t>(value->data);
  if (number < 0) {
    fail("IS_NEGATIVE", fmt::format("The {} expression must be equal to or greater than 0, but got {}.", name, number),
         {{"v", std::to_string(number)}});
  }
  TypedLimit node;
  node.input = input.relation;
  (is_limit ? node.limit : node.offset) = LongValue(number);
  return Unary(std::move(node), input.relation->output, relation, input);
}

std::vector<Attribute> Analyzer::Impl::Reachable(const TypedRelationPtr& relation) {
  if (const auto* node = As<TypedFilter>(relation)) return Reachable(node->input);
  if (const auto* node = As<TypedSort>(relation)) return Reachable(node->input);
  if (const auto* node = As<TypedWindow>(relation)) return Reachable(node->input);
  if (const auto* node = As<TypedRepartition>(relation)) return Reachable(node->input);
  if (const auto* node = As<TypedProject>(relation)) {
    std::vector<Attribute> found = node->input->output;
    std::vector<Attribute> deeper = Reachable(node->input);
    for (const auto& attribute : deeper) {
      bool known = std::any_of(found.begin(), found.end(),
                               [&](const Attribute& a) { return a.id == attribute.id || EqualNames(a.name, attribute.name); });
      if (!known) found.push_back(attribute);
    }
    return found;
  }
  if (const auto* node = As<TypedScan>(relation); node != nullptr && node->format != "information_schema") {
    std::vector<Attribute> found = relation->output;
    bool has = std::any_of(found.begin(), found.end(), [](const Attribute& a) { return a.name == "_metadata" && a.hidden; });
    if (!has) found.push_back(MetadataAttribute(*relation));
    return found;
  }
  return relation->output;
}

TypedRelationPtr Analyzer::Impl::AddMissing(const TypedRelationPtr& relation, const std::vector<Attribute>& columns) {
  std::vector<Attribute> absent;
  for (const auto& column : columns) {
    bool known =
        std::any_of(relation->output.begin(), relation->output.end(), [&](const Attribute& a) { return a.id == column.id; });
    if (!known) absent.push_back(column);
  }
  if (absent.empty()) return relation;
  std::vector<Attribute> output = relation->output;
  if (const auto* node = As<TypedFilter>(relation)) {
    TypedFilter copy = *node;
    copy.input = AddMissing(copy.input, absent);
    if (!copy.input) return nullptr;
    auto below = copy.input->output;
    return MakeTypedRelation(std::move(copy), std::move(below), relation->plan_id);
  }
  if (const auto* node = As<TypedSort>(relation)) {
    TypedSort copy = *node;
    copy.input = AddMissing(copy.input, absent);
    if (!copy.input) return nullptr;
    auto below = copy.input->output;
    return MakeTypedRelation(std::move(copy), std::move(below), relation->plan_id);
  }
  if (const auto* node = As<TypedRepartition>(relation)) {
    TypedRepartition copy = *node;
    copy.input = AddMissing(copy.input, absent);
    if (!copy.input) return nullptr;
    auto below = copy.input->output;
    return MakeTypedRelation(std::move(copy), std::move(below), relation->plan_id);
  }
  if (const auto* node = As<TypedWindow>(relation)) {
    TypedWindow copy = *node;
    size_t before = copy.input->output.size();
    copy.input = AddMissing(copy.input, absent);
    if (!copy.input) return nullptr;
    std::vector<Attribute> made(output.begin() + static_cast<long>(before), output.end());
    output = copy.input->output;
    output.insert(output.end(), made.begin(), made.end());
    return MakeTypedRelation(std::move(copy), std::move(output), relation->plan_id);
  }
  if (const auto* node = As<TypedProject>(relation)) {
    TypedProject copy = *node;
    copy.input = AddMissing(copy.input, absent);
    if (!copy.input) return nullptr;
    for (const auto& column : absent) {
      copy.expressions.push_back(ColumnRef(column));
      output.push_back(column);
    }
    return MakeTypedRelation(std::move(copy), std::move(output), relation->plan_id);
  }
  if (const auto* node = As<TypedScan>(relation); node != nullptr && absent.size() == 1 && absent[0].name == "_metadata") {
    output.push_back(absent[0]);
    return MakeTypedRelation(TypedScan(*node), std::move(output), relation->plan_id);
  }
  return nullptr;
}

}  // namespace headrace::analysis
