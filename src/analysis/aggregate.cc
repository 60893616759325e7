#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/analyzer_internal.h"

namespace headrace::analysis {

using plan::DataType;
using plan::TypeId;
using Kind = plan::Aggregate::Kind;

/// The aggregate under construction: what stands above it refers to `attributes` and `results`.
struct Analyzer::Impl::AggregateBuild {
  TypedExpressions grouping;
  std::vector<Attribute> attributes;  ///< Output columns of `grouping`.
  TypedExpressions calls;
  std::vector<Attribute> results;
  const Attribute* grouping_id = nullptr;
  std::vector<Attribute> input;
  bool written_groups = false;  ///< The query has a GROUP BY.
};

namespace {

[[noreturn]] void ThrowMissingAggregation(const std::string& column, bool has_groups, const plan::Origin& origin) {
  if (!has_groups) {
    throw AnalysisError(
        "MISSING_GROUP_BY",
        "The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER "
        "clauses.",
        {}, origin);
  }
  throw AnalysisError(
      "MISSING_AGGREGATION",
      fmt::format(
          "The non-aggregating expression \"{}\" is based on columns which are not participating in the GROUP BY clause.\nAdd "
          "the columns or the expression to the GROUP BY, aggregate the expression, or use \"any_value({})\" if you do not "
          "care which of the values within a group is returned.",
          column, column),
      {{"expression", QuotedExpression(column)}, {"expressionAnyValue", QuotedExpression("any_value(" + column + ")")}});
}

/// rollup(a, b) → {a, b}, {a}, {}; cube → every subset.
std::vector<std::vector<size_t>> SetsOf(Kind kind, size_t count) {
  std::vector<std::vector<size_t>> sets;
  if (kind == Kind::kRollup) {
    for (size_t keep = count + 1; keep-- > 0;) {
      sets.emplace_back();
      for (size_t i = 0; i < keep; ++i) sets.back().push_back(i);
    }
  } else if (kind == Kind::kCube) {
    for (size_t mask = size_t{1} << count; mask-- > 0;) {
      sets.emplace_back();
      for (size_t i = 0; i < count; ++i) {
        if (mask >> (count - 1 - i) & 1) sets.back().push_back(i);
      }
    }
  }
  return sets;
}

}  // namespace

void Analyzer::Impl::RewriteOverAggregate(AggregateBuild& build, TypedPtr& expression, const std::string& sql) {
  std::function<TypedPtr(const TypedPtr&)> rewrite = [&](const TypedPtr& e) -> TypedPtr {
    for (size_t i = 0; i < build.grouping.size(); ++i) {
      if (SemanticEquals(build.grouping[i], e)) return ColumnRef(build.attributes[i]);
    }
    if (As<TypedAggregateCall>(e)) {
      for (size_t i = 0; i < build.calls.size(); ++i) {
        if (SemanticEquals(build.calls[i], e)) return ColumnRef(build.results[i]);
      }
      build.calls.push_back(e);
      build.results.push_back({NewId(), "aggregate", e->type, e->nullable, {}, {}, false});
      return ColumnRef(build.results.back());
    }
    if (const auto* window = As<TypedWindowCall>(e)) {
      // The window's function runs over the aggregate's rows: only its arguments are rewritten.
      TypedExpression copy = *e;
      auto& node = std::get<TypedWindowCall>(copy.node);
      node.function = MapChildren(window->function, rewrite);
      for (auto& p : node.partition_by) p = rewrite(p);
      for (auto& k : node.order_by) k.child = rewrite(k.child);
      return std::make_shared<const TypedExpression>(std::move(copy));
    }
    if (const auto* call = As<TypedCall>(e); call != nullptr && call->function == nullptr) {
      if (build.grouping_id == nullptr) {
        ThrowMisusedGrouping(e->origin);
      }
      TypedPtr id = ColumnRef(*build.grouping_id);
      auto position = [&](const TypedPtr& argument) {
        for (size_t i = 0; i < build.grouping.size(); ++i) {
          if (SemanticEquals(build.grouping[i], argument)) return i;
        }
        throw AnalysisError("GROUPING_COLUMN_MISMATCH",
                            fmt::format("Column of grouping ({}) can't be found in grouping columns.", sql),
                            {{"grouping", sql}, {"groupingColumns", ""}}, e->origin)
            .WithSqlState("42803");
      };
      if (call->lowering == "@grouping_id") {
        if (!call->arguments.empty() && call->arguments.size() != build.grouping.size()) {
          throw AnalysisError("GROUPING_ID_COLUMN_MISMATCH", "Columns of grouping_id do not match grouping columns.",
                              {{"groupingIdColumn", sql}, {"groupByColumns", ""}}, e->origin)
              .WithSqlState("42803");
        }
        return id;
      }
      size_t shift = build.grouping.size() - 1 - position(call->arguments.at(0));
      TypedPtr amount =
          MakeTyped(TypedLiteral{plan::Value(plan::Value::Data(static_cast<int64_t>(shift)))}, TypeId::kInteger, false);
      TypedPtr bit = CallTyped("&", {CallTyped("shiftright", {id, amount}), LongValue(1)});
      return CastTo(bit, TypeId::kByte, plan::EvalMode::kLegacy);
    }
    if (const auto* column = As<TypedColumn>(e); column != nullptr && !column->outer) {
      std::string name = sql;
      for (const auto& attribute : build.input) {
        if (attribute.id == column->id) name = attribute.name;
      }
      bool known = std::any_of(build.attributes.begin(), build.attributes.end(), [&](auto& a) { return a.id == column->id; }) ||
                   std::any_of(build.results.begin(), build.results.end(), [&](auto& a) { return a.id == column->id; });
      if (!known) ThrowMissingAggregation(name, build.written_groups, e->origin);
      return e;
    }
    return MapChildren(e, rewrite);
  };
  expression = rewrite(expression);
}

Frame Analyzer::Impl::Aggregate(const plan::Relation& relation, const plan::Aggregate& node, Frame input, const Scope* outer,
                                const plan::Relation* sort) {
  if (node.kind == Kind::kPivot) {
    Frame pivoted = Pivot(relation, node, std::move(input), outer);
    return sort == nullptr ? pivoted : Sort(*sort, std::get<plan::Sort>(sort->node), std::move(pivoted), outer);
  }
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  std::vector<Attribute> missing;
  scope.missing = &missing;
  scope.reach = input.relation;

  AggregateBuild build;
  build.input = input.relation->output;
  std::vector<Item> group_items;
  std::vector<LateralAlias> windows;
  for (const auto& expression : node.grouping) {
    const auto* call = plan::As<plan::FunctionCall>(expression);
    if (call == nullptr || call->name.size() != 1) continue;
    if (!EqualNames(call->name[0], "window") && !EqualNames(call->name[0], "session_window")) continue;
    Resolved window = Resolve(expression, scope);
    windows.push_back({window.OutputName(), window.typed});
  }
  scope.time_windows = &windows;
  // The select list first: GROUP BY may name its positions and aliases.
  std::vector<Item> items;
  if (!node.from_dataframe) items = ResolveItems(node.aggregates, scope, true);

  auto resolve_group = [&](const plan::ExpressionPtr& expression) -> std::vector<Item> {
    const auto* literal = plan::As<plan::Literal>(expression);
    if (group_by_ordinal_ && literal != nullptr && literal->type.id() == TypeId::kInteger && !literal->value.is_null()) {
      int64_t position = std::get<int64_t>(literal->value.data);
      const std::vector<Item>& list = items;
      if (!node.from_dataframe) {
        if (position < 1 || position > static_cast<int64_t>(list.size())) {
          throw AnalysisError(
              "GROUP_BY_POS_OUT_OF_RANGE",
              fmt::format("GROUP BY position {} is not in select list (valid range is [1, {}]).", position, list.size()),
              {{"index", std::to_string(position)}, {"size", std::to_string(list.size())}}, expression->origin);
        }
        Item item = list[static_cast<size_t>(position) - 1];
        if (ContainsAggregate(item.typed)) {
          auto qualified = QualifiedText(item.typed, build.input);
          std::string text = qualified ? *qualified + " AS " + plan::QuotedName(item.name) : item.sql;
          throw AnalysisError("GROUP_BY_POS_AGGREGATE",
                              fmt::format("GROUP BY {} refers to an expression {} that contains an aggregate function. Aggregate "
                                          "functions are not allowed in GROUP BY.",
                                          position, text),
                              {{"index", std::to_string(position)}, {"aggExpr", text}}, expression->origin)
              .WithSqlState("42903");
        }
        return {item};
      }
    }
    if (const auto* name = plan::As<plan::UnresolvedAttribute>(expression);
        name != nullptr && !node.from_dataframe && name->name.size() == 1 && name->plan_id < 0 && group_by_aliases_ &&
        !TryColumn(name->name, expression->origin, index)) {
      for (const auto& item : items) {
        if (item.has_alias && EqualNames(item.name, name->name[0])) return {item};
      }
    }
    plan::Expressions one = {expression};
    return ResolveItems(one, scope, false);
  };
  auto add_group = [&](Item item, const plan::Origin& origin) -> size_t {
    for (size_t i = 0; i < build.grouping.size(); ++i) {
      if (SemanticEquals(build.grouping[i], item.typed)) {
        group_items.push_back(item);
        return i;
      }
    }
    if (ContainsAggregate(item.typed)) {
      std::string text = QualifiedText(item.typed, build.input).value_or(item.sql);
      throw AnalysisError("GROUP_BY_AGGREGATE",
                          fmt::format("Aggregate functions are not allowed in GROUP BY, but found {}.", text),
                          {{"sqlExpr", text}}, origin)
          .WithSqlState("42903");
    }
    if (item.typed->type.id() == TypeId::kVariant) {
      throw AnalysisError(
          "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
          fmt::format("The expression {} cannot be used as a grouping expression because its data type {} is not an "
                      "orderable data type.",
                      QuotedExpression(item.sql), QuotedType(item.typed->type)),
          {{"sqlExpr", QuotedExpression(item.sql)}, {"dataType", QuotedType(item.typed->type)}}, origin)
          .WithSqlState("42822");
    }
    Attribute attribute;
    const auto* column = As<TypedColumn>(item.typed);
    if (column != nullptr && index.FindId(column->id) != nullptr) {
      attribute = *index.FindId(column->id);
      attribute.hidden = false;
      attribute.metadata.erase("__qualified_access_only");
    } else {
      AttributeId id = column != nullptr ? column->id : NewId();
      attribute = {id, item.name, item.typed->type, item.typed->nullable, item.metadata, {}, false};
    }
    build.grouping.push_back(item.typed);
    build.attributes.push_back(attribute);
    group_items.push_back(std::move(item));
    return build.grouping.size() - 1;
  };

  std::vector<std::vector<size_t>> sets;
  if (node.group_by_all) {
    for (const auto& item : items) {
      if (!ContainsAggregate(item.typed) && !ContainsWindow(item.typed)) add_group(item, relation.origin);
    }
  }
  for (const auto& expression : node.grouping) {
    for (auto& item : resolve_group(expression)) add_group(std::move(item), expression->origin);
  }
  const size_t named_groups = group_items.size();
  if (node.kind == Kind::kGroupingSets) {
    for (const auto& set : node.grouping_sets) {
      sets.emplace_back();
      for (const auto& expression : set) {
        for (auto& item : resolve_group(expression)) sets.back().push_back(add_group(std::move(item), expression->origin));
      }
      std::sort(sets.back().begin(), sets.back().end());
    }
  } else if (node.kind != Kind::kGroupBy) {
    sets = SetsOf(node.kind, build.grouping.size());
  }
  build.written_groups = !build.grouping.empty() || !sets.empty();
  for (size_t i = 0; i < build.attributes.size(); ++i) {
    bool everywhere =
        std::all_of(sets.begin(), sets.end(), [&](const auto& s) { return std::find(s.begin(), s.end(), i) != s.end(); });
    if (!everywhere) {
      build.attributes[i].nullable = true;
      build.attributes[i].id = NewId();
    }
  }
  if (node.from_dataframe) {
    // What the sets name stands there once, as the list of all of them says.
    items.assign(group_items.begin(), group_items.begin() + static_cast<std::ptrdiff_t>(named_groups));
    for (auto& item : items) item.pass = nullptr;
    std::vector<Item> rest = ResolveItems(node.aggregates, scope, false);
    items.insert(items.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
  }
  Attribute grouping_id{NewId(), "spark_grouping_id", TypeId::kLong, false, {}, {}, false};
  if (!sets.empty()) build.grouping_id = &grouping_id;

  // HAVING and ORDER BY see the output's names first.
  std::vector<LateralAlias> outputs;
  std::vector<Attribute> suggested;
  for (const auto& item : items) {
    outputs.push_back({item.name, item.typed});
    suggested.push_back(
        item.pass != nullptr ? *item.pass : Attribute{NewId(), item.name, item.typed->type, item.typed->nullable, {}, {}, false});
  }
  scope.preferred = &outputs;
  scope.suggested = &suggested;
  TypedPtr having;
  std::string having_sql;
  if (node.having) {
    Resolved resolved = Resolve(node.having, scope);
    having = AsBoolean(resolved, "HAVING");
    having_sql = resolved.sql;
  }
  std::vector<TypedSortKey> keys;
  std::vector<Attribute> ordinals;
  if (sort != nullptr) {
    scope.clause = "ORDER BY";
    const auto& sort_node = std::get<plan::Sort>(sort->node);
    auto order = sort_node.order;
    if (IsOrderByAll(sort_node, scope)) {
      for (const auto& item : items) {
        keys.push_back({item.typed, order[0].ascending, order[0].nulls_first.value_or(order[0].ascending)});
      }
      order.clear();
    }
    for (const auto& written : order) {
      const auto* literal = plan::As<plan::Literal>(written.child);
      if (order_by_ordinal_ && literal != nullptr && literal->type.id() == TypeId::kInteger && !literal->value.is_null()) {
        int64_t position = std::get<int64_t>(literal->value.data);
        if (position >= 1 && position <= static_cast<int64_t>(items.size())) {
          keys.push_back({items[static_cast<size_t>(position) - 1].typed, written.ascending,
                          written.nulls_first.value_or(written.ascending)});
          continue;
        }
      }
      for (auto& key : SortKeys({written}, scope, &ordinals)) keys.push_back(std::move(key));
    }
  }
  scope.preferred = nullptr;
  scope.suggested = nullptr;
  if (!missing.empty()) {
    input.relation = AddMissing(input.relation, missing);
    if (!input.relation) ThrowInternal("columns below an aggregate are not reachable");
    build.input = input.relation->output;
  }

  std::vector<TypedPtr> raw;
  for (const auto& item : items) raw.push_back(item.typed);
  std::vector<TypedPtr> below = raw;
  below.insert(below.end(), build.grouping.begin(), build.grouping.end());
  input = MergeSessions(InsertTimeWindows(std::move(input), below), build.grouping);
  for (auto& item : items) {
    bool same_column = item.pass != nullptr;
    RewriteOverAggregate(build, item.typed, item.sql);
    if (same_column) item.pass = nullptr;
  }
  if (having) RewriteOverAggregate(build, having, having_sql);
  std::vector<std::optional<size_t>> key_items;
  for (auto& key : keys) {
    std::optional<size_t> found;
    for (size_t i = 0; i < raw.size() && !found; ++i) {
      if (SemanticEquals(raw[i], key.child)) found = i;
    }
    key_items.push_back(found);
    if (!found) RewriteOverAggregate(build, key.child, "");
  }

  TypedAggregate aggregate{input.relation, build.grouping, sets, !sets.empty(), build.calls};
  std::vector<Attribute> output = build.attributes;
  output.insert(output.end(), build.results.begin(), build.results.end());
  if (!sets.empty()) output.push_back(grouping_id);
  Frame frame{MakeTypedRelation(std::move(aggregate), std::move(output)), input.provenance};
  if (having) frame.relation = MakeTypedRelation(TypedFilter{frame.relation, having}, frame.relation->output);

  // Plain grouping columns keep their ids in the output.
  for (auto& item : items) {
    const auto* column = As<TypedColumn>(item.typed);
    if (column == nullptr || item.has_alias) continue;
    for (const auto& attribute : frame.relation->output) {
      bool is_group =
          std::any_of(build.attributes.begin(), build.attributes.end(), [&](auto& a) { return a.id == attribute.id; });
      if (attribute.id == column->id && is_group) item.pass = &attribute;
    }
  }
  size_t visible = items.size();
  if (sort == nullptr) return ProjectItems(std::move(frame), std::move(items), relation);
  size_t next = visible;
  std::vector<size_t> positions;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (key_items[i]) {
      positions.push_back(*key_items[i]);
      continue;
    }
    Item extra;
    extra.typed = keys[i].child;
    extra.name = "sort_key";
    items.push_back(std::move(extra));
    positions.push_back(next++);
  }
  Frame projected = ProjectItems(std::move(frame), std::move(items), relation);
  for (size_t i = 0; i < keys.size(); ++i) keys[i].child = ColumnRef(projected.relation->output[positions[i]]);
  projected = SortAndTrim(std::move(projected), visible, std::move(keys), std::get<plan::Sort>(sort->node).global);
  return Finish(projected.relation, sort->plan_id, {projected.provenance});
}

Frame Analyzer::Impl::SortAndTrim(Frame projected, size_t visible, std::vector<TypedSortKey> keys, bool global) {
  const auto output = projected.relation->output;
  Frame sorted{MakeTypedRelation(TypedSort{projected.relation, std::move(keys), global}, output), projected.provenance};
  if (visible == output.size()) return sorted;
  TypedProject trim{sorted.relation, {}};
  std::vector<Attribute> kept(output.begin(), output.begin() + static_cast<long>(visible));
  for (const auto& attribute : kept) trim.expressions.push_back(ColumnRef(attribute));
  sorted.relation = MakeTypedRelation(std::move(trim), std::move(kept));
  return sorted;
}

Frame Analyzer::Impl::Pivot(const plan::Relation& relation, const plan::Aggregate& node, Frame input, const Scope* outer) {
  ColumnIndex index(input.relation->output);
  Scope scope;
  scope.input = &index;
  scope.provenance = input.provenance;
  scope.outer = outer;
  Resolved pivot = Resolve(node.pivot_column, scope);
  struct Wanted {
    TypedPtr value;
    std::string name;
  };
  std::vector<Wanted> wanted;
  auto name_of = [&](const TypedPtr& value) {
    auto folded = FoldConstant(value);
    if (!folded) ThrowUnsupported("pivot values that are not literals");
    if (folded->is_null()) return std::string("null");
    if (value->type.id() == TypeId::kBoolean) return std::string(std::get<bool>(folded->data) ? "true" : "false");
    std::string text = LiteralText(*folded, value->type, environment_.time_zone);
    if (value->type.IsDatetime()) {  // DATE '2020-01-01' → 2020-01-01
      size_t quote = text.find('\'');
      if (quote != std::string::npos) text = text.substr(quote + 1, text.size() - quote - 2);
    }
    return text;
  };
  if (node.pivot_values.empty()) {
    int64_t limit = std::max<int64_t>(0, std::stoll(context_.Setting("spark.sql.pivotMaxValues")));
    Attribute value{NewId(), pivot.OutputName(), pivot.typed->type, pivot.typed->nullable, {}, {}, false};
    TypedRelationPtr plan = MakeTypedRelation(TypedProject{input.relation, {pivot.typed}}, {value});
    plan = MakeTypedRelation(TypedDistinct{plan}, {value});
    TypedSort sort{plan, {{ColumnRef(value), true, true}}, true};
    plan = MakeTypedRelation(std::move(sort), {value});
    plan = MakeTypedRelation(TypedLimit{plan, LongValue(limit + 1), nullptr}, {value});
    auto rows = context_.Evaluate(plan);
    if (static_cast<int64_t>(rows.size()) > limit) {
      throw AnalysisError(
          "_LEGACY_ERROR_TEMP_1324",
          fmt::format("The pivot column {} has more than {} distinct values, this could indicate an error. If this was "
                      "intended, set spark.sql.pivotMaxValues to at least the number of distinct values of the pivot "
                      "column.",
                      pivot.sql, limit),
          {{"pivotColumn", pivot.sql}, {"maxValues", std::to_string(limit)}, {"config", "spark.sql.pivotMaxValues"}});
    }
    for (auto& row : rows) {
      TypedPtr literal = MakeTyped(TypedLiteral{row.at(0)}, pivot.typed->type, row.at(0).is_null());
      wanted.push_back({literal, name_of(literal)});
    }
  } else {
    std::vector<Item> values = ResolveItems(node.pivot_values, scope, false);
    for (auto& item : values) {
      auto folded = FoldConstant(item.typed);
      if (!folded) {
        throw AnalysisError("NON_LITERAL_PIVOT_VALUES",
                            fmt::format("Literal expressions required for pivot values, found {}.", QuotedExpression(item.sql)),
                            {{"expression", QuotedExpression(item.sql)}}, item.typed->origin)
            .WithSqlState("42K08");
      }
      TypedPtr value = CastTo(item.typed, pivot.typed->type);
      wanted.push_back({value, item.has_alias ? item.name : name_of(item.typed)});
    }
  }

  AggregateBuild build;
  build.input = input.relation->output;
  build.written_groups = true;
  std::vector<Item> items;
  std::vector<Item> aggregates = ResolveItems(node.aggregates, scope, false);
  plan::Expressions grouping = node.grouping;
  std::vector<Item> groups = ResolveItems(grouping, scope, false);
  if (!node.from_dataframe && grouping.empty()) {
    // SQL's PIVOT groups by every column that neither the pivot nor an aggregate uses.
    std::set<AttributeId> used;
    auto note = [&](const TypedPtr& e) {
      if (const auto* column = As<TypedColumn>(e)) used.insert(column->id);
      return true;
    };
    Walk(pivot.typed, note);
    for (const auto& item : aggregates) Walk(item.typed, note);
    for (const auto& attribute : input.relation->output) {
      if (attribute.hidden || used.count(attribute.id) != 0) continue;
      Item item;
      item.typed = ColumnRef(attribute);
      item.name = item.sql = attribute.name;
      groups.push_back(std::move(item));
    }
  }
  for (auto& group : groups) {
    Attribute attribute{NewId(), group.name, group.typed->type, group.typed->nullable, group.metadata, {}, false};
    if (const auto* column = As<TypedColumn>(group.typed); column != nullptr && !group.has_alias) attribute.id = column->id;
    build.grouping.push_back(group.typed);
    build.attributes.push_back(attribute);
    Item item;
    item.typed = ColumnRef(attribute);
    item.name = group.name;
    item.metadata = group.metadata;
    items.push_back(std::move(item));
  }
  // Of types that Spark's PivotFirst has, a group without the value has null; of others what the aggregate makes of no rows.
  bool by_value = std::all_of(aggregates.begin(), aggregates.end(), [](const Item& aggregate) {
    const DataType& type = aggregate.typed->type;
    return type.IsNumeric() || type.id() == TypeId::kBoolean;
  });
  for (const auto& value : wanted) {
    TypedPtr match = CallTyped("<=>", {pivot.typed, value.value});
    for (const auto& aggregate : aggregates) {
      std::function<TypedPtr(const TypedPtr&)> filter = [&](const TypedPtr& e) -> TypedPtr {
        const auto* call = As<TypedAggregateCall>(e);
        if (call == nullptr) return MapChildren(e, filter);
        TypedExpression copy = *e;
        auto& changed = std::get<TypedAggregateCall>(copy.node);
        changed.filter = call->filter ? CallTyped("and", {match, call->filter}) : match;
        static const std::set<std::string> kOneOfAll = {"first", "first_value", "any_value", "last", "last_value"};
        if (!by_value && kOneOfAll.count(call->function->name) > 0) changed.ignore_nulls = true;
        return std::make_shared<const TypedExpression>(std::move(copy));
      };
      TypedPtr filtered = filter(aggregate.typed);
      Item item;
      item.typed = filtered;
      if (by_value) {
        TypedExpression present = *CallTyped("count", {LongValue(1)});
        std::get<TypedAggregateCall>(present.node).filter = match;
        TypedPtr some = CallTyped(">", {std::make_shared<const TypedExpression>(std::move(present)), LongValue(0)});
        item.typed = MakeTyped(TypedCase{{{some, filtered}}, nullptr}, filtered->type, true);
      }
      item.name = aggregates.size() == 1 ? value.name : value.name + "_" + aggregate.name;
      RewriteOverAggregate(build, item.typed, aggregate.sql);
      items.push_back(std::move(item));
    }
  }
  std::vector<Attribute> output = build.attributes;
  output.insert(output.end(), build.results.begin(), build.results.end());
  Frame frame{MakeTypedRelation(TypedAggregate{input.relation, build.grouping, {}, false, build.calls}, std::move(output)),
              input.provenance};
  return ProjectItems(std::move(frame), std::move(items), relation);
}

}  // namespace headrace::analysis
